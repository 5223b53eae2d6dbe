#include "chunk.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstring>
#include <new>

namespace scan {
namespace {

constexpr std::size_t hugePage = 2 << 20;
/// MADV_POPULATE_WRITE of Linux 5.14; older ones refuse it.
constexpr int populate = 23;

std::size_t wholePages(std::size_t bytes) { return (bytes + 4095) / 4096 * 4096; }

}  // namespace

template <typename Visit>
void Chunk::visitParts(Visit visit) {
  visit(nibbles_, format_.code.nibbleBytes);
  visit(bits_, format_.code.bitBytes);
  visit(fine_, format_.code.fineBytes);
  visit(originals_, originalBytes());
  visit(inverseNorms_, sizeof(float));
  visit(nibbleCosines_, sizeof(float));
  visit(fineInverseNorms_, format_.code.hasFine() ? sizeof(float) : 0);
  visit(fineCosines_, format_.code.hasFine() ? sizeof(float) : 0);
  visit(labels_, sizeof(std::uint32_t));
  visit(bitCosines_, format_.code.hasBits() ? sizeof(std::uint16_t) : 0);
}

Chunk::Chunk(const RowFormat& format, bool hugePages) : format_(format) {
  visitParts([&](auto*&, std::size_t bytes) { mappedBytes_ += wholePages(bytes * chunkRows); });
  mappedBytes_ += hugePage;
  void* memory =
      mmap(nullptr, mappedBytes_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  mapped_ = static_cast<std::uint8_t*>(memory);
  std::uint8_t* next = mapped_ + (hugePage - reinterpret_cast<std::uintptr_t>(mapped_) % hugePage) % hugePage;
  visitParts([&](auto*& part, std::size_t bytes) {
    part = reinterpret_cast<std::remove_reference_t<decltype(part)>>(next);
    // The small parts of a chunk that is not full yet would take a huge page each.
    if (hugePages && bytes * chunkRows >= hugePage) madvise(next, wholePages(bytes * chunkRows), MADV_HUGEPAGE);
    next += wholePages(bytes * chunkRows);
  });
}

Chunk::~Chunk() { munmap(mapped_, mappedBytes_); }

void Chunk::prepare(std::uint32_t rows) {
  visitParts([&](auto*& part, std::size_t bytes) {
    if (bytes > 0) madvise(part, wholePages(bytes * rows), populate);
  });
}

void Chunk::write(std::uint32_t row, const Code& code, std::uint32_t label, const float* original) {
  std::memcpy(nibbles_ + static_cast<std::size_t>(row) * format_.code.nibbleBytes, code.nibbles,
              format_.code.nibbleBytes);
  inverseNorms_[row] = code.inverseNorm;
  nibbleCosines_[row] = code.nibbleCosine;
  labels_[row] = label;
  for (int byte = 0; byte < format_.code.bitBytes; byte++) *bitAt(row, byte) = code.bits[byte];
  if (format_.code.hasBits()) bitCosines_[row / groupRows * groupRows + placeInGroup(row % groupRows)] = code.bitCosine;
  if (format_.code.hasFine()) {
    std::memcpy(fine_ + static_cast<std::size_t>(row) * format_.code.fineBytes, code.fine, format_.code.fineBytes);
    fineInverseNorms_[row] = code.fineInverseNorm;
    fineCosines_[row] = code.fineCosine;
  }
  std::uint8_t* out = originals_ + row * originalBytes();
  if (format_.originals == Originals::float32) std::memcpy(out, original, originalBytes());
  if (format_.originals == Originals::float16) {
    std::transform(original, original + format_.dimensions, reinterpret_cast<std::uint16_t*>(out), toFloat16);
  }
}

void Chunk::copyRow(std::uint32_t row, const Chunk& from, std::uint32_t fromRow) {
  const std::size_t nibbleBytes = format_.code.nibbleBytes;
  std::memcpy(nibbles_ + row * nibbleBytes, from.nibbles_ + fromRow * nibbleBytes, nibbleBytes);
  inverseNorms_[row] = from.inverseNorms_[fromRow];
  nibbleCosines_[row] = from.nibbleCosines_[fromRow];
  labels_[row] = from.labels_[fromRow];
  for (int byte = 0; byte < format_.code.bitBytes; byte++) *bitAt(row, byte) = *from.bitAt(fromRow, byte);
  if (format_.code.hasBits()) {
    bitCosines_[row / groupRows * groupRows + placeInGroup(row % groupRows)] =
        from.bitCosines_[fromRow / groupRows * groupRows + placeInGroup(fromRow % groupRows)];
  }
  if (format_.code.hasFine()) {
    const std::size_t fineBytes = format_.code.fineBytes;
    std::memcpy(fine_ + row * fineBytes, from.fine_ + fromRow * fineBytes, fineBytes);
    fineInverseNorms_[row] = from.fineInverseNorms_[fromRow];
    fineCosines_[row] = from.fineCosines_[fromRow];
  }
  std::memcpy(originals_ + row * originalBytes(), from.originals_ + fromRow * originalBytes(), originalBytes());
}

void Chunk::wipe(std::uint32_t row) {
  std::memset(nibbles_ + static_cast<std::size_t>(row) * format_.code.nibbleBytes, 0, format_.code.nibbleBytes);
  for (int byte = 0; byte < format_.code.bitBytes; byte++) *bitAt(row, byte) = 0;
  std::memset(fine_ + static_cast<std::size_t>(row) * format_.code.fineBytes, 0, format_.code.fineBytes);
  std::memset(originals_ + row * originalBytes(), 0, originalBytes());
}

void Chunk::readCode(std::uint32_t row, std::uint8_t* code) const {
  const float factors[2] = {inverseNorms_[row], nibbleCosines_[row]};
  std::memcpy(code, nibbles(row).codes, format_.code.nibbleBytes);
  std::uint8_t* out = code + format_.code.nibbleBytes;
  for (int byte = 0; byte < format_.code.bitBytes; byte++) out[byte] = *bitAt(row, byte);
  out += format_.code.bitBytes;
  if (format_.code.hasFine()) {
    const float fineFactors[2] = {fineInverseNorms_[row], fineCosines_[row]};
    std::memcpy(out, fine(row), format_.code.fineBytes);
    out += format_.code.fineBytes;
    std::memcpy(out + sizeof factors, fineFactors, sizeof fineFactors);
  }
  std::memcpy(out, factors, sizeof factors);
  if (format_.code.hasBits()) {
    std::memcpy(out + sizeof factors, &bitCosines_[row / groupRows * groupRows + placeInGroup(row % groupRows)],
                sizeof(std::uint16_t));
  }
}

float Chunk::exactScore(const float* probe, std::uint32_t row) const {
  if (format_.originals == Originals::float32) return scan::exactScore(probe, floats(row), format_.dimensions);
  const auto* original = reinterpret_cast<const std::uint16_t*>(originals_ + row * originalBytes());
  return scan::exactScore(probe, original, format_.dimensions);
}

void Chunk::readOriginal(std::uint32_t row, float* vector) const {
  const std::uint8_t* original = originals_ + row * originalBytes();
  if (format_.originals == Originals::float32) std::memcpy(vector, original, originalBytes());
  if (format_.originals == Originals::float16) {
    const auto* halves = reinterpret_cast<const std::uint16_t*>(original);
    std::transform(halves, halves + format_.dimensions, vector, fromFloat16);
  }
}

}  // namespace scan
