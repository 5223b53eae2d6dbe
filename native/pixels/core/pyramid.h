#pragma once

#include <vector>

#include "image.h"

namespace pixels {

/// A part of a picture, halved `halvings` times: its pixel (0, 0) is pixel (left, top) of the picture halved as a whole.
struct Level {
  Image image;
  int left;
  int top;
  int halvings;
};

/// Memory for pyramids that is kept from call to call.
struct PyramidScratch {
  std::vector<std::uint8_t> even;
  std::vector<std::uint8_t> odd;
};

/// Halves the part of `source` under `region` by averaging 2 × 2 pixels (rounded), `halvings` times; an odd last row or
/// column of the picture is repeated. Equals the same part of the whole picture halved. The level borrows from `source`
/// or `scratch`.
Level reduce(const Image& source, const Rect& region, int halvings, PyramidScratch& scratch);

}  // namespace pixels
