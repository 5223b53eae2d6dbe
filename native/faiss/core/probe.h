#pragma once

#include <cstdint>
#include <vector>

#include "bounds.h"
#include "codes.h"
#include "kernels.h"

namespace scan {

/// One probe as the kernels want it.
class Probe {
 public:
  /// `deviations` is the k of bounds.h.
  Probe(const CodeFormat& format, const Rotation& rotation, const float* vector, int dimensions, float deviations);

  const float* vector() const { return vector_.data(); }
  BitProbe bits() const { return {tables_.data(), bitBytes_}; }
  NibbleProbe nibbles() const { return {values_.data(), nibbleBytes_}; }

  /// What a row must reach so that its score can be `score`; false when every row can.
  bool bitBar(float score, BitBar& bar) const;
  NibbleBar nibbleBar(float score) const;
  /// The scores that a row can have, from the inner product of its nibbles with `nibbles()`.
  Interval scoresOf(std::int32_t dot, float inverseNorm, float cosine) const;
  /// The same, closer, from both halves of a row's bytes.
  Interval fineScoresOf(const std::uint8_t* nibbles, const std::uint8_t* fine, float inverseNorm, float cosine) const;

 private:
  void makeTables(const float* rotated);
  void roundValues(const float* rotated);

  int padded_;
  int nibbleBytes_;
  int bitBytes_;
  float deviations_;
  /// κ for a row whose code has cosine 0.
  float kappaOfOne_;
  std::vector<float> vector_;
  /// Only where rows have bytes.
  std::vector<float> rotated_;
  float fineOffset_ = 0;
  std::vector<std::uint8_t> tables_;
  /// √D · b = sum · tableStep_ + tableBase_.
  float tableStep_ = 0;
  float tableBase_ = 0;
  float tableDelta_ = 0;
  std::vector<std::int8_t> values_;
  /// b = (dot · step + offset) · inverseNorm.
  float valueStep_ = 0;
  float valueOffset_ = 0;
  float valueDelta_ = 0;
};

}  // namespace scan
