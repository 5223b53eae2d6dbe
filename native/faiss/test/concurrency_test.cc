#include <algorithm>
#include <set>
#include <thread>

#include "../core/scan_index.h"
#include "check.h"

// Searches while rows come and go: whoever stays is found each time, under her own label, and nobody who is not allowed.
namespace {

using namespace scan;

constexpr int dimensions = 256;
/// These stay, while those after them come and go.
constexpr std::uint32_t staying = 40;

class Churn {
 public:
  explicit Churn(Originals originals) : originals_(originals), index_({dimensions, originals, 3}) {
    std::mt19937 random(11);
    stayers_ = randomUnits(random, staying, dimensions);
    passers_ = randomUnits(random, 3000, dimensions);
    append(passers_, 0, 1500, staying);
    // Those who stay lie among and behind the others, so that removals move them.
    append(stayers_, 0, staying, 0);
    append(passers_, 1500, 3000, staying);
  }

  /// Removes rows of passers and adds them again, until `rounds` are over.
  void write(int rounds) {
    std::mt19937 random(12);
    for (int round = 0; round < rounds; round++) {
      std::set<std::uint32_t> rows;
      for (int i = 0; i < 40; i++) {
        const std::uint32_t row = random() % labels_.size();
        if (labels_[row] >= staying) rows.insert(row);
      }
      std::vector<std::uint32_t> removed;
      for (const std::uint32_t row : rows) removed.push_back(labels_[row] - staying);
      for (const Move& move : index_.removeRows({rows.begin(), rows.end()})) {
        labels_[move.to] = labels_[move.from];
        labels_.pop_back();
      }
      for (const std::uint32_t passer : removed) append(passers_, passer, passer + 1, staying);
    }
    done_ = true;
  }

  void read(int seed, Workers* workers) const {
    std::mt19937 random(seed);
    while (!done_) {
      const std::uint32_t one = random() % staying;
      const std::uint32_t other = random() % staying;
      std::vector<float> probes(stayers_.begin() + one * dimensions, stayers_.begin() + (one + 1) * dimensions);
      probes.insert(probes.end(), stayers_.begin() + other * dimensions, stayers_.begin() + (other + 1) * dimensions);
      SearchOptions options;
      options.limit = 3;
      options.threads = workers == nullptr ? 1 : 2;
      const ScanIndex::View view(index_);
      auto found = index_.find(view, probes, options, workers);
      index_.update(view, found);
      requireFound(found.hits[0], one);
      requireFound(found.hits[1], other);
    }
  }

 private:
  void requireFound(const std::vector<Hit>& hits, std::uint32_t label) const {
    const auto found = std::find_if(hits.begin(), hits.end(), [&](const Hit& hit) { return hit.label == label; });
    require(found != hits.end() && found->high > .97F, "who stays is found while others come and go", label);
    std::set<std::uint32_t> labels;
    for (const Hit& hit : hits) labels.insert(hit.label);
    require(labels.size() == hits.size(), "nobody is found twice", label);
  }

  void append(const std::vector<float>& vectors, std::uint32_t from, std::uint32_t to, std::uint32_t offset) {
    const std::uint32_t count = to - from;
    const float* first = vectors.data() + static_cast<std::size_t>(from) * dimensions;
    std::vector<std::uint8_t> codes(count * index_.codeBytes());
    index_.encode(count, first, codes.data(), nullptr, 1);
    std::vector<std::uint32_t> labels;
    for (std::uint32_t i = from; i < to; i++) labels.push_back(i + offset);
    index_.append({count, codes.data(), labels.data(), originals_ == Originals::none ? nullptr : first});
    labels_.insert(labels_.end(), labels.begin(), labels.end());
  }

  Originals originals_;
  ScanIndex index_;
  std::vector<float> stayers_;
  std::vector<float> passers_;
  /// The writer's alone.
  std::vector<std::uint32_t> labels_;
  std::atomic<bool> done_{false};
};

void churn(Originals originals) {
  Workers workers(1);
  Churn churn(originals);
  std::thread first([&] { churn.read(1, nullptr); });
  std::thread second([&] { churn.read(2, &workers); });
  churn.write(150);
  first.join();
  second.join();
}

}  // namespace

void testConcurrency() {
  churn(Originals::float32);
  churn(Originals::none);
  std::puts("faiss: who stays is found while others come and go");
}
