#include <algorithm>

#include "../core/probe.h"
#include "check.h"

// The rotation, and that the bounds of bounds.h hold as often as they say.
namespace {

using namespace scan;

void checkRotation(std::mt19937& random, int dimensions) {
  const Rotation rotation(dimensions, 7);
  const auto vectors = randomUnits(random, 2, dimensions);
  std::vector<float> one(rotation.padded());
  std::vector<float> other(rotation.padded());
  rotation.apply(vectors.data(), one.data());
  rotation.apply(vectors.data() + dimensions, other.data());
  double before = 0;
  double after = 0;
  for (int i = 0; i < dimensions; i++) before += static_cast<double>(vectors[i]) * vectors[dimensions + i];
  for (int i = 0; i < rotation.padded(); i++) after += static_cast<double>(one[i]) * other[i];
  require(std::fabs(before - after) < 1e-5, "a rotation keeps inner products", dimensions);
  std::vector<float> back(dimensions);
  rotation.undo(one.data(), back.data());
  for (int i = 0; i < dimensions; i++) require(std::fabs(back[i] - vectors[i]) < 1e-5, "undo undoes apply", dimensions);
}

/// A vector at the given score from another.
std::vector<float> atScore(std::mt19937& random, const float* vector, int dimensions, float score) {
  auto other = randomUnits(random, 1, dimensions);
  double along = 0;
  for (int i = 0; i < dimensions; i++) along += static_cast<double>(other[i]) * vector[i];
  double square = 0;
  for (int i = 0; i < dimensions; i++) {
    other[i] -= static_cast<float>(along) * vector[i];
    square += static_cast<double>(other[i]) * other[i];
  }
  const auto scale = static_cast<float>(std::sqrt((1 - score * score) / square));
  for (int i = 0; i < dimensions; i++) other[i] = score * vector[i] + scale * other[i];
  return other;
}

/// Vectors that suit no code: along an axis, all of one size, a few values only, as well as random ones.
std::vector<float> awkward(std::mt19937& random, int dimensions, int kind) {
  auto vector = randomUnits(random, 1, dimensions);
  if (kind == 0) return vector;
  const int filled = kind == 1 ? 1 : kind == 2 ? dimensions : 5;
  std::fill(vector.begin(), vector.end(), 0.F);
  for (int i = 0; i < filled; i++) {
    vector[kind == 1 ? random() % dimensions : i] = (random() % 2 ? 1.F : -1.F) / std::sqrt(static_cast<float>(filled));
  }
  return vector;
}

/// Of many pairs of the same score: how many the first stage would pass over, and how many lie outside of the bounds of
/// the second and of its bytes, at `deviations`.
struct Misses {
  int bits = 0;
  int nibbles = 0;
  int fine = 0;
};

Misses countMisses(std::mt19937& random, int dimensions, float deviations, int pairs) {
  const CodeFormat format(dimensions);
  const Rotation rotation(dimensions, random());
  std::vector<std::uint8_t> code(format.bytes());
  std::uniform_real_distribution<float> anyScore(.1F, .95F);
  Misses misses;
  for (int pair = 0; pair < pairs; pair++) {
    const auto row = awkward(random, dimensions, pair % 4);
    const float score = anyScore(random);
    const auto vector = atScore(random, row.data(), dimensions, score);
    const Probe probe(format, rotation, vector.data(), dimensions, deviations);
    encode(format, rotation, row.data(), code.data());
    const Code parts = partsOf(format, code.data());
    require(isSound(format, parts), "an encoded row is sound", pair);
    if (format.hasBits()) {
      // A group of one row.
      std::vector<std::uint8_t> group(static_cast<std::size_t>(format.bitBytes) * groupRows);
      for (int byte = 0; byte < format.bitBytes; byte++) group[byte * groupRows] = parts.bits[byte];
      std::uint16_t cosines[groupRows] = {parts.bitCosine};
      std::uint32_t mask = 1;
      BitBar bar;
      if (probe.bitBar(score, bar)) plainKernels.passBits(group.data(), cosines, 1, probe.bits(), bar, &mask);
      if (mask == 0) misses.bits++;
    }
    std::int32_t dot;
    const std::uint32_t first = 0;
    plainKernels.dotNibbles(parts.nibbles, &first, 1, probe.nibbles(), &dot);
    const Interval scores = probe.scoresOf(dot, parts.inverseNorm, parts.nibbleCosine);
    if (score < scores.low || score > scores.high) misses.nibbles++;
    if (!format.hasFine()) continue;
    const Interval fine = probe.fineScoresOf(parts.nibbles, parts.fine, parts.fineInverseNorm, parts.fineCosine);
    if (score < fine.low || score > fine.high) misses.fine++;
    require(pair % 4 != 0 || fine.high - fine.low < (scores.high - scores.low) / 3, "bytes bound closer than nibbles", pair);
  }
  return misses;
}

}  // namespace

void testCodes() {
  std::mt19937 random(20261122);
  for (const int dimensions : {64, 65, 100, 128, 192, 300, 512, 777, 1024}) checkRotation(random, dimensions);
  for (const int dimensions : {64, 128, 300, 512}) {
    constexpr int pairs = 6000;
    // Φ(−1.5) is 6.7 %, twice that for both sides; tolerances and the convexity of the line only lower it.
    const Misses often = countMisses(random, dimensions, 1.5F, pairs);
    require(often.bits < .08 * pairs && often.nibbles < .15 * pairs, "1.5 deviations hold as often as they say", dimensions);
    require(often.nibbles > .01 * pairs, "the bounds are no wider than they need be", dimensions);
    require(often.fine < .15 * pairs, "the bounds of bytes hold as often as they say", dimensions);
    const Misses never = countMisses(random, dimensions, 4.5F, pairs);
    require(never.bits == 0 && never.nibbles <= 1 && never.fine <= 1, "4.5 deviations miss next to nothing", dimensions);
  }
  std::puts("faiss: bounds hold as often as they say");
}
