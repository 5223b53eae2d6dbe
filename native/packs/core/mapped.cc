#include "mapped.h"

#include <sys/mman.h>

#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <sstream>

namespace packs {

void releaseMapped(const std::string& path) {
  const std::unique_ptr<char, decltype(&std::free)> whole(realpath(path.c_str(), nullptr), std::free);
  if (whole == nullptr) return;
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    // Addresses, permissions, offset, device, inode, path.
    std::istringstream fields(line);
    std::uintptr_t from = 0;
    std::uintptr_t to = 0;
    char dash = 0;
    std::string permissions, offset, device, inode, file;
    fields >> std::hex >> from >> dash >> to >> permissions >> offset >> device >> inode >> std::ws;
    std::getline(fields, file);
    // A private mapping would lose what was written to it.
    if (file != whole.get() || permissions.size() != 4 || permissions[3] != 's') continue;
    madvise(reinterpret_cast<void*>(from), to - from, MADV_DONTNEED);
  }
}

}  // namespace packs
