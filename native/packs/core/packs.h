#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "tree.h"

namespace packs {

/// So many references have their codes in one record; src/adapters/gallery/lmdb/disk/code-packs.ts has the layout.
constexpr std::uint32_t packSize = 8;
constexpr std::size_t idBytes = 16;

/// Which packs are read.
struct Wish {
  std::string table;
  /// Only packs of this number and above.
  std::uint64_t from;
  /// Only packs below.
  std::uint64_t before;
  /// Length and text of the id of the embedding model that all codes are of.
  Bytes model;
  std::size_t codeBytes;
  /// After so long, at the end of a page, no more is read.
  double milliseconds;
  /// So many leaves are asked for ahead: more than 0 where they have to come from the disk.
  std::uint32_t leavesAhead;
};

/// Where rows go; each array has room for `most` of them.
struct Columns {
  std::uint32_t most;
  /// The numbers of the references.
  double* numbers;
  std::uint8_t* codes;
  /// Rows that follow each other and are of one person in one collection are a run: her id, the place of the collection's
  /// id among `collections`, and how many rows.
  std::uint8_t* persons;
  std::uint32_t* runCollections;
  std::uint32_t* runRows;
  std::uint32_t mostCollections;
  std::uint8_t* collections;
};

struct Read {
  std::uint32_t rows = 0;
  std::uint32_t runs = 0;
  std::uint32_t collections = 0;
  std::uint32_t leaves = 0;
  /// All packs below it were read, or are not there.
  std::uint64_t next = 0;
};

/// Reads packs as they are after a commit, up to the first that is not whole and of this model, or for which there is no
/// room. Their checksums are those of src/adapters/gallery/lmdb/disk/sealing/checksums.ts.
Read read(const File& file, std::uint64_t commit, const Wish& wish, const Columns& columns);

}  // namespace packs
