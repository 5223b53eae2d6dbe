#include "kernels.h"

#include <cstring>

namespace scan {
namespace {

std::vector<const Kernels*> findUsable() {
  std::vector<const Kernels*> usable{&plainKernels};
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) usable.push_back(&avx2Kernels);
  if (__builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vnni")) {
    usable.push_back(&avx512Kernels);
  }
#elif defined(__aarch64__)
  usable.push_back(&neonKernels);
#endif
  return usable;
}

}  // namespace

const std::vector<const Kernels*>& usableKernels() {
  static const std::vector<const Kernels*> usable = findUsable();
  return usable;
}

const Kernels* kernelsNamed(const char* name) {
  for (const Kernels* kernels : usableKernels()) {
    if (std::strcmp(kernels->name, name) == 0) return kernels;
  }
  return nullptr;
}

}  // namespace scan
