#pragma once

#include <cstdint>
#include <vector>

namespace scan {

/// The next multiple of 64: what the kernels read without a remainder.
constexpr int paddedTo64(int dimensions) { return (dimensions + 63) / 64 * 64; }

/// A random rotation of R^n, n the padded dimensions: rounds of random signs and a Walsh-Hadamard transform, as in
/// "Practical and Optimal LSH for Angular Distance" (Andoni and others, 2015). Where n is no power of two each round
/// transforms the first and then the last coordinates, as many as the next lower power. One seed gives the same rotation
/// on every machine, so that codes can be kept.
class Rotation {
 public:
  Rotation(int dimensions, std::uint64_t seed);

  int padded() const { return padded_; }

  /// `rotated` holds padded() values; inner products are those of the vectors, but for rounding.
  void apply(const float* vector, float* rotated) const;
  /// The inverse: the first `dimensions` values of the vector that apply() would turn into `rotated`.
  void undo(const float* rotated, float* vector) const;

 private:
  int dimensions_;
  int padded_;
  int block_;
  int rounds_;
  /// One after the other, a round each.
  std::vector<float> signs_;
};

}  // namespace scan
