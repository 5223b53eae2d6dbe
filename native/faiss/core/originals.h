#pragma once

#include <cstdint>

namespace scan {

/// What is kept of the vectors themselves beside their codes.
enum class Originals { none, float16, float32 };

constexpr int bytesAValue(Originals originals) {
  return originals == Originals::float32 ? 4 : originals == Originals::float16 ? 2 : 0;
}

/// Rounds to the nearest half-precision number, to the even one between two.
std::uint16_t toFloat16(float value);
float fromFloat16(std::uint16_t value);

/// The score that answers carry: products, exact in double precision, in eight sums (value i in sum i mod 8), these added
/// as ((0 + 4) + (2 + 6)) + ((1 + 5) + (3 + 7)) and rounded to single precision. The same bits on every machine, and in
/// JavaScript.
float exactScore(const float* one, const float* other, int dimensions);
float exactScore(const float* one, const std::uint16_t* other, int dimensions);

}  // namespace scan
