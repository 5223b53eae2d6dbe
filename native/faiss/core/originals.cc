#include "originals.h"

#include <cmath>
#include <cstring>

namespace scan {
namespace {

template <typename Value, typename ToFloat>
float score(const float* one, const Value* other, int dimensions, ToFloat toFloat) {
  double sums[8] = {};
  const int whole = dimensions / 8 * 8;
  for (int i = 0; i < whole; i += 8) {
    for (int lane = 0; lane < 8; lane++) {
      sums[lane] += static_cast<double>(one[i + lane]) * static_cast<double>(toFloat(other[i + lane]));
    }
  }
  for (int i = whole; i < dimensions; i++) {
    sums[i - whole] += static_cast<double>(one[i]) * static_cast<double>(toFloat(other[i]));
  }
  return static_cast<float>(((sums[0] + sums[4]) + (sums[2] + sums[6])) + ((sums[1] + sums[5]) + (sums[3] + sums[7])));
}

}  // namespace

std::uint16_t toFloat16(float value) {
  std::uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  const auto sign = static_cast<std::uint16_t>(bits >> 16 & 0x8000);
  const float size = std::fabs(value);
  // Adding and rounding is done by the floating-point unit itself: below 2^-14 the last place is 2^-24.
  if (size < 6.103515625e-5F) return static_cast<std::uint16_t>(sign | std::lrint(size * 16777216.F));
  bits = (bits & 0x7fffffff) - (112U << 23);
  const std::uint32_t rounded = bits + 0xfff + (bits >> 13 & 1);
  return static_cast<std::uint16_t>(sign | rounded >> 13);
}

float fromFloat16(std::uint16_t value) {
  const std::uint32_t size = value & 0x7fff;
  float result;
  if (size < 0x400) {
    result = static_cast<float>(size) / 16777216.F;
  } else {
    const std::uint32_t bits = (size << 13) + (112U << 23);
    std::memcpy(&result, &bits, sizeof result);
  }
  return (value & 0x8000) != 0 ? -result : result;
}

float exactScore(const float* one, const float* other, int dimensions) {
  return score(one, other, dimensions, [](float value) { return value; });
}

float exactScore(const float* one, const std::uint16_t* other, int dimensions) {
  return score(one, other, dimensions, fromFloat16);
}

}  // namespace scan
