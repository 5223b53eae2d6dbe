#pragma once

#include "image.h"

namespace pixels {

/// What an output pixel gets whose centre falls outside of the source.
enum class Outside { nearestEdge, black };

struct Warp {
  Image source;
  Similarity toSource;
  Outside outside;
};

/// Where a warp's pixels go as (value − mean) · scale, three planes one after the other.
struct TensorTarget {
  float* planes;
  /// The same mirrored left to right, or null.
  float* mirroredPlanes;
  int width;
  int height;
  /// Blue first; `mean` and `scale` are in the order of the planes.
  bool blueFirst;
  float mean[3];
  float scale[3];
};

/// Samples bilinearly, between the pixels of the source halved until a step is at most two of its pixels. Integer
/// arithmetic with 8-bit weights: the same result on every machine.
void warpToPicture(const Warp& warp, std::uint8_t* out, int width, int height);
void warpToTensor(const Warp& warp, const TensorTarget& target);

}  // namespace pixels
