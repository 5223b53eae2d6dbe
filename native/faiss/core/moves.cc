#include "moves.h"

namespace scan {

std::uint64_t MoveLog::watch() {
  const std::lock_guard<std::mutex> held(mutex_);
  watched_.insert(last_);
  return last_;
}

void MoveLog::forget(std::uint64_t watched) {
  const std::lock_guard<std::mutex> held(mutex_);
  watched_.erase(watched_.find(watched));
  const std::uint64_t oldest = watched_.empty() ? last_ : *watched_.begin();
  while (!moves_.empty() && last_ - moves_.size() < oldest) moves_.pop_front();
}

std::uint64_t MoveLog::add(Move move) {
  const std::lock_guard<std::mutex> held(mutex_);
  last_++;
  if (!watched_.empty()) moves_.push_back(move);
  return last_;
}

std::vector<Move> MoveLog::since(std::uint64_t number) const {
  const std::lock_guard<std::mutex> held(mutex_);
  return {moves_.end() - static_cast<std::ptrdiff_t>(last_ - number), moves_.end()};
}

std::uint64_t MoveLog::last() const {
  const std::lock_guard<std::mutex> held(mutex_);
  return last_;
}

Displaced::Displaced(const std::vector<Move>& moves, std::uint32_t rows) {
  for (const Move& move : moves) {
    const auto found = origins_.find(move.from);
    const std::uint32_t origin = found != origins_.end() ? found->second : move.from < rows ? move.from : gone;
    origins_[move.to] = origin;
    origins_[move.from] = gone;
  }
  for (const auto& [place, origin] : origins_) {
    if (origin != gone) places_[origin] = place;
  }
}

std::uint32_t Displaced::whereIs(std::uint32_t before) const {
  const auto found = places_.find(before);
  return found == places_.end() ? gone : found->second;
}

}  // namespace scan
