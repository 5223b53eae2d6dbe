#pragma once

#include <cstdint>
#include <deque>
#include <mutex>
#include <set>
#include <unordered_map>
#include <vector>

namespace scan {

/// A removal: the last row, `from`, took the place of the removed one, `to`; they are the same where the last was removed.
struct Move {
  std::uint32_t from;
  std::uint32_t to;
};

/// The moves that a search in work may still have to know, numbered from 1.
class MoveLog {
 public:
  /// The number of the last move; later ones are kept until forget(the same number).
  std::uint64_t watch();
  void forget(std::uint64_t watched);

  /// Answers the move's number.
  std::uint64_t add(Move move);
  std::vector<Move> since(std::uint64_t number) const;
  std::uint64_t last() const;

 private:
  mutable std::mutex mutex_;
  std::deque<Move> moves_;
  std::uint64_t last_ = 0;
  std::multiset<std::uint64_t> watched_;
};

/// What some moves did to the rows, in terms of where each row was before and is after them.
class Displaced {
 public:
  /// Of rows below `rows`, as many as there were before the moves.
  Displaced(const std::vector<Move>& moves, std::uint32_t rows);

  bool empty() const { return origins_.empty(); }
  /// Whether the place holds another row than before, or none.
  bool touched(std::uint32_t place) const { return origins_.count(place) > 0; }
  static constexpr std::uint32_t gone = UINT32_MAX;
  /// Where the row of a place that was touched is now; `gone` when it was removed.
  std::uint32_t whereIs(std::uint32_t before) const;

  /// Now → before, `gone` where the place holds none of the rows of before.
  const std::unordered_map<std::uint32_t, std::uint32_t>& origins() const { return origins_; }

 private:
  std::unordered_map<std::uint32_t, std::uint32_t> origins_;
  std::unordered_map<std::uint32_t, std::uint32_t> places_;
};

}  // namespace scan
