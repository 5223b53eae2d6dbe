#pragma once

#include <cstddef>
#include <cstdint>

#include "rotation.h"

namespace scan {

/// What a row's code consists of. From 256 dimensions on the first stage has a bit a dimension and the second four. Below,
/// bits would pass too many rows and nibbles leave too many open: the first stage is that of four bits, and a second
/// nibble makes each of them a byte.
struct CodeFormat {
  explicit CodeFormat(int dimensions)
      : padded(paddedTo64(dimensions)),
        nibbleBytes(padded / 2),
        bitBytes(padded >= 256 ? padded / 8 : 0),
        fineBytes(padded >= 256 ? 0 : padded / 2) {}

  int padded;
  int nibbleBytes;
  int bitBytes;
  int fineBytes;

  bool hasBits() const { return bitBytes > 0; }
  bool hasFine() const { return fineBytes > 0; }
  /// Of one row as encode() writes it: nibbles, bits or second nibbles, and the factors, without gaps.
  std::size_t bytes() const {
    return static_cast<std::size_t>(nibbleBytes + bitBytes + fineBytes) + 2 * sizeof(float) +
           (hasBits() ? sizeof(std::uint16_t) : 2 * sizeof(float));
  }
};

/// The parts of one row's code, wherever they lie.
struct Code {
  const std::uint8_t* nibbles;
  /// Bit i of byte j is set where value 8 · j + i of the rotated row is not negative.
  const std::uint8_t* bits;
  /// 1 / |v| for the vector v of the values nibble − 7.5.
  float inverseNorm;
  /// Between the rotated row and v.
  float nibbleCosine;
  /// Between the rotated row and the vector of its signs, as a fraction of 65535, rounded down.
  std::uint16_t bitCosine;
  /// The lower halves of the bytes, laid out as the nibbles, which are the upper ones.
  const std::uint8_t* fine;
  /// As of the nibbles, for the vector of the values byte − 127.5.
  float fineInverseNorm;
  float fineCosine;
};

/// Encodes one vector of unit length.
void encode(const CodeFormat& format, const Rotation& rotation, const float* vector, std::uint8_t* code);

/// Finds the parts in what encode() wrote; what the format has not is null or 0.
Code partsOf(const CodeFormat& format, const std::uint8_t* code);

/// Whether the factors are such as encode() writes: codes that were kept elsewhere may be damaged.
bool isSound(const CodeFormat& format, const Code& code);

/// The vector that the nibbles stand for, of the length that lies nearest to the encoded one, still rotated.
void decode(const CodeFormat& format, const Code& code, float* rotated);

}  // namespace scan
