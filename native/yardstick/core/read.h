#pragma once

#include <cstddef>
#include <cstdint>

namespace yardstick {

/// Reads all of some memory, and answers a sum so that no compiler leaves it out. `bytes` is a multiple of 512, and the
/// memory is aligned to 64.
using Read = std::uint64_t (*)(const std::uint64_t* words, std::size_t bytes);

struct ReadKernel {
  const char* name;
  Read read;
};

/// Three ways to read, of which the quickest is the machine's floor. `count` is always 3.
const ReadKernel* readKernels();

}  // namespace yardstick
