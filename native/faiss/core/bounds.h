#pragma once

#include <algorithm>
#include <cmath>

// How far an inner product can be from what a code says of it.
//
// A row x and a probe q have unit length, and u is the unit vector that x's code stands for, with cosine c = <x, u>. If
// the rotation is uniformly random, the part of u that is orthogonal to x points in a uniformly random direction (Gao and
// Long, "RaBitQ", SIGMOD 2024, lemma 3.1 and theorem 3.2; their argument holds for any code that is made from the rotated
// vector alone). So b = <q, u> has, for a given s = <q, x>, the mean s · c and the variance
// (1 − s²)(1 − c²) / (D − 1), and is all but normal. With k standard deviations, κ = k · √((1 − c²) / (D − 1)) and a
// tolerance δ for the rounding of the probe,
//
//   b >= s · c − κ · √(1 − s²) − δ                                                            (1)
//
// fails with probability Φ(−k): 3.4e-6 for k = 4.5. A row may be passed over if (1) fails for the score it would need.
namespace scan {

struct Interval {
  float low;
  float high;
};

/// All scores s for which (1) and its mirror image hold: with R² = c² + κ² they are
/// (b · c ± κ · √(R² − b²)) / R², where b is taken ±δ.
inline Interval scoresOf(float b, float c, float kappa, float delta) {
  const float square = c * c + kappa * kappa;
  const auto limit = [&](float at, float sign) {
    // Beyond c the largest score that (1) allows is 1, and so for the mirror image.
    if (sign * at >= c) return sign;
    const float root = std::sqrt(std::max(0.F, square - at * at));
    return (at * c + sign * kappa * root) / square;
  };
  return {std::max(-1.F, limit(b - delta, -1.F)), std::min(1.F, limit(b + delta, 1.F))};
}

/// A straight line below the right side of (1), which is convex in c: its tangent at `around`.
struct Line {
  float slope;
  float base;
};

inline Line lineBelow(float score, float kappaOfOne, float delta, float around) {
  const float spread = kappaOfOne * std::sqrt(std::max(0.F, 1 - score * score));
  const float rest = std::sqrt(1 - around * around);
  return {score + spread * around / rest, -spread * (rest + around * around / rest) - delta};
}

}  // namespace scan
