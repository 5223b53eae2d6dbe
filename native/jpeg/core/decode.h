#pragma once

#include <cstddef>
#include <cstdint>

namespace jpeg {

/// How EXIF numbers the ways a picture can lie: 1 upright, 2 mirrored, 3 turned by 180°, … 8.
using Orientation = int;

struct File {
  const std::uint8_t* data;
  std::size_t size;
};

/// A picture's place in memory: 8-bit RGB, rows from the top, no padding; the size is that of the upright picture.
struct Target {
  std::uint8_t* pixels;
  int width;
  int height;
};

/// Why a file was refused, in libjpeg's words; empty when it was decoded.
struct Refusal {
  char reason[200];
};

/// Decodes a baseline or progressive JPEG, grey or in colour, at 1 / 2^halvings of its size (each side rounded up), and
/// turns it upright. Refuses what is damaged, cut short, or has another size than the target; the target may hold
/// a part of the picture then. Reads nothing beyond the file and writes nothing beyond the target.
Refusal decode(const File& file, int halvings, Orientation orientation, const Target& target);

}  // namespace jpeg
