#include <cstring>

#include "../core/kernels.h"
#include "../core/originals.h"
#include "check.h"

// Every kernel that the machine can run against loops that follow the definitions in kernels.h. Buffers have exactly the
// size that is promised, so that the sanitizers see every byte read beyond them.
namespace {

using namespace scan;

std::vector<std::uint8_t> randomBytes(std::mt19937& random, std::size_t count, int below) {
  std::vector<std::uint8_t> bytes(count);
  for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random() % below);
  return bytes;
}

std::vector<std::uint32_t> randomMasks(std::mt19937& random, int groups) {
  std::vector<std::uint32_t> masks(groups);
  for (auto& mask : masks) mask = random() % 3 == 0 ? 0 : random() % 2 == 0 ? ~0U : static_cast<std::uint32_t>(random());
  return masks;
}

/// Tables in the kernels' layout, and the same by nibble: 16 entries each.
std::vector<std::uint8_t> layOut(const std::vector<std::uint8_t>& entries, int bytes) {
  std::vector<std::uint8_t> tables(static_cast<std::size_t>(bytes) * 64);
  for (int nibble = 0; nibble < 2 * bytes; nibble++) {
    for (int copy = 0; copy < 2; copy++) {
      const int byte = nibble / 2;
      std::memcpy(&tables[byte / 2 * 128 + nibble % 2 * 64 + byte % 2 * 32 + copy * 16], &entries[nibble * 16], 16);
    }
  }
  return tables;
}

void checkBits(const Kernels& kernels, std::mt19937& random, int round) {
  const int bytes = 8 * (4 + static_cast<int>(random() % 13));
  const int groups = 1 + static_cast<int>(random() % 5);
  const auto codes = randomBytes(random, static_cast<std::size_t>(groups) * groupRows * bytes, 256);
  const auto entries = randomBytes(random, static_cast<std::size_t>(bytes) * 32, 128);
  const auto tables = layOut(entries, bytes);
  std::vector<std::uint16_t> cosines(static_cast<std::size_t>(groups) * groupRows);
  for (auto& cosine : cosines) cosine = static_cast<std::uint16_t>(random());
  const auto middle = static_cast<std::uint16_t>(bytes * 127);
  const BitBar bar{static_cast<std::uint16_t>(random() % 2000), static_cast<std::uint16_t>(middle - random() % 2000)};
  auto masks = randomMasks(random, groups);
  const auto before = masks;
  kernels.passBits(codes.data(), cosines.data(), groups, {tables.data(), bytes}, bar, masks.data());
  for (int row = 0; row < groups * groupRows; row++) {
    unsigned sum = 0;
    for (int byte = 0; byte < bytes; byte++) {
      const int code = codes[(row / groupRows * bytes + byte) * groupRows + row % groupRows];
      sum += entries[32 * byte + (code & 15)] + entries[32 * byte + 16 + (code >> 4)];
    }
    const std::uint32_t cosine = cosines[row / groupRows * groupRows + placeInGroup(row % groupRows)];
    const bool passes = sum >= (cosine * bar.slope >> 16) + bar.base;
    const bool expected = passes && (before[row / groupRows] >> row % groupRows & 1) != 0;
    require(expected == ((masks[row / groupRows] >> row % groupRows & 1) != 0), kernels.name, round);
  }
}

std::int32_t plainDot(const std::uint8_t* code, const std::vector<std::int8_t>& values) {
  const std::size_t half = values.size() / 2;
  std::int32_t dot = 0;
  for (std::size_t i = 0; i < values.size(); i++) {
    dot += (i < half ? code[i] & 15 : code[i - half] >> 4) * values[i];
  }
  return dot;
}

void checkNibbles(const Kernels& kernels, std::mt19937& random, int round) {
  const int bytes = 32 * (1 + static_cast<int>(random() % 16));
  const int groups = 1 + static_cast<int>(random() % 4);
  const int rows = groups * groupRows;
  // The largest products that there are, now and then: sums of them must not overflow.
  const bool extreme = round % 5 == 0;
  auto codes = randomBytes(random, static_cast<std::size_t>(rows) * bytes, 256);
  if (extreme) std::fill(codes.begin(), codes.end(), 255);
  std::vector<std::int8_t> values(2 * static_cast<std::size_t>(bytes));
  for (auto& value : values) value = static_cast<std::int8_t>(extreme ? (round % 2 ? 127 : -127) : static_cast<int>(random() % 255) - 127);
  std::vector<float> norms(rows);
  std::vector<float> cosines(rows);
  std::uniform_real_distribution<float> unit(.5F, 1);
  for (int row = 0; row < rows; row++) {
    norms[row] = unit(random);
    cosines[row] = unit(random);
  }
  const NibbleBar bar{.001F, -.5F, unit(random), -unit(random)};
  const NibbleProbe probe{values.data(), bytes};
  auto masks = randomMasks(random, groups);
  const auto before = masks;
  kernels.passNibbles({codes.data(), norms.data(), cosines.data()}, groups, probe, bar, masks.data());
  std::vector<std::uint32_t> list;
  for (int row = 0; row < rows; row++) {
    if (random() % 3 == 0) list.push_back(row);
    const auto dot = static_cast<float>(plainDot(&codes[static_cast<std::size_t>(row) * bytes], values));
    const bool passes = (dot * bar.scale + bar.offset) * norms[row] >= cosines[row] * bar.slope + bar.base;
    const bool expected = passes && (before[row / groupRows] >> row % groupRows & 1) != 0;
    require(expected == ((masks[row / groupRows] >> row % groupRows & 1) != 0), kernels.name, round);
  }
  std::vector<std::int32_t> dots(list.size());
  kernels.dotNibbles(codes.data(), list.data(), static_cast<int>(list.size()), probe, dots.data());
  for (std::size_t i = 0; i < list.size(); i++) {
    require(dots[i] == plainDot(&codes[static_cast<std::size_t>(list[i]) * bytes], values), kernels.name, round);
  }
}

void checkFloats(const Kernels& kernels, std::mt19937& random, int round) {
  const int dimensions = 64 + static_cast<int>(random() % 961);
  const int rows = 1 + static_cast<int>(random() % 9);
  const auto vectors = randomUnits(random, rows, dimensions);
  const auto probe = randomUnits(random, 1, dimensions);
  std::vector<float> dots(rows);
  kernels.dotFloats(vectors.data(), rows, dimensions, probe.data(), dots.data());
  for (int row = 0; row < rows; row++) {
    const float* vector = &vectors[static_cast<std::size_t>(row) * dimensions];
    double dot = 0;
    for (int i = 0; i < dimensions; i++) dot += static_cast<double>(vector[i]) * probe[i];
    require(std::fabs(dot - dots[row]) < 1e-5, kernels.name, round);
    require(std::fabs(dot - exactScore(probe.data(), vector, dimensions)) < 1e-7, "exactScore", round);
  }
}

void checkHalves() {
  for (std::uint32_t half = 0; half < 0x7c00; half++) {
    const float value = fromFloat16(static_cast<std::uint16_t>(half));
    require(toFloat16(value) == half && toFloat16(-value) == (half | 0x8000), "float16 and back", half);
    if (half + 1 == 0x7c00) break;
    const float next = fromFloat16(static_cast<std::uint16_t>(half + 1));
    require(value < next, "float16 rises", half);
    // Between two, the nearer one; in the middle, the even one.
    require(toFloat16(value + (next - value) / 2) == half + half % 2, "float16 rounds to even", half);
    require(toFloat16(value + (next - value) * .51F) == half + 1, "float16 rounds up", half);
    require(toFloat16(value + (next - value) * .49F) == half, "float16 rounds down", half);
  }
}

}  // namespace

void testKernels() {
  std::mt19937 random(20261121);
  for (const Kernels* kernels : usableKernels()) {
    for (int round = 0; round < 100; round++) {
      checkBits(*kernels, random, round);
      checkNibbles(*kernels, random, round);
      checkFloats(*kernels, random, round);
    }
    std::printf("faiss: kernels %s agree with plain loops\n", kernels->name);
  }
  checkHalves();
}
