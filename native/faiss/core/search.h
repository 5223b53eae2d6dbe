#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "chunk.h"
#include "kernels.h"
#include "probe.h"

namespace scan {

enum class Method {
  /// By codes and bounds.
  codes,
  /// Every original, in single precision: needs them as float32.
  originals,
};

struct SearchOptions {
  /// At most so many hits a probe, at least 1.
  std::uint32_t limit = 1;
  float minScore = -1;
  Method method = Method::codes;
  /// The k of bounds.h: each row that belongs into the answer is missed with a probability of Φ(−k).
  float deviations = 4.5F;
  /// One bit a row, row 0 in the lowest of the first word; rows beyond it are not allowed. Null allows all.
  std::shared_ptr<const std::vector<std::uint32_t>> allowed;
  /// At least 1; more are taken only when they are free.
  int threads = 1;
  /// Ends the search early, which then throws Cancelled.
  std::shared_ptr<std::atomic<bool>> cancelled;
};

struct Cancelled {};

/// Where originals are kept `low` and `high` are both the exact score. Without, the score lies between them.
struct Hit {
  std::uint32_t row;
  std::uint32_t label;
  float low;
  float high;
};

/// The best first: by `high`, then by row.
inline bool isBetter(const Hit& one, const Hit& other) {
  return one.high != other.high ? one.high > other.high : one.row < other.row;
}

/// What no thread of a search needs to look at any more: rows that cannot reach a probe's bar. Bars only rise.
class Bars {
 public:
  Bars(std::size_t probes, float minScore);
  float of(std::size_t probe) const { return bars_[probe].load(std::memory_order_relaxed); }
  void raise(std::size_t probe, float bar);

 private:
  std::vector<std::atomic<float>> bars_;
};

/// The best rows that one thread has seen for one probe.
class Best {
 public:
  Best(std::uint32_t limit, bool exact) : limit_(limit), exact_(exact) {}

  /// Answers the bar as these rows set it, or −2 while there are fewer than the limit.
  float add(const Hit& hit);
  /// Of all that could belong to the answer, in no order.
  const std::vector<Hit>& hits() const { return hits_; }

 private:
  void dropHopeless();

  std::uint32_t limit_;
  bool exact_;
  /// A heap with the least at its front where scores are exact.
  std::vector<Hit> hits_;
  /// Where they are not: a heap of the greatest lower bounds.
  std::vector<float> lows_;
  std::size_t dropAt_ = 4096;
};

/// Several probes over the same rows.
struct Scan {
  const RowFormat& format;
  const Kernels& kernels;
  const std::vector<Probe>& probes;
  const SearchOptions& options;
  Bars& bars;
};

/// Looks at `rows` rows of a chunk from `first` (a multiple of 32) on, whose place among all rows is `place`; `masks` has
/// a bit for each that may be an answer.
void scanRows(const Scan& scan, const Chunk& chunk, std::uint32_t first, std::uint32_t rows, std::uint32_t place,
              const std::uint32_t* masks, std::vector<Best>& best);

/// Looks at a single row.
void scoreRow(const Scan& scan, const Chunk& chunk, std::uint32_t row, std::uint32_t place, std::size_t probe,
              Best& best);

/// Joins what threads have found: the best first, no more than belong to the answer.
std::vector<Hit> joinHits(std::vector<Hit> hits, const SearchOptions& options, bool exact);

}  // namespace scan
