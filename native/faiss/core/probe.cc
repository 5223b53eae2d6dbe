#include "probe.h"

#include <algorithm>
#include <cmath>

namespace scan {
namespace {

/// Rows and probes are of unit length within 1e-4 each, and single precision adds less.
constexpr float lengthTolerance = 3e-4F;

/// What rotated Gaussian coordinates give on average: √(2 / π) for signs, and for 16 levels.
constexpr float usualBitCosine = .798F;
constexpr float usualNibbleCosine = .9942F;

float signedSum(const float* values, unsigned bits) {
  float sum = 0;
  for (int i = 0; i < 4; i++) sum += (bits >> i & 1) != 0 ? values[i] : -values[i];
  return sum;
}

}  // namespace

Probe::Probe(const CodeFormat& format, const Rotation& rotation, const float* vector, int dimensions, float deviations)
    : padded_(format.padded),
      nibbleBytes_(format.nibbleBytes),
      bitBytes_(format.bitBytes),
      deviations_(deviations),
      kappaOfOne_(deviations / std::sqrt(static_cast<float>(format.padded - 1))),
      vector_(vector, vector + dimensions) {
  std::vector<float> rotated(format.padded);
  rotation.apply(vector, rotated.data());
  if (format.hasBits()) makeTables(rotated.data());
  roundValues(rotated.data());
  if (!format.hasFine()) return;
  for (const float value : rotated) fineOffset_ -= 127.5F * value;
  rotated_ = std::move(rotated);
}

void Probe::makeTables(const float* rotated) {
  const auto largest = [&](int nibble) {
    float sum = 0;
    for (int i = 0; i < 4; i++) sum += std::fabs(rotated[4 * nibble + i]);
    return sum;
  };
  float widest = 1e-9F;
  for (int nibble = 0; nibble < padded_ / 4; nibble++) widest = std::max(widest, largest(nibble));
  tableStep_ = 2 * widest / 127;
  tables_.resize(static_cast<std::size_t>(bitBytes_) * 64);
  for (int nibble = 0; nibble < padded_ / 4; nibble++) {
    const int byte = nibble / 2;
    std::uint8_t* table = tables_.data() + byte / 2 * 128 + byte % 2 * 32 + nibble % 2 * 64;
    const float least = -largest(nibble);
    tableBase_ += least;
    for (unsigned bits = 0; bits < 16; bits++) {
      const float entry = (signedSum(rotated + 4 * nibble, bits) - least) / tableStep_;
      table[bits] = table[bits + 16] = static_cast<std::uint8_t>(std::clamp(std::lround(entry), 0L, 127L));
    }
  }
  // Each entry is rounded by a uniform error of variance step² / 12, and b is their sum over √D. Two steps more stand
  // for the whole numbers of the bar.
  const float rounding = tableStep_ * std::sqrt(static_cast<float>(padded_) / 4 / 12);
  tableDelta_ = (deviations_ * rounding + 2 * tableStep_) / std::sqrt(static_cast<float>(padded_)) + lengthTolerance;
}

void Probe::roundValues(const float* rotated) {
  float widest = 1e-9F;
  for (int i = 0; i < padded_; i++) widest = std::max(widest, std::fabs(rotated[i]));
  valueStep_ = widest / 127;
  values_.resize(padded_);
  int sum = 0;
  double lost = 0;
  for (int i = 0; i < padded_; i++) {
    values_[i] = static_cast<std::int8_t>(std::lround(rotated[i] / valueStep_));
    sum += values_[i];
    lost += std::pow(rotated[i] - static_cast<float>(values_[i]) * valueStep_, 2);
  }
  valueOffset_ = -7.5F * valueStep_ * static_cast<float>(sum);
  // What rounding takes from the probe is a vector that knows nothing of the row.
  valueDelta_ = deviations_ * static_cast<float>(std::sqrt(lost / padded_)) + lengthTolerance;
}

bool Probe::bitBar(float score, BitBar& bar) const {
  const Line line = lineBelow(score, kappaOfOne_, tableDelta_, usualBitCosine);
  const float scale = std::sqrt(static_cast<float>(padded_)) / tableStep_;
  const float slope = std::floor(line.slope * scale * (65536.F / 65535.F));
  const float base = std::floor(line.base * scale - tableBase_ / tableStep_);
  if (!(slope >= 0) || !(base >= 0)) return false;
  bar.slope = static_cast<std::uint16_t>(std::min(slope, 65535.F));
  bar.base = static_cast<std::uint16_t>(std::min(base, 65535.F - static_cast<float>(bar.slope)));
  return true;
}

NibbleBar Probe::nibbleBar(float score) const {
  const Line line = lineBelow(score, kappaOfOne_, valueDelta_, usualNibbleCosine);
  return {valueStep_, valueOffset_, line.slope, line.base};
}

Interval Probe::scoresOf(std::int32_t dot, float inverseNorm, float cosine) const {
  const float b = (static_cast<float>(dot) * valueStep_ + valueOffset_) * inverseNorm;
  const float rest = std::sqrt(std::max(0.F, 1 - cosine * cosine));
  return scan::scoresOf(b, cosine, kappaOfOne_ * rest, valueDelta_);
}

Interval Probe::fineScoresOf(const std::uint8_t* nibbles, const std::uint8_t* fine, float inverseNorm,
                             float cosine) const {
  constexpr int lanes = 16;
  float sums[lanes] = {};
  for (int i = 0; i < nibbleBytes_; i += lanes) {
    for (int lane = 0; lane < lanes; lane++) {
      const int at = i + lane;
      const int low = (nibbles[at] & 15) << 4 | (fine[at] & 15);
      const int high = (nibbles[at] & 240) | fine[at] >> 4;
      sums[lane] += rotated_[at] * static_cast<float>(low) + rotated_[at + nibbleBytes_] * static_cast<float>(high);
    }
  }
  float sum = fineOffset_;
  for (const float part : sums) sum += part;
  const float rest = std::sqrt(std::max(0.F, 1 - cosine * cosine));
  return scan::scoresOf(sum * inverseNorm, cosine, kappaOfOne_ * rest, lengthTolerance);
}

}  // namespace scan
