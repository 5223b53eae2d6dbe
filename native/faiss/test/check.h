#pragma once

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <vector>

inline void require(bool holds, const char* what, long round) {
  if (holds) return;
  std::fprintf(stderr, "faiss: round %ld: %s\n", round, what);
  std::exit(1);
}

/// Vectors of unit length, one after the other.
inline std::vector<float> randomUnits(std::mt19937& random, int count, int dimensions) {
  std::normal_distribution<float> normal;
  std::vector<float> vectors(static_cast<std::size_t>(count) * dimensions);
  for (int i = 0; i < count; i++) {
    float* vector = vectors.data() + static_cast<std::size_t>(i) * dimensions;
    double square = 0;
    for (int j = 0; j < dimensions; j++) {
      vector[j] = normal(random);
      square += vector[j] * vector[j];
    }
    for (int j = 0; j < dimensions; j++) vector[j] = static_cast<float>(vector[j] / std::sqrt(square));
  }
  return vectors;
}

void testKernels();
void testCodes();
void testRemoval();
void testConcurrency();
