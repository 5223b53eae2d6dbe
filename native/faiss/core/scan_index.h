#pragma once

#include <faiss/Index.h>

#include <deque>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <vector>

#include "chunk.h"
#include "moves.h"
#include "search.h"
#include "workers.h"

namespace scan {

struct ScanSettings {
  int dimensions;
  Originals originals = Originals::float32;
  std::uint64_t seed = 1;
  /// Null takes the best that the processor can run.
  const Kernels* kernels = nullptr;
};

/// Rows for an index: what encode() made, with the caller's number of each.
struct EncodedRows {
  std::uint32_t count;
  /// count · codeBytes().
  const std::uint8_t* codes;
  const std::uint32_t* labels;
  /// count · dimensions; null where no originals are kept.
  const float* originals;
};

/// Unit vectors, searched by inner product through a scan of short codes (see bounds.h). Rows are numbered from 0
/// without gaps; removing one moves the last into its place. May be called from any number of threads: readers go on
/// while a writer works, but for the block of rows that it writes to.
class ScanIndex final : public faiss::Index {
 public:
  explicit ScanIndex(const ScanSettings& settings);

  const RowFormat& format() const { return format_; }
  const char* kernelName() const { return kernels_.name; }
  std::size_t codeBytes() const { return format_.code.bytes(); }
  std::uint32_t rows() const;

  /// `codes` gets count · codeBytes() bytes.
  void encode(std::uint32_t count, const float* vectors, std::uint8_t* codes, Workers* workers, int threads) const;
  /// The number of the first row. Throws std::bad_alloc, and then has added some of the rows, or none.
  std::uint32_t append(const EncodedRows& encoded);
  /// Gets memory ready for so many rows that will be appended, on a thread of the workers; what was got ready before and is
  /// not used is given back.
  void reserve(std::uint32_t rows, Workers& workers);
  /// Rows as they are numbered before the call, all of them there and none twice. Answers the moves in their order.
  std::vector<Move> removeRows(std::vector<std::uint32_t> rows);
  void readCode(std::uint32_t row, std::uint8_t* code) const;

  /// One view of the rows: those that were there when it was taken, but for what is removed later.
  class View {
   public:
    explicit View(const ScanIndex& index);
    ~View();
    View(const View&) = delete;
    View& operator=(const View&) = delete;

   private:
    friend class ScanIndex;
    const ScanIndex& index_;
    std::vector<std::shared_ptr<Chunk>> chunks_;
    std::uint32_t rows_ = 0;
    std::uint64_t move_ = 0;
  };

  struct Found {
    /// One list a probe, the best first.
    std::vector<std::vector<Hit>> hits;
    /// The last move that the hits' rows take into account, and how many rows there were then.
    std::uint64_t move = 0;
    std::uint32_t rows = 0;
  };
  /// `allowed` counts the rows as they were when the view was taken. Finds every row of the view that is not removed
  /// before it ends; the hits' rows are those of the end.
  Found find(const View& view, const std::vector<float>& probes, const SearchOptions& options, Workers* workers) const;
  /// Brings rows to their present numbers, and takes away those that are gone; the view must be the search's.
  void update(const View& view, Found& found) const;

  // As FAISS has it; labels are row numbers.
  void add(idx_t n, const float* x) override;
  void search(idx_t n, const float* x, idx_t k, float* distances, idx_t* labels,
              const faiss::SearchParameters* params = nullptr) const override;
  void reset() override;
  std::size_t remove_ids(const faiss::IDSelector& selector) override;
  void reconstruct(idx_t key, float* recons) const override;
  std::size_t sa_code_size() const override { return codeBytes(); }
  void sa_encode(idx_t n, const float* x, std::uint8_t* bytes) const override;
  void sa_decode(idx_t n, const std::uint8_t* bytes, float* x) const override;

 private:
  struct Task;
  using Lists = std::vector<std::vector<Hit>>;

  std::shared_ptr<Chunk> nextChunk();
  std::uint32_t appendSome(const EncodedRows& encoded, std::uint32_t done);
  void moveLast(std::uint32_t to, std::vector<Move>& moves);
  Lists scanAll(const Task& task, Workers* workers) const;
  void scanBlock(const Task& task, std::uint32_t block, std::vector<Best>& best) const;
  bool settle(const Task& task, Lists lists, Found& found) const;
  std::vector<Hit> settleOne(const Task& task, std::size_t probe, std::vector<Hit> hits,
                             const Displaced& displaced) const;

  RowFormat format_;
  Rotation rotation_;
  const Kernels& kernels_;

  /// One writer at a time.
  std::mutex writers_;
  /// Held alone while rows are added or removed; shared while rows are numbered.
  mutable std::shared_mutex shape_;
  std::vector<std::shared_ptr<Chunk>> chunks_;
  /// For the next rows to come.
  std::deque<std::shared_ptr<Chunk>> spare_;
  std::uint32_t rows_ = 0;
  mutable MoveLog moves_;
};

}  // namespace scan
