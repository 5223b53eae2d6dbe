#pragma once

#include <cstdint>

namespace yardstick {

/// Artificial templates. A vector is a mean, what is the person's own and what is the picture's, scaled to length 1; the
/// latter two are normal with variances that fall with the coordinate i as 1 / (i + flat)^fall and add up to person² and
/// picture².
struct FaceModel {
  int dimensions;
  double mean;
  double person;
  double picture;
  double fall;
  double flat;
  /// Persons come in groups of so many who share this much of what is their own; 1 and 0 for none.
  std::uint32_t lookAlikes;
  double alike;
};

/// Picture number `picture` of each person from `firstPerson` on, one after the other. The same numbers give the same
/// vectors.
void makeFaces(const FaceModel& model, std::uint32_t firstPerson, std::uint32_t count, std::uint32_t picture,
               float* vectors);

}  // namespace yardstick
