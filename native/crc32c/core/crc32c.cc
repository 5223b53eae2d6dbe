#include "crc32c.h"

#include <array>
#include <cstring>

#if defined(__aarch64__)
#include <arm_acle.h>
#include <sys/auxv.h>
#elif defined(__x86_64__)
#include <nmmintrin.h>
#endif

namespace crc {
namespace {

using Crc = std::uint32_t (*)(std::uint32_t, const std::uint8_t*, std::size_t);

std::array<std::uint32_t, 256> makeTable() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t byte = 0; byte < 256; byte++) {
    std::uint32_t crc = byte;
    for (int bit = 0; bit < 8; bit++) crc = (crc & 1) != 0 ? crc >> 1 ^ 0x82f63b78 : crc >> 1;
    table[byte] = crc;
  }
  return table;
}

#if defined(__aarch64__)

#define OSTIARY_CRC_TARGET __attribute__((target("+crc")))
OSTIARY_CRC_TARGET std::uint32_t eightBytes(std::uint32_t crc, std::uint64_t word) { return __crc32cd(crc, word); }
OSTIARY_CRC_TARGET std::uint32_t oneByte(std::uint32_t crc, std::uint8_t byte) { return __crc32cb(crc, byte); }
bool hasInstructions() {
  constexpr unsigned long crc32 = 1UL << 7;
  return (getauxval(AT_HWCAP) & crc32) != 0;
}

#elif defined(__x86_64__)

#define OSTIARY_CRC_TARGET __attribute__((target("sse4.2")))
OSTIARY_CRC_TARGET std::uint32_t eightBytes(std::uint32_t crc, std::uint64_t word) {
  return static_cast<std::uint32_t>(_mm_crc32_u64(crc, word));
}
OSTIARY_CRC_TARGET std::uint32_t oneByte(std::uint32_t crc, std::uint8_t byte) { return _mm_crc32_u8(crc, byte); }
bool hasInstructions() { return __builtin_cpu_supports("sse4.2"); }

#endif

OSTIARY_CRC_TARGET std::uint32_t byInstructions(std::uint32_t before, const std::uint8_t* bytes, std::size_t count) {
  std::uint32_t crc = ~before;
  for (; count >= 8; bytes += 8, count -= 8) {
    std::uint64_t word;
    std::memcpy(&word, bytes, sizeof word);
    crc = eightBytes(crc, word);
  }
  for (; count > 0; bytes++, count--) crc = oneByte(crc, *bytes);
  return ~crc;
}

}  // namespace

std::uint32_t crc32cByTable(std::uint32_t before, const std::uint8_t* bytes, std::size_t count) {
  static const std::array<std::uint32_t, 256> table = makeTable();
  std::uint32_t crc = ~before;
  for (; count > 0; bytes++, count--) crc = crc >> 8 ^ table[(crc ^ *bytes) & 255];
  return ~crc;
}

std::uint32_t crc32c(std::uint32_t before, const std::uint8_t* bytes, std::size_t count) {
  static const Crc chosen = hasInstructions() ? byInstructions : crc32cByTable;
  return chosen(before, bytes, count);
}

}  // namespace crc
