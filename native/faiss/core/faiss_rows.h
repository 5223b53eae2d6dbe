#pragma once

#include <faiss/Index.h>

#include <memory>
#include <shared_mutex>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <vector>

#include "moves.h"
#include "search.h"

namespace scan {

/// What an index of FAISS cannot do, or bytes that are none.
struct Unsupported : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// One of FAISS's own indexes by its factory string, with rows as our index has them: numbered without gaps, the last
/// moved into the place of a removed one. Flat and scalar-quantised indexes keep row numbers themselves; those with
/// inverted lists get ids. Writers shut readers out, as FAISS wants it.
class FaissRows {
 public:
  /// Throws what FAISS throws at a string that it does not understand.
  FaissRows(int dimensions, const std::string& factory);
  /// From what serialise() wrote. Throws Unsupported when it is damaged.
  explicit FaissRows(const std::vector<std::uint8_t>& bytes);

  int dimensions() const { return index_->d; }
  bool isTrained() const;
  std::uint32_t rows() const;
  void train(std::uint32_t count, const float* vectors);
  std::uint32_t add(std::uint32_t count, const float* vectors, const std::uint32_t* labels);
  /// Throws Unsupported where FAISS has no removal.
  std::vector<Move> removeRows(std::vector<std::uint32_t> rows);
  /// Takes `limit`, `minScore` and `allowed`; `lists` are the inverted lists to be looked at.
  std::vector<std::vector<Hit>> search(const std::vector<float>& probes, const SearchOptions& options, int lists) const;
  std::vector<std::uint8_t> serialise() const;

 private:
  using Id = faiss::Index::idx_t;

  bool hasIds() const;
  void putLastInPlaceOf(std::uint32_t row);
  std::unique_ptr<faiss::IDSelector> select(const SearchOptions& options) const;

  mutable std::shared_mutex mutex_;
  std::unique_ptr<faiss::Index> index_;
  std::vector<std::uint32_t> labels_;
  /// Where FAISS keeps ids: of each row, and the row of each.
  std::vector<Id> ids_;
  std::unordered_map<Id, std::uint32_t> rowOf_;
  Id nextId_ = 0;
};

}  // namespace scan
