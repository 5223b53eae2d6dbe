#include <algorithm>
#include <map>
#include <set>

#include "../core/scan_index.h"
#include "check.h"

// The index against a map of the rows that it should have.
namespace {

using namespace scan;

struct Mirror {
  ScanIndex index;
  std::vector<std::uint32_t> labels;
  std::map<std::uint32_t, std::vector<float>> vectors;
};

void add(Mirror& mirror, std::mt19937& random, int count) {
  const int dimensions = mirror.index.d;
  const auto vectors = randomUnits(random, count, dimensions);
  std::vector<std::uint8_t> codes(count * mirror.index.codeBytes());
  mirror.index.encode(count, vectors.data(), codes.data(), nullptr, 1);
  std::vector<std::uint32_t> labels(count);
  for (int i = 0; i < count; i++) {
    labels[i] = static_cast<std::uint32_t>(random());
    const float* vector = vectors.data() + static_cast<std::size_t>(i) * dimensions;
    mirror.vectors[labels[i]] = {vector, vector + dimensions};
  }
  const float* originals = mirror.index.format().originals == Originals::none ? nullptr : vectors.data();
  const std::uint32_t first =
      mirror.index.append({static_cast<std::uint32_t>(count), codes.data(), labels.data(), originals});
  require(first == mirror.labels.size(), "rows are added at the end", first);
  mirror.labels.insert(mirror.labels.end(), labels.begin(), labels.end());
}

void remove(Mirror& mirror, std::mt19937& random, int count) {
  std::set<std::uint32_t> rows;
  while (static_cast<int>(rows.size()) < count) rows.insert(random() % mirror.labels.size());
  for (const std::uint32_t row : rows) mirror.vectors.erase(mirror.labels[row]);
  for (const Move& move : mirror.index.removeRows({rows.begin(), rows.end()})) {
    require(move.from == mirror.labels.size() - 1, "the last row is moved", move.from);
    mirror.labels[move.to] = mirror.labels[move.from];
    mirror.labels.pop_back();
  }
  require(mirror.index.rows() == mirror.labels.size(), "removed rows are gone", count);
}

void compare(Mirror& mirror, std::mt19937& random, long round) {
  const int dimensions = mirror.index.d;
  const auto probe = randomUnits(random, 1, dimensions);
  SearchOptions options;
  options.limit = 1 + random() % 12;
  if (random() % 2) options.minScore = .1F;
  if (random() % 2) {
    const auto allowed = std::make_shared<std::vector<std::uint32_t>>(mirror.labels.size() / 32);
    const bool few = random() % 2;
    for (auto& word : *allowed) word = few ? 1U << random() % 32 : static_cast<std::uint32_t>(random());
    options.allowed = allowed;
  }
  std::vector<std::pair<float, std::uint32_t>> expected;
  for (std::uint32_t row = 0; row < mirror.labels.size(); row++) {
    const bool allowed = !options.allowed || (row / 32 < options.allowed->size() && ((*options.allowed)[row / 32] >> row % 32 & 1));
    const float score = exactScore(probe.data(), mirror.vectors[mirror.labels[row]].data(), dimensions);
    if (allowed && score >= options.minScore) expected.push_back({-score, row});
  }
  std::sort(expected.begin(), expected.end());
  expected.resize(std::min<std::size_t>(expected.size(), options.limit));
  const ScanIndex::View view(mirror.index);
  const auto hits = mirror.index.find(view, probe, options, nullptr).hits[0];
  if (mirror.index.format().originals == Originals::none) {
    for (const auto& [score, row] : expected) {
      const auto found = std::find_if(hits.begin(), hits.end(), [row = row](const Hit& hit) { return hit.row == row; });
      require(found != hits.end() && found->low <= -score && -score <= found->high, "a candidate for each hit", round);
    }
    return;
  }
  require(hits.size() == expected.size(), "as many hits as expected", round);
  for (std::size_t i = 0; i < hits.size(); i++) {
    require(hits[i].row == expected[i].second && hits[i].low == -expected[i].first, "the same hits", round);
    require(hits[i].label == mirror.labels[hits[i].row], "a hit's label", round);
  }
}

void churn(int dimensions, Originals originals, const Kernels* kernels) {
  std::mt19937 random(dimensions + static_cast<int>(originals));
  Mirror mirror{ScanIndex({dimensions, originals, 3, kernels}), {}, {}};
  compare(mirror, random, 0);
  for (long round = 1; round < 30; round++) {
    add(mirror, random, 1 + static_cast<int>(random() % 300));
    remove(mirror, random, static_cast<int>(random() % mirror.labels.size()));
    if (round % 10 == 0) add(mirror, random, 3000);
    compare(mirror, random, round);
  }
  remove(mirror, random, static_cast<int>(mirror.labels.size()));
  require(mirror.index.rows() == 0, "all rows can go", dimensions);
}

/// Over the border of a chunk, and back.
void checkChunks() {
  std::mt19937 random(5);
  Mirror mirror{ScanIndex({64, Originals::float32, 3}), {}, {}};
  add(mirror, random, chunkRows - 3);
  add(mirror, random, 10);
  compare(mirror, random, 1);
  remove(mirror, random, 9);
  compare(mirror, random, 2);
  add(mirror, random, 20);
  compare(mirror, random, 3);
}

/// What a search sees that was asked before rows came, went and moved, and runs afterwards.
void checkViews(Originals originals) {
  std::mt19937 random(7);
  Mirror mirror{ScanIndex({256, originals, 3}), {}, {}};
  add(mirror, random, 100);
  const std::uint32_t last = mirror.labels[99];
  const std::vector<float> probe = mirror.vectors[last];
  const ScanIndex::View view(mirror.index);
  const auto bestOf = [&](std::uint32_t allowedRow) {
    SearchOptions options;
    auto allowed = std::make_shared<std::vector<std::uint32_t>>(4);
    (*allowed)[allowedRow / 32] = 1U << allowedRow % 32;
    if (allowedRow < 100) options.allowed = allowed;
    auto found = mirror.index.find(view, probe, options, nullptr);
    mirror.index.update(view, found);
    return found.hits[0];
  };
  constexpr std::uint32_t any = 100;
  for (const Move& move : mirror.index.removeRows({5, 8})) {
    mirror.labels[move.to] = mirror.labels[move.from];
    mirror.labels.pop_back();
  }
  const std::uint32_t place = mirror.labels[5] == last ? 5 : 8;
  // These take the places that became free at the end.
  add(mirror, random, 50);
  require(bestOf(any).front().row == place && bestOf(any).front().label == last, "a moved row is found", 0);
  require(bestOf(99).size() == 1 && bestOf(99)[0].label == last, "a moved row keeps its bit of the bitmap", 0);
  require(bestOf(place).empty() && bestOf(13 - place).empty(), "the bit of a removed row allows nobody else", 0);
  require(bestOf(98).size() == 1 && bestOf(98)[0].row == 13 - place, "the other moved row", 0);
  auto found = mirror.index.find(view, probe, {}, nullptr);
  mirror.index.removeRows({place});
  mirror.index.update(view, found);
  for (const Hit& hit : found.hits[0]) require(hit.label != last, "a row that goes after the search is not answered", 0);
  for (const Hit& hit : bestOf(any)) require(hit.label != last, "a removed row is not found", 0);
}

/// As FAISS calls it, and codes that go out and come back.
void checkFaissCalls() {
  std::mt19937 random(6);
  const int dimensions = 300;
  const auto vectors = randomUnits(random, 500, dimensions);
  ScanIndex index({dimensions, Originals::none, 3});
  faiss::Index& asFaiss = index;
  asFaiss.add(500, vectors.data());
  require(asFaiss.ntotal == 500, "ntotal", 0);
  float distance;
  faiss::Index::idx_t label;
  std::vector<float> back(dimensions);
  std::vector<std::uint8_t> code(asFaiss.sa_code_size());
  std::vector<std::uint8_t> again(asFaiss.sa_code_size());
  for (int row = 0; row < 500; row += 7) {
    const float* vector = vectors.data() + static_cast<std::size_t>(row) * dimensions;
    asFaiss.search(1, vector, 1, &distance, &label);
    require(label == row && distance > .97F, "a vector finds itself", row);
    asFaiss.reconstruct(row, back.data());
    require(exactScore(vector, back.data(), dimensions) > .97F, "reconstructed from its code", row);
    index.readCode(row, code.data());
    asFaiss.sa_encode(1, vector, again.data());
    require(code == again, "a row's code comes back as it went in", row);
  }
  asFaiss.reset();
  require(asFaiss.ntotal == 0, "reset", 0);
}

/// Rows whose memory was got ready, fewer and more of them than come, while they come.
void checkReserve() {
  constexpr std::uint32_t rows = chunkRows + 3000;
  constexpr std::uint32_t some = 1000;
  for (const std::uint32_t expected : {0U, 5U, rows, 2 * rows}) {
    ScanIndex index({64, Originals::none});
    std::mt19937 random(7);
    std::vector<std::uint8_t> codes(some * index.codeBytes());
    index.encode(some, randomUnits(random, some, 64).data(), codes.data(), nullptr, 1);
    std::vector<std::uint32_t> labels(some);
    Workers workers(1);
    index.reserve(3, workers);
    index.reserve(expected, workers);
    for (std::uint32_t done = 0; done < rows; done += some) index.append({some, codes.data(), labels.data(), nullptr});
    index.reserve(0, workers);
    std::vector<std::uint8_t> code(index.codeBytes());
    for (std::uint32_t row = 0; row < index.rows(); row += 17) {
      index.readCode(row, code.data());
      require(std::equal(code.begin(), code.end(), codes.begin() + row % some * index.codeBytes()),
              "memory that was got ready holds what is written to it", row);
    }
    require(index.rows() >= rows, "all rows are there", expected);
  }
}

}  // namespace

void testRemoval() {
  for (const Kernels* kernels : usableKernels()) {
    for (const int dimensions : {64, 128, 300, 512}) {
      churn(dimensions, Originals::float32, kernels);
      churn(dimensions, Originals::none, kernels);
    }
  }
  checkChunks();
  checkViews(Originals::float32);
  checkViews(Originals::none);
  checkFaissCalls();
  checkReserve();
  std::puts("faiss: the index finds what a map of its rows does");
}
