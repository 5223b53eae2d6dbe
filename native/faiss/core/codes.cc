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

/// Whole levels from 0 to `count` − 1, those in the middle on either side of 0.
void findLevels(const float* __restrict rotated, int padded, float scale, int count, std::int32_t* __restrict levels) {
  const float most = static_cast<float>(count - 1);
  const float middle = static_cast<float>(count) / 2;
  for (int i = 0; i < padded; i++) {
    levels[i] = static_cast<std::int32_t>(std::min(std::max(rotated[i] * scale + middle, 0.F), most));
  }
}

float largestOf(const float* values, int count) {
  float largest = 1e-9F;
  for (int i = 0; i < count; i++) largest = std::max(largest, std::fabs(values[i]));
  return largest;
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

std::int32_t byteOf(const CodeFormat& format, const Code& code, int i) {
  return levelOf(code.nibbles, format.nibbleBytes, i) << 4 | levelOf(code.fine, format.fineBytes, i);
}

/// Two factors of levels below `count`: 1 / |v|, and the cosine with the row.
void measureLevels(const float* rotated, const std::int32_t* levels, int padded, int count, float* factors) {
  const float middle = static_cast<float>(count - 1) / 2;
  const auto value = [levels, middle](int i) { return static_cast<float>(levels[i]) - middle; };
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

/// Whether the factors are those of the levels below `count`; NaN is of none.
template <typename Level>
bool fits(int padded, int count, Level level, float inverseNorm, float cosine) {
  // In half steps, as whole numbers.
  std::int32_t square = 0;
  for (int i = 0; i < padded; i++) {
    const std::int32_t value = 2 * level(i) - (count - 1);
    square += value * value;
  }
  return std::fabs(inverseNorm * std::sqrt(static_cast<double>(square)) - 2) < 1e-5 && cosine > 0 && cosine <= 1;
}

/// Nibbles at the step that suits most rows, and bits.
std::uint8_t* encodeWithBits(const CodeFormat& format, const float* rotated, std::uint8_t* code, float* factors) {
  alignas(64) std::int32_t levels[1024];
  findLevels(rotated, format.padded, std::sqrt(static_cast<float>(format.padded)) / bestStep, 16, levels);
  measureLevels(rotated, levels, format.padded, 16, factors);
  writeNibbles(levels, format.nibbleBytes, code);
  writeBits(rotated, format.padded, code + format.nibbleBytes);
  return code + format.nibbleBytes + format.bitBytes;
}

/// Bytes, of which the upper halves are nibbles in their own right: over the row's own range, for what is cut off costs
/// a byte more than the step.
std::uint8_t* encodeFinely(const CodeFormat& format, const float* rotated, std::uint8_t* code, float* factors) {
  alignas(64) std::int32_t bytes[256] = {};
  alignas(64) std::int32_t levels[256] = {};
  findLevels(rotated, format.padded, 128 / largestOf(rotated, format.padded), 256, bytes);
  for (int i = 0; i < format.padded; i++) levels[i] = bytes[i] >> 4;
  measureLevels(rotated, levels, format.padded, 16, factors);
  measureLevels(rotated, bytes, format.padded, 256, factors + 2);
  writeNibbles(levels, format.nibbleBytes, code);
  for (int i = 0; i < format.padded; i++) levels[i] = bytes[i] & 15;
  writeNibbles(levels, format.fineBytes, code + format.nibbleBytes);
  return code + format.nibbleBytes + format.fineBytes;
}

}  // namespace

void encode(const CodeFormat& format, const Rotation& rotation, const float* vector, std::uint8_t* code) {
  alignas(64) float rotated[1024];
  rotation.apply(vector, rotated);
  float factors[4];
  if (!format.hasBits()) {
    std::uint8_t* out = encodeFinely(format, rotated, code, factors);
    std::memcpy(out, factors, 4 * sizeof(float));
    return;
  }
  std::uint8_t* out = encodeWithBits(format, rotated, code, factors);
  const std::uint16_t cosine = measureBits(rotated, format.padded);
  std::memcpy(out, factors, 2 * sizeof(float));
  std::memcpy(out + 2 * sizeof(float), &cosine, sizeof cosine);
}

Code partsOf(const CodeFormat& format, const std::uint8_t* code) {
  const std::uint8_t* rest = code + format.nibbleBytes;
  const std::uint8_t* behind = rest + format.bitBytes + format.fineBytes;
  float factors[4] = {};
  std::uint16_t cosine = 0;
  std::memcpy(factors, behind, (format.hasFine() ? 4 : 2) * sizeof(float));
  if (format.hasBits()) std::memcpy(&cosine, behind + 2 * sizeof(float), sizeof cosine);
  return {code,
          format.hasBits() ? rest : nullptr,
          factors[0],
          factors[1],
          cosine,
          format.hasFine() ? rest : nullptr,
          factors[2],
          factors[3]};
}

bool isSound(const CodeFormat& format, const Code& code) {
  const auto nibble = [&](int i) { return levelOf(code.nibbles, format.nibbleBytes, i); };
  if (!fits(format.padded, 16, nibble, code.inverseNorm, code.nibbleCosine)) return false;
  if (format.hasBits()) return code.bitCosine > 0;
  const auto byte = [&](int i) { return byteOf(format, code, i); };
  return fits(format.padded, 256, byte, code.fineInverseNorm, code.fineCosine);
}

void decode(const CodeFormat& format, const Code& code, float* rotated) {
  const bool fine = format.hasFine();
  const float scale = fine ? code.fineInverseNorm * code.fineCosine : code.inverseNorm * code.nibbleCosine;
  for (int i = 0; i < format.padded; i++) {
    const auto level = static_cast<float>(fine ? byteOf(format, code, i) : levelOf(code.nibbles, format.nibbleBytes, i));
    rotated[i] = (level - (fine ? 127.5F : 7.5F)) * scale;
  }
}

}  // namespace scan
