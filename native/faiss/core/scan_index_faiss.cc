#include <faiss/impl/IDSelector.h>

#include <algorithm>
#include <numeric>

#include "scan_index.h"

// What FAISS expects of an index, in terms of our own calls.
namespace scan {

void ScanIndex::add(idx_t n, const float* x) {
  std::vector<std::uint8_t> codes(static_cast<std::size_t>(n) * codeBytes());
  const auto count = static_cast<std::uint32_t>(n);
  encode(count, x, codes.data(), nullptr, 1);
  std::vector<std::uint32_t> labels(count);
  std::iota(labels.begin(), labels.end(), rows());
  append({count, codes.data(), labels.data(), x});
}

void ScanIndex::search(idx_t n, const float* x, idx_t k, float* distances, idx_t* labels,
                       const faiss::SearchParameters* params) const {
  const View view(*this);
  SearchOptions options;
  options.limit = static_cast<std::uint32_t>(k);
  options.deviations = 6;
  if (params != nullptr && params->sel != nullptr) {
    const auto allowed = std::make_shared<std::vector<std::uint32_t>>((static_cast<std::size_t>(ntotal) + 31) / 32);
    for (idx_t row = 0; row < ntotal; row++) {
      if (params->sel->is_member(row)) (*allowed)[row / 32] |= 1U << row % 32;
    }
    options.allowed = allowed;
  }
  const Found found = find(view, std::vector<float>(x, x + n * d), options, nullptr);
  std::fill_n(labels, n * k, -1);
  std::fill_n(distances, n * k, -2.F);
  for (idx_t probe = 0; probe < n; probe++) {
    const std::vector<Hit>& hits = found.hits[probe];
    for (std::size_t i = 0; i < std::min<std::size_t>(k, hits.size()); i++) {
      labels[probe * k + i] = hits[i].row;
      distances[probe * k + i] = (hits[i].low + hits[i].high) / 2;
    }
  }
}

void ScanIndex::reset() {
  std::vector<std::uint32_t> all(rows());
  std::iota(all.begin(), all.end(), 0);
  removeRows(std::move(all));
}

std::size_t ScanIndex::remove_ids(const faiss::IDSelector& selector) {
  std::vector<std::uint32_t> chosen;
  for (idx_t row = 0; row < ntotal; row++) {
    if (selector.is_member(row)) chosen.push_back(static_cast<std::uint32_t>(row));
  }
  return removeRows(std::move(chosen)).size();
}

void ScanIndex::reconstruct(idx_t key, float* recons) const {
  const std::shared_lock<std::shared_mutex> held(shape_);
  const auto row = static_cast<std::uint32_t>(key);
  const Chunk& chunk = *chunks_[row / chunkRows];
  if (format_.originals != Originals::none) {
    chunk.readOriginal(row % chunkRows, recons);
    return;
  }
  std::vector<std::uint8_t> code(codeBytes());
  chunk.readCode(row % chunkRows, code.data());
  sa_decode(1, code.data(), recons);
}

void ScanIndex::sa_encode(idx_t n, const float* x, std::uint8_t* bytes) const {
  encode(static_cast<std::uint32_t>(n), x, bytes, nullptr, 1);
}

void ScanIndex::sa_decode(idx_t n, const std::uint8_t* bytes, float* x) const {
  std::vector<float> rotated(format_.code.padded);
  for (idx_t i = 0; i < n; i++) {
    decode(format_.code, partsOf(format_.code, bytes + i * codeBytes()), rotated.data());
    rotation_.undo(rotated.data(), x + i * d);
  }
}

}  // namespace scan
