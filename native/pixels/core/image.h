#pragma once

#include <cstddef>
#include <cstdint>

namespace pixels {

/// A borrowed picture: 8-bit RGB, rows from the top, no padding.
struct Image {
  const std::uint8_t* data;
  int width;
  int height;
};

/// Maps output to source coordinates: u = a·x − b·y + tx, v = b·x + a·y + ty.
/// Coordinates are continuous: pixel i covers [i, i + 1), its centre lies at i + .5.
struct Similarity {
  double a;
  double b;
  double tx;
  double ty;
};

/// A half-open rectangle of whole pixels.
struct Rect {
  int left;
  int top;
  int right;
  int bottom;
};

}  // namespace pixels
