#include "read.h"

namespace yardstick {
namespace {

typedef std::uint64_t Vector __attribute__((vector_size(64)));

/// Eight sums at once, each of a vector of 64 bytes; the target of the caller decides what registers that takes.
template <int sums, int ahead>
inline __attribute__((always_inline)) std::uint64_t sumAll(const std::uint64_t* words, std::size_t bytes) {
  const auto* vectors = reinterpret_cast<const Vector*>(words);
  const std::size_t count = bytes / sizeof(Vector);
  Vector parts[sums] = {};
  for (std::size_t i = 0; i < count; i += sums) {
#pragma GCC unroll 8
    for (int part = 0; part < sums; part++) {
      if (ahead > 0) __builtin_prefetch(vectors + i + part + ahead);
      parts[part] += vectors[i + part];
    }
  }
  Vector all = parts[0];
  for (int part = 1; part < sums; part++) all += parts[part];
  std::uint64_t sum = 0;
  for (int lane = 0; lane < 8; lane++) sum += all[lane];
  return sum;
}

std::uint64_t readPlain(const std::uint64_t* words, std::size_t bytes) { return sumAll<4, 0>(words, bytes); }

#if defined(__x86_64__)
#define WIDEST __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define WIDEST
#endif

WIDEST std::uint64_t readWide(const std::uint64_t* words, std::size_t bytes) { return sumAll<8, 0>(words, bytes); }
WIDEST std::uint64_t readAhead(const std::uint64_t* words, std::size_t bytes) { return sumAll<8, 64>(words, bytes); }

const ReadKernel kernels[] = {{"plain", readPlain}, {"wide", readWide}, {"wide, prefetching", readAhead}};

}  // namespace

const ReadKernel* readKernels() { return kernels; }

}  // namespace yardstick
