#include <cstring>

#include "kernels.h"

// For processors without anything better: no intrinsics, and no order of additions that a compiler could not vectorise.
namespace scan {
namespace {

const std::uint8_t* tableOf(const BitProbe& probe, int byte, bool high) {
  return probe.tables + byte / 2 * 128 + byte % 2 * 32 + (high ? 64 : 0);
}

/// One table of 256 entries for each byte of code: one look-up a byte where the other kernels have two.
std::vector<std::uint8_t> joinTables(const BitProbe& probe) {
  std::vector<std::uint8_t> joined(static_cast<std::size_t>(probe.bytes) * 256);
  for (int byte = 0; byte < probe.bytes; byte++) {
    const std::uint8_t* low = tableOf(probe, byte, false);
    const std::uint8_t* high = tableOf(probe, byte, true);
    for (int value = 0; value < 256; value++) {
      joined[static_cast<std::size_t>(byte) * 256 + value] =
          static_cast<std::uint8_t>(low[value & 15] + high[value >> 4]);
    }
  }
  return joined;
}

void passBits(const std::uint8_t* codes, const std::uint16_t* cosines, int groups, const BitProbe& probe, BitBar bar,
              std::uint32_t* masks) {
  const std::vector<std::uint8_t> joined = joinTables(probe);
  for (int group = 0; group < groups; group++) {
    if (masks[group] == 0) continue;
    const std::uint8_t* code = codes + static_cast<std::size_t>(group) * groupRows * probe.bytes;
    std::uint16_t sums[groupRows] = {};
    for (int byte = 0; byte < probe.bytes; byte++, code += groupRows) {
      const std::uint8_t* table = joined.data() + static_cast<std::size_t>(byte) * 256;
      for (int row = 0; row < groupRows; row++) sums[row] = static_cast<std::uint16_t>(sums[row] + table[code[row]]);
    }
    for (int row = 0; row < groupRows; row++) {
      const std::uint32_t cosine = cosines[group * groupRows + placeInGroup(row)];
      const std::uint32_t least = (cosine * bar.slope >> 16) + bar.base;
      if (sums[row] < least) masks[group] &= ~(1U << row);
    }
  }
}

std::int32_t dotOne(const std::uint8_t* code, const NibbleProbe& probe) {
  std::int32_t dot = 0;
  for (int i = 0; i < probe.bytes; i++) {
    dot += (code[i] & 15) * probe.values[i] + (code[i] >> 4) * probe.values[probe.bytes + i];
  }
  return dot;
}

void passNibbles(const NibbleRows& rows, int groups, const NibbleProbe& probe, const NibbleBar& bar,
                 std::uint32_t* masks) {
  for (int row = 0; row < groups * groupRows; row++) {
    const std::uint32_t bit = 1U << row % groupRows;
    if ((masks[row / groupRows] & bit) == 0) continue;
    const auto dot = static_cast<float>(dotOne(rows.codes + static_cast<std::size_t>(row) * probe.bytes, probe));
    const bool passes =
        (dot * bar.scale + bar.offset) * rows.inverseNorms[row] >= rows.cosines[row] * bar.slope + bar.base;
    if (!passes) masks[row / groupRows] &= ~bit;
  }
}

void dotNibbles(const std::uint8_t* codes, const std::uint32_t* rows, int count, const NibbleProbe& probe,
                std::int32_t* dots) {
  for (int i = 0; i < count; i++) dots[i] = dotOne(codes + static_cast<std::size_t>(rows[i]) * probe.bytes, probe);
}

void dotFloats(const float* vectors, int count, int dimensions, const float* probe, float* dots) {
  for (int row = 0; row < count; row++, vectors += dimensions) {
    float sums[16] = {};
    const int whole = dimensions / 16 * 16;
    for (int i = 0; i < whole; i += 16) {
      for (int lane = 0; lane < 16; lane++) sums[lane] += vectors[i + lane] * probe[i + lane];
    }
    for (int i = whole; i < dimensions; i++) sums[i - whole] += vectors[i] * probe[i];
    float sum = 0;
    for (const float part : sums) sum += part;
    dots[row] = sum;
  }
}

}  // namespace

const Kernels plainKernels{"plain", passBits, passNibbles, dotNibbles, dotFloats};

}  // namespace scan
