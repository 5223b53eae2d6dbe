#pragma once

#include <cstdint>
#include <vector>

namespace scan {

/// Rows are scanned by groups: the first stage has byte j of all rows of a group, then byte j + 1; a mask has a bit a row.
constexpr int groupRows = 32;

/// A row's place among the cosines of its group: the kernels add up even and odd rows apart.
constexpr int placeInGroup(int row) { return row % 2 * (groupRows / 2) + row / 2; }

/// A probe for the first stage. For two bytes of code 128 bytes of tables, each of 16 entries up to 127 and there twice:
/// low nibble of byte j and of byte j + 1, then the high ones. A row's sum is the sum of the entries its nibbles choose.
struct BitProbe {
  const std::uint8_t* tables;
  int bytes;
};

/// A row passes whose sum reaches (cosine · slope >> 16) + base, by unsigned 16-bit arithmetic.
struct BitBar {
  std::uint16_t slope;
  std::uint16_t base;
};

/// A probe for the second stage: as many values as a row has nibbles. Byte j of a row holds value j in its low half and
/// value j + bytes in its high half.
struct NibbleProbe {
  const std::int8_t* values;
  int bytes;
};

/// A row passes when (dot · scale + offset) · inverseNorm >= cosine · slope + base.
struct NibbleBar {
  float scale;
  float offset;
  float slope;
  float base;
};

struct NibbleRows {
  const std::uint8_t* codes;
  const float* inverseNorms;
  const float* cosines;
};

/// The inner loops, in one build for each kind of processor. All give the same results, `floats` but for rounding.
struct Kernels {
  const char* name;
  /// Leaves in each mask the bits of the rows that pass; a group without a bit is not read.
  void (*passBits)(const std::uint8_t* codes, const std::uint16_t* cosines, int groups, const BitProbe& probe,
                   BitBar bar, std::uint32_t* masks);
  void (*passNibbles)(const NibbleRows& rows, int groups, const NibbleProbe& probe, const NibbleBar& bar,
                      std::uint32_t* masks);
  /// Inner products of some rows' nibbles (0 to 15) with the probe's values.
  void (*dotNibbles)(const std::uint8_t* codes, const std::uint32_t* rows, int count, const NibbleProbe& probe,
                     std::int32_t* dots);
  /// Inner products of neighbouring vectors of `dimensions` floats.
  void (*dotFloats)(const float* vectors, int count, int dimensions, const float* probe, float* dots);
};

/// Those that this processor can run, the plainest first.
const std::vector<const Kernels*>& usableKernels();

/// The one of that name among the usable, or null.
const Kernels* kernelsNamed(const char* name);

extern const Kernels plainKernels;
extern const Kernels avx2Kernels;
extern const Kernels avx512Kernels;
extern const Kernels neonKernels;

}  // namespace scan
