#include "codes.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace scan {
namespace {

/// The step between 16 levels at which a normal distribution of variance 1 loses least (Max, 1960).
constexpr float bestStep = .3352F;

constexpr int lanes = 16;

/// Adds up in lanes, so that the compiler may use vectors. `count` is a multiple of 64.
template <typename Term>
float sumOf(int count, Term term) {
  float sums[lanes] = {};
  for (int i = 0; i < count; i += lanes) {
    for (int lane = 0; lane < lanes; lane++) sums[lane] += term(i + lane);
  }
  float sum = 0;
  for (const float part : sums) sum += part;
  return sum;
}

/// Whole levels from 0 to 15.
void findLevels(const float* __restrict rotated, int padded, std::int32_t* __restrict levels) {
  const float scale = std::sqrt(static_cast<float>(padded)) / bestStep;
  for (int i = 0; i < padded; i++) {
    levels[i] = static_cast<std::int32_t>(std::min(std::max(rotated[i] * scale + 8.F, 0.F), 15.F));
  }
}

void writeNibbles(const std::int32_t* __restrict levels, int half, std::uint8_t* __restrict nibbles) {
  for (int i = 0; i < half; i++) nibbles[i] = static_cast<std::uint8_t>(levels[i] | levels[i + half] << 4);
}

void writeBits(const float* rotated, int padded, std::uint8_t* bits) {
  for (int byte = 0; byte < padded / 8; byte++) {
    unsigned value = 0;
    for (int i = 0; i < 8; i++) value |= static_cast<unsigned>(rotated[byte * 8 + i] >= 0) << i;
    bits[byte] = static_cast<std::uint8_t>(value);
  }
}

std::int32_t levelOf(const std::uint8_t* nibbles, int half, int i) {
  return i < half ? nibbles[i] & 15 : nibbles[i - half] >> 4;
}

/// The two factors of the nibbles: 1 / |v|, and the cosine with the row.
void measureNibbles(const float* rotated, const std::int32_t* levels, int padded, float* factors) {
  const auto value = [levels](int i) { return static_cast<float>(levels[i]) - 7.5F; };
  const float dot = sumOf(padded, [&](int i) { return value(i) * rotated[i]; });
  const float square = sumOf(padded, [&](int i) { return value(i) * value(i); });
  const float length = sumOf(padded, [&](int i) { return rotated[i] * rotated[i]; });
  factors[0] = 1 / std::sqrt(square);
  factors[1] = std::min(1.F, dot / std::sqrt(square * length));
}

std::uint16_t measureBits(const float* rotated, int padded) {
  const float sum = sumOf(padded, [&](int i) { return std::fabs(rotated[i]); });
  const float length = sumOf(padded, [&](int i) { return rotated[i] * rotated[i]; });
  return static_cast<std::uint16_t>(std::min(1.F, sum / std::sqrt(static_cast<float>(padded) * length)) * 65535);
}

}  // namespace

void encode(const CodeFormat& format, const Rotation& rotation, const float* vector, std::uint8_t* code) {
  alignas(64) float rotated[1024];
  rotation.apply(vector, rotated);
  alignas(64) std::int32_t levels[1024];
  findLevels(rotated, format.padded, levels);
  writeNibbles(levels, format.nibbleBytes, code);
  float factors[2];
  measureNibbles(rotated, levels, format.padded, factors);
  std::uint8_t* out = code + format.nibbleBytes;
  if (format.hasBits()) {
    writeBits(rotated, format.padded, out);
    const std::uint16_t cosine = measureBits(rotated, format.padded);
    std::memcpy(out + format.bitBytes + sizeof factors, &cosine, sizeof cosine);
  }
  std::memcpy(out + format.bitBytes, factors, sizeof factors);
}

Code partsOf(const CodeFormat& format, const std::uint8_t* code) {
  const std::uint8_t* bits = code + format.nibbleBytes;
  float factors[2];
  std::memcpy(factors, bits + format.bitBytes, sizeof factors);
  std::uint16_t cosine = 0;
  if (format.hasBits()) std::memcpy(&cosine, bits + format.bitBytes + sizeof factors, sizeof cosine);
  return {code, bits, factors[0], factors[1], cosine};
}

bool isSound(const CodeFormat& format, const Code& code) {
  // In half steps, as whole numbers.
  std::int32_t square = 0;
  for (int i = 0; i < format.nibbleBytes; i++) {
    const std::int32_t low = 2 * (code.nibbles[i] & 15) - 15;
    const std::int32_t high = 2 * (code.nibbles[i] >> 4) - 15;
    square += low * low + high * high;
  }
  const bool fits = std::fabs(code.inverseNorm * std::sqrt(static_cast<double>(square)) - 2) < 1e-5;
  // NaN compares false.
  return fits && code.nibbleCosine > 0 && code.nibbleCosine <= 1 && (!format.hasBits() || code.bitCosine > 0);
}

void decode(const CodeFormat& format, const Code& code, float* rotated) {
  const float scale = code.inverseNorm * code.nibbleCosine;
  for (int i = 0; i < format.padded; i++) {
    rotated[i] = (static_cast<float>(levelOf(code.nibbles, format.nibbleBytes, i)) - 7.5F) * scale;
  }
}

}  // namespace scan
