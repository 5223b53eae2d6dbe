#include "faces.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace yardstick {
namespace {

/// SplitMix64 (Steele and others, 2014).
struct Random {
  std::uint64_t state;

  std::uint64_t next() {
    std::uint64_t z = state += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }
  /// The sum of twelve uniform numbers, less 6: as good as normal up to 4 deviations.
  float normal() {
    float sum = 0;
    for (int word = 0; word < 3; word++) {
      const std::uint64_t bits = next();
      for (int part = 0; part < 4; part++) sum += static_cast<float>(bits >> (16 * part) & 0xffff);
    }
    return sum / 65536 - 6;
  }
};

Random seeded(std::uint64_t kind, std::uint64_t number) { return {(number + 1) * 0x9e3779b1 ^ kind << 56}; }

std::vector<float> scalesOf(const FaceModel& model) {
  std::vector<float> scales(model.dimensions);
  double sum = 0;
  for (int i = 0; i < model.dimensions; i++) sum += std::pow(i + model.flat, -model.fall);
  for (int i = 0; i < model.dimensions; i++) {
    scales[i] = static_cast<float>(std::sqrt(std::pow(i + model.flat, -model.fall) / sum));
  }
  return scales;
}

void toUnit(float* vector, int dimensions) {
  double square = 0;
  for (int i = 0; i < dimensions; i++) square += static_cast<double>(vector[i]) * vector[i];
  const auto scale = static_cast<float>(1 / std::sqrt(square));
  for (int i = 0; i < dimensions; i++) vector[i] *= scale;
}

}  // namespace

void makeFaces(const FaceModel& model, std::uint32_t firstPerson, std::uint32_t count, std::uint32_t picture,
               float* vectors) {
  const std::vector<float> scales = scalesOf(model);
  const auto everyones = static_cast<float>(model.mean / std::sqrt(model.dimensions));
  const auto shared = static_cast<float>(model.person * std::sqrt(model.alike));
  const auto own = static_cast<float>(model.person * std::sqrt(1 - model.alike));
  for (std::uint32_t i = 0; i < count; i++) {
    const std::uint32_t person = firstPerson + i;
    Random group = seeded(1, person / model.lookAlikes);
    Random self = seeded(2, person);
    Random taken = seeded(3, (static_cast<std::uint64_t>(picture) << 32) + person);
    float* vector = vectors + static_cast<std::size_t>(i) * model.dimensions;
    for (int at = 0; at < model.dimensions; at++) {
      const float alike = shared > 0 ? shared * group.normal() : 0;
      const float rest = own * self.normal() + static_cast<float>(model.picture) * taken.normal();
      vector[at] = everyones + scales[at] * (alike + rest);
    }
    toUnit(vector, model.dimensions);
  }
}

}  // namespace yardstick
