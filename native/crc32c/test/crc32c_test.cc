#include <cstdio>
#include <cstdlib>
#include <random>
#include <vector>

#include "../core/crc32c.h"

// Each bit on its own, against the instructions and the table.
namespace {

void require(bool holds, const char* what, long round) {
  if (holds) return;
  std::fprintf(stderr, "crc32c: round %ld: %s\n", round, what);
  std::exit(1);
}

std::uint32_t plainly(std::uint32_t before, const std::uint8_t* bytes, std::size_t count) {
  std::uint32_t crc = ~before;
  for (std::size_t i = 0; i < count; i++) {
    crc ^= bytes[i];
    for (int bit = 0; bit < 8; bit++) crc = (crc & 1) != 0 ? crc >> 1 ^ 0x82f63b78 : crc >> 1;
  }
  return ~crc;
}

}  // namespace

int main() {
  std::mt19937 random(20261122);
  std::vector<std::uint8_t> bytes(3000);
  for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random());
  for (long round = 0; round < 3000; round++) {
    // At any address and of any length.
    const std::size_t first = random() % 16;
    const std::size_t count = random() % (round % 2 == 0 ? 20 : bytes.size() - first);
    const auto before = static_cast<std::uint32_t>(random());
    const std::uint32_t expected = plainly(before, bytes.data() + first, count);
    require(crc::crc32c(before, bytes.data() + first, count) == expected, "the instructions agree with a plain loop", round);
    require(crc::crc32cByTable(before, bytes.data() + first, count) == expected, "the table agrees with a plain loop", round);
  }
  std::puts("crc32c: instructions and table agree with a plain loop");
}
