#include "rotation.h"

#include <algorithm>
#include <cmath>

namespace scan {
namespace {

/// SplitMix64 (Steele and others, 2014).
std::uint64_t nextRandom(std::uint64_t& state) {
  std::uint64_t z = state += 0x9e3779b97f4a7c15;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

/// Four neighbours at once: the two smallest steps of the transform, which no compiler turns into vector code.
void transformQuads(float* values, int count) {
  for (int i = 0; i < count; i += 4) {
    const float a = values[i] + values[i + 1];
    const float b = values[i] - values[i + 1];
    const float c = values[i + 2] + values[i + 3];
    const float d = values[i + 2] - values[i + 3];
    values[i] = a + c;
    values[i + 1] = b + d;
    values[i + 2] = a - c;
    values[i + 3] = b - d;
  }
}

void addAndSubtract(float* __restrict low, float* __restrict high, int count) {
  for (int i = 0; i < count; i++) {
    const float sum = low[i] + high[i];
    high[i] = low[i] - high[i];
    low[i] = sum;
  }
}

/// Walsh-Hadamard, scaled to keep lengths; `count` is a power of two from 64 on. It is its own inverse.
void hadamard(float* values, int count) {
  transformQuads(values, count);
  for (int half = 4; half < count; half *= 2) {
    for (int i = 0; i < count; i += 2 * half) addAndSubtract(values + i, values + i + half, half);
  }
  const float scale = 1 / std::sqrt(static_cast<float>(count));
  for (int i = 0; i < count; i++) values[i] *= scale;
}

void multiply(float* __restrict values, const float* __restrict signs, int count) {
  for (int i = 0; i < count; i++) values[i] *= signs[i];
}

}  // namespace

Rotation::Rotation(int dimensions, std::uint64_t seed)
    : dimensions_(dimensions), padded_(paddedTo64(dimensions)), block_(64) {
  while (block_ * 2 <= padded_) block_ *= 2;
  rounds_ = block_ == padded_ ? 3 : 4;
  signs_.resize(static_cast<std::size_t>(rounds_) * padded_);
  for (float& sign : signs_) sign = nextRandom(seed) >> 63 ? -1.F : 1.F;
}

void Rotation::apply(const float* vector, float* rotated) const {
  std::copy_n(vector, dimensions_, rotated);
  std::fill(rotated + dimensions_, rotated + padded_, 0.F);
  for (int round = 0; round < rounds_; round++) {
    multiply(rotated, signs_.data() + static_cast<std::size_t>(round) * padded_, padded_);
    hadamard(rotated, block_);
    if (block_ < padded_) hadamard(rotated + padded_ - block_, block_);
  }
}

void Rotation::undo(const float* rotated, float* vector) const {
  std::vector<float> values(rotated, rotated + padded_);
  for (int round = rounds_ - 1; round >= 0; round--) {
    if (block_ < padded_) hadamard(values.data() + padded_ - block_, block_);
    hadamard(values.data(), block_);
    multiply(values.data(), signs_.data() + static_cast<std::size_t>(round) * padded_, padded_);
  }
  std::copy_n(values.data(), dimensions_, vector);
}

}  // namespace scan
