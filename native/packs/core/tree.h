#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>

namespace packs {

/// An LMDB file as it is mapped: the layout is that of `MDB_meta`, `MDB_db`, `MDB_page` and `MDB_node` in LMDB's mdb.c on
/// machines of 64 bits, little end first. Nothing that is read here is trusted.
struct File {
  const std::uint8_t* bytes;
  std::size_t size;
};

/// The file is not as LMDB writes it, or was not when it was looked at.
struct Flaw : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct Bytes {
  const std::uint8_t* data;
  std::size_t size;
};

/// Walks the records of one table in the order of their keys, as they are after one commit. As long as the commit may be
/// read, which is the caller's to see to, its pages stay as they are.
class Cursor {
 public:
  /// Stands before the first record whose key is not below `key`. Throws Flaw where that is not found out, also because
  /// the file's head no longer tells of this commit.
  Cursor(const File& file, std::uint64_t commit, const std::string& table, Bytes key);

  bool isAtEnd() const { return depth_ == 0; }
  Bytes key() const;
  /// Empty, at null, where it lies on pages of its own.
  Bytes value() const;
  /// Throws Flaw.
  void next();
  /// Grows with each leaf that is begun.
  std::uint32_t leaves() const { return leaves_; }
  /// Asks for the leaf that comes so many after this one to be brought into memory, without waiting for it; of those under
  /// another branch none is.
  void askFor(std::uint32_t leavesAhead) const;

 private:
  static constexpr int mostLevels = 32;

  struct Page {
    const std::uint8_t* bytes;
    bool isLeaf;
    std::uint32_t entries;
    std::uint32_t upper;
  };
  struct Place {
    Page page;
    std::uint32_t at;
  };

  Page pageAt(std::uint64_t number) const;
  std::uint32_t nodeAt(const Page& page, std::uint32_t entry) const;
  std::uint64_t childAt(const Page& page, std::uint32_t entry) const;
  Bytes keyAt(const Page& page, std::uint32_t entry) const;
  std::uint32_t firstNotBelow(const Page& page, Bytes key, std::uint32_t from) const;
  void descend(const std::uint8_t* tree, Bytes key);
  void enter(const Page& page, std::uint32_t at);
  void ascend();

  File file_;
  std::uint64_t commit_;
  std::uint64_t pages_ = 0;
  std::array<Place, mostLevels> path_{};
  int depth_ = 0;
  int levels_ = 0;
  std::uint32_t leaves_ = 0;
};

}  // namespace packs
