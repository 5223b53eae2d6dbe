#include "faiss_rows.h"

#include <faiss/IndexFlatCodes.h>
#include <faiss/IndexIVF.h>
#include <faiss/impl/FaissException.h>
#include <faiss/impl/IDSelector.h>
#include <faiss/impl/io.h>
#include <faiss/index_factory.h>
#include <faiss/index_io.h>
#include <omp.h>

#include <algorithm>
#include <cstring>

namespace scan {
namespace {

/// FAISS counts ids, the bitmap rows.
struct AllowedIds : faiss::IDSelector {
  using Id = faiss::Index::idx_t;

  AllowedIds(const std::vector<std::uint32_t>& allowed, const std::unordered_map<Id, std::uint32_t>* rowOf)
      : allowed(allowed), rowOf(rowOf) {}

  bool is_member(Id id) const override {
    const auto row = rowOf == nullptr ? static_cast<std::uint32_t>(id) : rowOf->at(id);
    return row / 32 < allowed.size() && (allowed[row / 32] >> row % 32 & 1) != 0;
  }

  const std::vector<std::uint32_t>& allowed;
  const std::unordered_map<Id, std::uint32_t>* rowOf;
};

template <typename Value>
void write(std::vector<std::uint8_t>& out, const std::vector<Value>& values) {
  const std::size_t at = out.size();
  out.resize(at + values.size() * sizeof(Value));
  if (!values.empty()) std::memcpy(out.data() + at, values.data(), values.size() * sizeof(Value));
}

template <typename Value>
std::size_t read(const std::vector<std::uint8_t>& bytes, std::size_t at, std::vector<Value>& values) {
  const std::size_t size = values.size() * sizeof(Value);
  if (bytes.size() - at < size) throw Unsupported("The bytes of a FAISS index end too early.");
  if (size > 0) std::memcpy(values.data(), bytes.data() + at, size);
  return at + size;
}

constexpr std::uint32_t magic = 0x31524653;

}  // namespace

FaissRows::FaissRows(int dimensions, const std::string& factory)
    : index_(faiss::index_factory(dimensions, factory.c_str(), faiss::METRIC_INNER_PRODUCT)) {}

FaissRows::FaissRows(const std::vector<std::uint8_t>& bytes) {
  std::vector<std::uint32_t> head(3);
  std::size_t at = read(bytes, 0, head);
  if (head[0] != magic || head[2] > 1 || bytes.size() / sizeof(std::uint32_t) < head[1]) {
    throw Unsupported("These bytes are no FAISS index of ours.");
  }
  labels_.resize(head[1]);
  at = read(bytes, at, labels_);
  ids_.resize(head[2] == 1 ? head[1] : 0);
  at = read(bytes, at, ids_);
  faiss::VectorIOReader reader;
  reader.data.assign(bytes.begin() + static_cast<std::ptrdiff_t>(at), bytes.end());
  index_.reset(faiss::read_index(&reader));
  for (std::uint32_t row = 0; row < ids_.size(); row++) {
    rowOf_[ids_[row]] = row;
    nextId_ = std::max(nextId_, ids_[row] + 1);
  }
  if (index_->ntotal != static_cast<Id>(labels_.size()) || hasIds() != (head[2] == 1)) {
    throw Unsupported("These bytes are no FAISS index of ours.");
  }
}

bool FaissRows::hasIds() const { return dynamic_cast<const faiss::IndexIVF*>(index_.get()) != nullptr; }

bool FaissRows::isTrained() const {
  const std::shared_lock<std::shared_mutex> held(mutex_);
  return index_->is_trained;
}

std::uint32_t FaissRows::rows() const {
  const std::shared_lock<std::shared_mutex> held(mutex_);
  return static_cast<std::uint32_t>(labels_.size());
}

void FaissRows::train(std::uint32_t count, const float* vectors) {
  const std::unique_lock<std::shared_mutex> held(mutex_);
  index_->train(count, vectors);
}

std::uint32_t FaissRows::add(std::uint32_t count, const float* vectors, const std::uint32_t* labels) {
  const std::unique_lock<std::shared_mutex> held(mutex_);
  const auto first = static_cast<std::uint32_t>(labels_.size());
  if (hasIds()) {
    std::vector<Id> ids(count);
    for (std::uint32_t i = 0; i < count; i++) ids[i] = nextId_ + i;
    index_->add_with_ids(count, vectors, ids.data());
    for (std::uint32_t i = 0; i < count; i++) rowOf_[ids[i]] = first + i;
    ids_.insert(ids_.end(), ids.begin(), ids.end());
    nextId_ += count;
  } else {
    index_->add(count, vectors);
  }
  labels_.insert(labels_.end(), labels, labels + count);
  return first;
}

std::vector<Move> FaissRows::removeRows(std::vector<std::uint32_t> rows) {
  const std::unique_lock<std::shared_mutex> held(mutex_);
  auto* flat = dynamic_cast<faiss::IndexFlatCodes*>(index_.get());
  if (flat == nullptr && !hasIds()) throw Unsupported("This kind of FAISS index cannot remove rows.");
  if (hasIds()) {
    std::vector<Id> ids(rows.size());
    std::transform(rows.begin(), rows.end(), ids.begin(), [this](std::uint32_t row) { return ids_[row]; });
    index_->remove_ids(faiss::IDSelectorBatch(ids.size(), ids.data()));
  }
  std::sort(rows.begin(), rows.end(), std::greater<>());
  std::vector<Move> moves;
  for (const std::uint32_t row : rows) {
    const auto last = static_cast<std::uint32_t>(labels_.size()) - 1;
    moves.push_back({last, row});
    if (flat != nullptr) {
      std::memmove(&flat->codes[row * flat->code_size], &flat->codes[last * flat->code_size], flat->code_size);
      flat->ntotal--;
      flat->codes.resize(flat->codes.size() - flat->code_size);
    }
    putLastInPlaceOf(row);
  }
  return moves;
}

void FaissRows::putLastInPlaceOf(std::uint32_t row) {
  labels_[row] = labels_.back();
  labels_.pop_back();
  if (!hasIds()) return;
  rowOf_.erase(ids_[row]);
  if (row + 1 < ids_.size()) {
    ids_[row] = ids_.back();
    rowOf_[ids_[row]] = row;
  }
  ids_.pop_back();
}

std::unique_ptr<faiss::IDSelector> FaissRows::select(const SearchOptions& options) const {
  if (!options.allowed) return nullptr;
  return std::make_unique<AllowedIds>(*options.allowed, hasIds() ? &rowOf_ : nullptr);
}

std::vector<std::vector<Hit>> FaissRows::search(const std::vector<float>& probes, const SearchOptions& options,
                                                int lists) const {
  const std::shared_lock<std::shared_mutex> held(mutex_);
  const std::size_t count = probes.size() / index_->d;
  const std::size_t limit = std::min<std::size_t>(options.limit, labels_.size());
  std::vector<std::vector<Hit>> hits(count);
  if (limit == 0) return hits;
  std::vector<float> scores(count * limit);
  std::vector<Id> ids(count * limit, -1);
  const auto selector = select(options);
  faiss::SearchParametersIVF parameters;
  parameters.sel = selector.get();
  parameters.nprobe = lists;
  const bool plain = selector == nullptr && !hasIds();
  // FAISS's number of threads belongs to the calling thread.
  omp_set_num_threads(options.threads);
  index_->search(static_cast<Id>(count), probes.data(), static_cast<Id>(limit), scores.data(), ids.data(),
                 plain ? nullptr : &parameters);
  for (std::size_t i = 0; i < ids.size(); i++) {
    if (ids[i] < 0 || scores[i] < options.minScore) continue;
    const std::uint32_t row = hasIds() ? rowOf_.at(ids[i]) : static_cast<std::uint32_t>(ids[i]);
    hits[i / limit].push_back({row, labels_[row], scores[i], scores[i]});
  }
  for (auto& own : hits) std::sort(own.begin(), own.end(), isBetter);
  return hits;
}

std::vector<std::uint8_t> FaissRows::serialise() const {
  const std::shared_lock<std::shared_mutex> held(mutex_);
  std::vector<std::uint8_t> bytes;
  write<std::uint32_t>(bytes, {magic, static_cast<std::uint32_t>(labels_.size()), hasIds() ? 1U : 0U});
  write(bytes, labels_);
  write(bytes, ids_);
  faiss::VectorIOWriter writer;
  faiss::write_index(index_.get(), &writer);
  write(bytes, writer.data);
  return bytes;
}

}  // namespace scan
