#pragma once

#include <string>

namespace packs {

/// Gives the memory back in which pages of a file lie that is mapped, by whoever in this process; they are mapped again when
/// they are next read. Nothing is lost: what is mapped is the file.
void releaseMapped(const std::string& path);

}  // namespace packs
