#include "scan_index.h"

#include <algorithm>
#include <new>

namespace scan {
namespace {

/// A writer lets readers in after so many rows, so that nobody waits for a millisecond.
constexpr std::uint32_t rowsAtATime = 256;
/// A search that loses a hit to a removal starts again; the last time it lets no writer in.
constexpr int attempts = 4;
constexpr std::uint32_t blockGroups = blockRows / groupRows;

std::uint32_t blocksOf(std::uint32_t rows) { return (rows + blockRows - 1) / blockRows; }

bool isAllowed(const SearchOptions& options, std::uint32_t row) {
  if (!options.allowed) return true;
  const std::vector<std::uint32_t>& words = *options.allowed;
  return row / 32 < words.size() && (words[row / 32] >> row % 32 & 1) != 0;
}

/// The allowed rows of a block that has `rows` rows.
void allowBlock(const SearchOptions& options, std::uint32_t block, std::uint32_t rows, std::uint32_t* masks) {
  for (std::uint32_t group = 0; group < blockGroups; group++) {
    const std::uint32_t first = group * groupRows;
    const std::uint32_t there = rows <= first ? 0 : rows - first;
    masks[group] = there >= groupRows ? ~0U : (1U << there) - 1;
    if (!options.allowed) continue;
    const std::size_t word = static_cast<std::size_t>(block) * blockGroups + group;
    masks[group] &= word < options.allowed->size() ? (*options.allowed)[word] : 0;
  }
}

}  // namespace

struct ScanIndex::Task {
  const View& view;
  const SearchOptions& options;
  const std::vector<Probe>& probes;
  Bars& bars;
  bool exact;

  Scan scan(const ScanIndex& index) const { return {index.format_, index.kernels_, probes, options, bars}; }
  void endIfCancelled() const {
    if (options.cancelled && options.cancelled->load(std::memory_order_relaxed)) throw Cancelled();
  }
};

ScanIndex::ScanIndex(const ScanSettings& settings)
    : faiss::Index(settings.dimensions, faiss::METRIC_INNER_PRODUCT),
      format_(settings.dimensions, settings.originals),
      rotation_(settings.dimensions, settings.seed),
      kernels_(settings.kernels != nullptr ? *settings.kernels : *usableKernels().back()) {}

std::uint32_t ScanIndex::rows() const {
  const std::shared_lock<std::shared_mutex> held(shape_);
  return rows_;
}

void ScanIndex::encode(std::uint32_t count, const float* vectors, std::uint8_t* codes, Workers* workers,
                       int threads) const {
  constexpr std::uint32_t slice = 64;
  std::atomic<std::uint32_t> next{0};
  together(workers, threads, [&] {
    for (std::uint32_t first = next.fetch_add(slice); first < count; first = next.fetch_add(slice)) {
      for (std::uint32_t row = first; row < std::min(count, first + slice); row++) {
        scan::encode(format_.code, rotation_, vectors + static_cast<std::size_t>(row) * d, codes + row * codeBytes());
      }
    }
  });
}

std::uint32_t ScanIndex::append(const EncodedRows& encoded) {
  const std::lock_guard<std::mutex> writing(writers_);
  const std::uint32_t first = rows();
  std::uint32_t done = 0;
  while (done < encoded.count) done += appendSome(encoded, done);
  return first;
}

void ScanIndex::reserve(std::uint32_t rows, Workers& workers) {
  const std::lock_guard<std::mutex> writing(writers_);
  const std::unique_lock<std::shared_mutex> shaping(shape_);
  spare_.clear();
  for (std::uint32_t done = 0; done < rows; done += chunkRows) {
    spare_.push_back(std::make_shared<Chunk>(format_, !chunks_.empty() || rows > chunkRows));
  }
  if (spare_.empty()) return;
  // In the order in which they are used, whoever appends meanwhile.
  workers.post([chunks = spare_, rows] {
    for (std::size_t i = 0; i < chunks.size(); i++) {
      chunks[i]->prepare(std::min(chunkRows, rows - static_cast<std::uint32_t>(i) * chunkRows));
    }
  });
}

std::shared_ptr<Chunk> ScanIndex::nextChunk() {
  if (spare_.empty()) return std::make_shared<Chunk>(format_, !chunks_.empty());
  std::shared_ptr<Chunk> chunk = spare_.front();
  spare_.pop_front();
  return chunk;
}

std::uint32_t ScanIndex::appendSome(const EncodedRows& encoded, std::uint32_t done) {
  const std::unique_lock<std::shared_mutex> shaping(shape_);
  if (rows_ == chunks_.size() * chunkRows) chunks_.push_back(nextChunk());
  Chunk& chunk = *chunks_[rows_ / chunkRows];
  const std::uint32_t inBlock = blockRows - rows_ % blockRows;
  const std::uint32_t count = std::min({encoded.count - done, inBlock, rowsAtATime});
  const std::unique_lock<std::shared_mutex> alone(chunk.blockOf(rows_ % chunkRows).lock);
  for (std::uint32_t i = 0; i < count; i++) {
    const std::size_t row = done + i;
    const float* original = encoded.originals == nullptr ? nullptr : encoded.originals + row * d;
    chunk.write((rows_ + i) % chunkRows, partsOf(format_.code, encoded.codes + row * codeBytes()), encoded.labels[row],
                original);
  }
  rows_ += count;
  ntotal = rows_;
  return count;
}

std::vector<Move> ScanIndex::removeRows(std::vector<std::uint32_t> rows) {
  const std::lock_guard<std::mutex> writing(writers_);
  // From the last on, so that those still to be removed stay where they are.
  std::sort(rows.begin(), rows.end(), std::greater<>());
  std::vector<Move> moves;
  moves.reserve(rows.size());
  for (std::size_t done = 0; done < rows.size();) {
    const std::unique_lock<std::shared_mutex> shaping(shape_);
    const std::size_t end = std::min(rows.size(), done + rowsAtATime);
    for (; done < end; done++) moveLast(rows[done], moves);
  }
  return moves;
}

void ScanIndex::moveLast(std::uint32_t to, std::vector<Move>& moves) {
  const std::uint32_t from = rows_ - 1;
  Chunk& source = *chunks_[from / chunkRows];
  Chunk& target = *chunks_[to / chunkRows];
  Chunk::Block& sourceBlock = source.blockOf(from % chunkRows);
  Chunk::Block& targetBlock = target.blockOf(to % chunkRows);
  // Told before it is done: who sees the rows changed also finds the move.
  const std::uint64_t number = moves_.add({from, to});
  sourceBlock.lastMove.store(number);
  targetBlock.lastMove.store(number);
  const std::unique_lock<std::shared_mutex> sourceAlone(sourceBlock.lock);
  std::unique_lock<std::shared_mutex> targetAlone;
  if (&sourceBlock != &targetBlock) targetAlone = std::unique_lock<std::shared_mutex>(targetBlock.lock);
  if (from != to) target.copyRow(to % chunkRows, source, from % chunkRows);
  source.wipe(from % chunkRows);
  rows_ = from;
  ntotal = rows_;
  moves.push_back({from, to});
  // One empty chunk stays, for the next row to come.
  if (rows_ + chunkRows < chunks_.size() * std::size_t{chunkRows}) chunks_.pop_back();
}

void ScanIndex::readCode(std::uint32_t row, std::uint8_t* code) const {
  const std::shared_lock<std::shared_mutex> held(shape_);
  chunks_[row / chunkRows]->readCode(row % chunkRows, code);
}

ScanIndex::View::View(const ScanIndex& index) : index_(index) {
  const std::shared_lock<std::shared_mutex> held(index.shape_);
  chunks_ = index.chunks_;
  rows_ = index.rows_;
  move_ = index.moves_.watch();
}

ScanIndex::View::~View() { index_.moves_.forget(move_); }

ScanIndex::Found ScanIndex::find(const View& view, const std::vector<float>& vectors, const SearchOptions& options,
                                 Workers* workers) const {
  std::vector<Probe> probes;
  for (std::size_t at = 0; at < vectors.size(); at += d) {
    probes.emplace_back(format_.code, rotation_, vectors.data() + at, d, options.deviations);
  }
  const bool exact = format_.originals != Originals::none;
  Found found;
  for (int attempt = 1; attempt < attempts; attempt++) {
    Bars bars(probes.size(), options.minScore);
    const Task task{view, options, probes, bars, exact};
    Lists lists = scanAll(task, workers);
    const std::shared_lock<std::shared_mutex> held(shape_);
    if (settle(task, std::move(lists), found)) return found;
  }
  Bars bars(probes.size(), options.minScore);
  const Task task{view, options, probes, bars, exact};
  const std::shared_lock<std::shared_mutex> held(shape_);
  settle(task, scanAll(task, workers), found);
  return found;
}

ScanIndex::Lists ScanIndex::scanAll(const Task& task, Workers* workers) const {
  const std::uint32_t blocks = blocksOf(task.view.rows_);
  const int threads = std::min<int>(task.options.threads, static_cast<int>(std::max(1U, blocks)));
  const std::vector<Best> none(task.probes.size(), Best(task.options.limit, task.exact));
  std::vector<std::vector<Best>> best(threads, none);
  std::atomic<std::uint32_t> next{0};
  std::atomic<int> part{0};
  together(workers, threads, [&] {
    std::vector<Best>& own = best[part.fetch_add(1)];
    for (std::uint32_t block = next.fetch_add(1); block < blocks; block = next.fetch_add(1)) {
      task.endIfCancelled();
      scanBlock(task, block, own);
    }
  });
  Lists lists(task.probes.size());
  for (std::size_t i = 0; i < lists.size(); i++) {
    for (const auto& own : best) lists[i].insert(lists[i].end(), own[i].hits().begin(), own[i].hits().end());
    lists[i] = joinHits(std::move(lists[i]), task.options, task.exact);
  }
  return lists;
}

void ScanIndex::scanBlock(const Task& task, std::uint32_t block, std::vector<Best>& best) const {
  const std::uint32_t place = block * blockRows;
  const std::uint32_t rows = std::min(blockRows, task.view.rows_ - place);
  std::uint32_t masks[blockGroups];
  allowBlock(task.options, block, rows, masks);
  Chunk& chunk = *task.view.chunks_[place / chunkRows];
  Chunk::Block& own = chunk.blockOf(place % chunkRows);
  const std::shared_lock<std::shared_mutex> reading(own.lock);
  if (own.lastMove.load() > task.view.move_) {
    // These rows are others by now; where they have gone, settle() finds them.
    const auto skip = [&](std::uint32_t row) {
      if (row / blockRows == block) masks[row % blockRows / 32] &= ~(1U << row % 32);
    };
    for (const Move& move : moves_.since(task.view.move_)) {
      skip(move.from);
      skip(move.to);
    }
  }
  scanRows(task.scan(*this), chunk, place % chunkRows, rows, place, masks, best);
}

/// With `shape_` held shared. False when a row was removed that others had been measured by.
bool ScanIndex::settle(const Task& task, Lists lists, Found& found) const {
  found.rows = rows_;
  found.move = moves_.last();
  const Displaced displaced(moves_.since(task.view.move_), task.view.rows_);
  for (std::size_t i = 0; i < lists.size(); i++) {
    for (const Hit& hit : lists[i]) {
      if (displaced.touched(hit.row) && displaced.whereIs(hit.row) == Displaced::gone) return false;
    }
    if (!displaced.empty()) lists[i] = settleOne(task, i, std::move(lists[i]), displaced);
    for (Hit& hit : lists[i]) hit.label = chunks_[hit.row / chunkRows]->label(hit.row % chunkRows);
  }
  found.hits = std::move(lists);
  return true;
}

std::vector<Hit> ScanIndex::settleOne(const Task& task, std::size_t probe, std::vector<Hit> hits,
                                      const Displaced& displaced) const {
  Best best(task.options.limit, task.exact);
  for (const Hit& hit : hits) {
    if (!displaced.touched(hit.row)) best.add(hit);
  }
  for (const auto& [place, origin] : displaced.origins()) {
    if (origin == Displaced::gone || !isAllowed(task.options, origin)) continue;
    scoreRow(task.scan(*this), *chunks_[place / chunkRows], place % chunkRows, place, probe, best);
  }
  return joinHits(best.hits(), task.options, task.exact);
}

void ScanIndex::update(const View&, Found& found) const {
  const std::shared_lock<std::shared_mutex> held(shape_);
  const std::vector<Move> moves = moves_.since(found.move);
  if (moves.empty()) return;
  const Displaced displaced(moves, found.rows);
  for (auto& hits : found.hits) {
    for (Hit& hit : hits) {
      if (displaced.touched(hit.row)) hit.row = displaced.whereIs(hit.row);
    }
    hits.erase(std::remove_if(hits.begin(), hits.end(), [](const Hit& hit) { return hit.row == Displaced::gone; }),
               hits.end());
  }
  found.move = moves_.last();
  found.rows = rows_;
}

}  // namespace scan
