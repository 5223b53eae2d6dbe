#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "../core/faces.h"
#include "../core/read.h"

namespace {

void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "yardstick: %s\n", what);
  std::exit(1);
}

void testReading() {
  constexpr std::size_t bytes = 512 * 40;
  auto* words = static_cast<std::uint64_t*>(std::aligned_alloc(64, bytes));
  std::uint64_t expected = 0;
  for (std::size_t i = 0; i < bytes / 8; i++) expected += words[i] = i * 0x9e3779b97f4a7c15;
  for (int i = 0; i < 3; i++) {
    require(yardstick::readKernels()[i].read(words, bytes) == expected, yardstick::readKernels()[i].name);
  }
  std::free(words);
}

double scoreOf(const std::vector<float>& one, const std::vector<float>& other, int at, int from, int dimensions) {
  double sum = 0;
  for (int i = 0; i < dimensions; i++) sum += static_cast<double>(one[at * dimensions + i]) * other[from * dimensions + i];
  return sum;
}

void testFaces() {
  constexpr int dimensions = 128;
  constexpr int persons = 400;
  const yardstick::FaceModel model{dimensions, std::sqrt(.8), std::sqrt(.15), std::sqrt(.05), 1, 4, 1, 0};
  std::vector<float> first(dimensions * persons);
  std::vector<float> second(dimensions * persons);
  yardstick::makeFaces(model, 10, persons, 0, first.data());
  yardstick::makeFaces(model, 10, persons, 1, second.data());
  double genuine = 0;
  double impostor = 0;
  for (int i = 0; i < persons; i++) {
    require(std::fabs(scoreOf(first, first, i, i, dimensions) - 1) < 1e-6, "faces have length 1");
    genuine += scoreOf(first, second, i, i, dimensions) / persons;
    impostor += scoreOf(first, second, i, (i + 1) % persons, dimensions) / persons;
  }
  require(std::fabs(genuine - .95) < .01, "one person's pictures are as alike as the model says");
  require(std::fabs(impostor - .8) < .02, "two persons' pictures are as alike as the model says");
  std::vector<float> again(dimensions);
  yardstick::makeFaces(model, 12, 1, 1, again.data());
  require(scoreOf(again, second, 0, 2, dimensions) > 1 - 1e-6, "the same numbers give the same face");
}

}  // namespace

int main() {
  testReading();
  testFaces();
  std::puts("yardstick: reads all, and makes faces as its model says");
}
