#include "search.h"

#include <algorithm>
#include <functional>

namespace scan {
namespace {

/// Bars rise between units; their masks and candidates fit in the first cache.
constexpr std::uint32_t unitRows = 1024;
constexpr std::uint32_t unitGroups = unitRows / groupRows;

/// Where no more than so many rows of a unit are allowed, each is looked at alone.
constexpr int fewRows = unitRows / 40;

/// What single precision may lose in a sum of up to 1,024 products of two unit vectors.
constexpr float floatTolerance = 1e-4F;

struct Unit {
  const Chunk& chunk;
  std::uint32_t first;
  std::uint32_t groups;
  std::uint32_t place;
};

int countBits(const std::uint32_t* masks, std::uint32_t groups) {
  int count = 0;
  for (std::uint32_t i = 0; i < groups; i++) count += __builtin_popcount(masks[i]);
  return count;
}

int listRows(const std::uint32_t* masks, std::uint32_t groups, std::uint32_t* rows) {
  int count = 0;
  for (std::uint32_t group = 0; group < groups; group++) {
    for (std::uint32_t bits = masks[group]; bits != 0; bits &= bits - 1) {
      rows[count++] = group * groupRows + static_cast<std::uint32_t>(__builtin_ctz(bits));
    }
  }
  return count;
}

/// The first look: leaves the rows that can still reach the bar.
void passUnit(const Scan& scan, const Unit& unit, const Probe& probe, float bar, std::uint32_t* masks) {
  const int groups = static_cast<int>(unit.groups);
  if (!scan.format.code.hasBits()) {
    scan.kernels.passNibbles(unit.chunk.nibbles(unit.first), groups, probe.nibbles(), probe.nibbleBar(bar), masks);
    return;
  }
  BitBar bitBar;
  if (!probe.bitBar(bar, bitBar)) return;
  scan.kernels.passBits(unit.chunk.bits(unit.first), unit.chunk.bitCosines(unit.first), groups, probe.bits(), bitBar,
                        masks);
}

void offer(const Scan& scan, std::size_t probe, const Hit& hit, Best& best) {
  const float raised = best.add(hit);
  if (raised > scan.bars.of(probe)) scan.bars.raise(probe, raised);
}

/// The second look; where originals are kept by them, and where rows have bytes by these.
void judgeRows(const Scan& scan, const Unit& unit, std::size_t probeNumber, const std::uint32_t* rows, int count,
               Best& best) {
  const Probe& probe = scan.probes[probeNumber];
  const NibbleRows nibbles = unit.chunk.nibbles(unit.first);
  std::int32_t dots[unitRows];
  scan.kernels.dotNibbles(nibbles.codes, rows, count, probe.nibbles(), dots);
  const bool exact = scan.format.originals != Originals::none;
  for (int i = 0; i < count; i++) {
    Interval scores = probe.scoresOf(dots[i], nibbles.inverseNorms[rows[i]], nibbles.cosines[rows[i]]);
    const float bar = scan.bars.of(probeNumber);
    if (scores.high < bar) continue;
    const std::uint32_t row = unit.first + rows[i];
    if (exact) {
      scores.low = scores.high = unit.chunk.exactScore(probe.vector(), row);
    } else if (scan.format.code.hasFine()) {
      scores = probe.fineScoresOf(unit.chunk.nibbles(row).codes, unit.chunk.fine(row), unit.chunk.fineInverseNorm(row),
                                  unit.chunk.fineCosine(row));
    }
    if (scores.high < bar) continue;
    offer(scan, probeNumber, {unit.place + rows[i], 0, scores.low, scores.high}, best);
  }
}

void scanCodes(const Scan& scan, const Unit& unit, const std::uint32_t* allowed, std::vector<Best>& best) {
  std::uint32_t rows[unitRows];
  const bool few = countBits(allowed, unit.groups) <= fewRows;
  const int fewCount = few ? listRows(allowed, unit.groups, rows) : 0;
  for (std::size_t i = 0; i < scan.probes.size(); i++) {
    int count = fewCount;
    if (!few) {
      std::uint32_t masks[unitGroups];
      std::copy_n(allowed, unit.groups, masks);
      passUnit(scan, unit, scan.probes[i], scan.bars.of(i), masks);
      count = listRows(masks, unit.groups, rows);
    }
    if (count > 0) judgeRows(scan, unit, i, rows, count, best[i]);
  }
}

void scanOriginals(const Scan& scan, const Unit& unit, const std::uint32_t* allowed, std::vector<Best>& best) {
  float dots[groupRows];
  for (std::uint32_t group = 0; group < unit.groups; group++) {
    if (allowed[group] == 0) continue;
    const std::uint32_t first = unit.first + group * groupRows;
    // The last allowed row of the group: beyond it may lie memory that was never written.
    const int count = groupRows - __builtin_clz(allowed[group]);
    for (std::size_t i = 0; i < scan.probes.size(); i++) {
      const Probe& probe = scan.probes[i];
      scan.kernels.dotFloats(unit.chunk.floats(first), count, scan.format.dimensions, probe.vector(), dots);
      for (int row = 0; row < count; row++) {
        const float bar = scan.bars.of(i);
        if (dots[row] < bar - floatTolerance || (allowed[group] >> row & 1) == 0) continue;
        const float score = unit.chunk.exactScore(probe.vector(), first + row);
        if (score >= bar) offer(scan, i, {unit.place + group * groupRows + row, 0, score, score}, best[i]);
      }
    }
  }
}

}  // namespace

Bars::Bars(std::size_t probes, float minScore) : bars_(probes) {
  for (auto& bar : bars_) bar.store(minScore, std::memory_order_relaxed);
}

void Bars::raise(std::size_t probe, float bar) {
  float known = of(probe);
  while (known < bar && !bars_[probe].compare_exchange_weak(known, bar, std::memory_order_relaxed)) {
  }
}

float Best::add(const Hit& hit) {
  if (exact_) {
    hits_.push_back(hit);
    std::push_heap(hits_.begin(), hits_.end(), isBetter);
    if (hits_.size() > limit_) {
      std::pop_heap(hits_.begin(), hits_.end(), isBetter);
      hits_.pop_back();
    }
    return hits_.size() == limit_ ? hits_.front().low : -2;
  }
  hits_.push_back(hit);
  lows_.push_back(hit.low);
  std::push_heap(lows_.begin(), lows_.end(), std::greater<>());
  if (lows_.size() > limit_) {
    std::pop_heap(lows_.begin(), lows_.end(), std::greater<>());
    lows_.pop_back();
  }
  if (hits_.size() == dropAt_) dropHopeless();
  return lows_.size() == limit_ ? lows_.front() : -2;
}

void Best::dropHopeless() {
  if (lows_.size() == limit_) {
    const float bar = lows_.front();
    hits_.erase(std::remove_if(hits_.begin(), hits_.end(), [bar](const Hit& hit) { return hit.high < bar; }),
                hits_.end());
  }
  dropAt_ = 2 * hits_.size() + 4096;
}

void scanRows(const Scan& scan, const Chunk& chunk, std::uint32_t first, std::uint32_t rows, std::uint32_t place,
              const std::uint32_t* masks, std::vector<Best>& best) {
  for (std::uint32_t done = 0; done < rows; done += unitRows) {
    const std::uint32_t groups = (std::min(rows - done, unitRows) + groupRows - 1) / groupRows;
    const std::uint32_t* allowed = masks + done / groupRows;
    if (std::all_of(allowed, allowed + groups, [](std::uint32_t mask) { return mask == 0; })) continue;
    const Unit unit{chunk, first + done, groups, place + done};
    if (scan.options.method == Method::originals) {
      scanOriginals(scan, unit, allowed, best);
    } else {
      scanCodes(scan, unit, allowed, best);
    }
  }
}

void scoreRow(const Scan& scan, const Chunk& chunk, std::uint32_t row, std::uint32_t place, std::size_t probe,
              Best& best) {
  if (scan.options.method == Method::originals) {
    const float score = chunk.exactScore(scan.probes[probe].vector(), row);
    if (score >= scan.bars.of(probe)) offer(scan, probe, {place, 0, score, score}, best);
    return;
  }
  const std::uint32_t only = 0;
  judgeRows(scan, {chunk, row, 1, place}, probe, &only, 1, best);
}

std::vector<Hit> joinHits(std::vector<Hit> hits, const SearchOptions& options, bool exact) {
  if (!exact && hits.size() > options.limit) {
    std::vector<float> lows(hits.size());
    std::transform(hits.begin(), hits.end(), lows.begin(), [](const Hit& hit) { return hit.low; });
    const auto at = lows.begin() + (options.limit - 1);
    std::nth_element(lows.begin(), at, lows.end(), std::greater<>());
    const float bar = *at;
    hits.erase(std::remove_if(hits.begin(), hits.end(), [bar](const Hit& hit) { return hit.high < bar; }), hits.end());
  }
  std::sort(hits.begin(), hits.end(), isBetter);
  if (exact && hits.size() > options.limit) hits.resize(options.limit);
  return hits;
}

}  // namespace scan
