#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <shared_mutex>

#include "codes.h"
#include "kernels.h"
#include "originals.h"

namespace scan {

/// Rows are stored by chunks, so that growth never moves what is there, and locked by blocks.
constexpr std::uint32_t chunkRows = 65536;
constexpr std::uint32_t blockRows = 8192;

struct RowFormat {
  RowFormat(int dimensions, Originals originals) : dimensions(dimensions), originals(originals), code(dimensions) {}

  int dimensions;
  Originals originals;
  CodeFormat code;
};

/// Memory for 65,536 rows, each part in an array of its own; pages become real when they are written. Who reads rows of
/// a block holds its lock shared, who writes them holds it alone.
class Chunk {
 public:
  /// Throws std::bad_alloc.
  Chunk(const RowFormat& format, bool hugePages);
  ~Chunk();
  Chunk(const Chunk&) = delete;
  Chunk& operator=(const Chunk&) = delete;

  /// Gets memory ready for the first so many rows, so that who writes them does not wait for it; may be called while they
  /// are written. Without it all works as well.
  void prepare(std::uint32_t rows);

  struct Block {
    mutable std::shared_mutex lock;
    /// Number of the last move that took a row of this block away or put another in its place.
    std::atomic<std::uint64_t> lastMove{0};
  };
  Block& blockOf(std::uint32_t row) { return blocks_[row / blockRows]; }

  /// Rows are counted within the chunk.
  void write(std::uint32_t row, const Code& code, std::uint32_t label, const float* original);
  void copyRow(std::uint32_t row, const Chunk& from, std::uint32_t fromRow);
  /// As encode() writes it.
  void readCode(std::uint32_t row, std::uint8_t* code) const;
  /// Overwrites with zeros, so that a removed row leaves nothing behind.
  void wipe(std::uint32_t row);

  std::uint32_t label(std::uint32_t row) const { return labels_[row]; }
  /// A row's bits lie scattered over its group.
  const std::uint8_t* bits(std::uint32_t row) const { return bits_ + static_cast<std::size_t>(row) * format_.code.bitBytes; }
  const std::uint16_t* bitCosines(std::uint32_t row) const { return bitCosines_ + row; }
  NibbleRows nibbles(std::uint32_t row) const {
    return {nibbles_ + static_cast<std::size_t>(row) * format_.code.nibbleBytes, inverseNorms_ + row, nibbleCosines_ + row};
  }
  /// The lower halves of a row's bytes; only where the format has them.
  const std::uint8_t* fine(std::uint32_t row) const {
    return fine_ + static_cast<std::size_t>(row) * format_.code.fineBytes;
  }
  float fineInverseNorm(std::uint32_t row) const { return fineInverseNorms_[row]; }
  float fineCosine(std::uint32_t row) const { return fineCosines_[row]; }
  const float* floats(std::uint32_t row) const {
    return reinterpret_cast<const float*>(originals_) + static_cast<std::size_t>(row) * format_.dimensions;
  }
  /// The score of a row whose original is kept.
  float exactScore(const float* probe, std::uint32_t row) const;
  void readOriginal(std::uint32_t row, float* vector) const;

 private:
  std::uint8_t* bitAt(std::uint32_t row, int byte) const {
    return bits_ + (static_cast<std::size_t>(row / groupRows) * format_.code.bitBytes + byte) * groupRows + row % groupRows;
  }
  std::size_t originalBytes() const {
    return static_cast<std::size_t>(format_.dimensions) * bytesAValue(format_.originals);
  }
  template <typename Visit>
  void visitParts(Visit visit);

  RowFormat format_;
  std::size_t mappedBytes_ = 0;
  std::uint8_t* mapped_ = nullptr;
  std::uint8_t* bits_ = nullptr;
  std::uint16_t* bitCosines_ = nullptr;
  std::uint8_t* nibbles_ = nullptr;
  float* inverseNorms_ = nullptr;
  float* nibbleCosines_ = nullptr;
  std::uint8_t* fine_ = nullptr;
  float* fineInverseNorms_ = nullptr;
  float* fineCosines_ = nullptr;
  std::uint32_t* labels_ = nullptr;
  std::uint8_t* originals_ = nullptr;
  Block blocks_[chunkRows / blockRows];
};

}  // namespace scan
