#pragma once

#include <cstddef>
#include <cstdint>

namespace crc {

/// CRC-32C (Castagnoli, RFC 3720) of the bytes, going on from the checksum of what came before them, 0 at first. By the
/// processor's own instructions where it has them.
std::uint32_t crc32c(std::uint32_t before, const std::uint8_t* bytes, std::size_t count);

/// The same from a table, for processors without.
std::uint32_t crc32cByTable(std::uint32_t before, const std::uint8_t* bytes, std::size_t count);

}  // namespace crc
