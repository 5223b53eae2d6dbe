#include "pyramid.h"

#include <algorithm>

namespace pixels {
namespace {

struct Rows {
  const std::uint8_t* data;
  std::ptrdiff_t stride;
  int width;
  int height;
};

/// Averages two rows and each byte with the one three further (the same channel of the next pixel).
void averageNeighbours(const std::uint8_t* __restrict upper, const std::uint8_t* __restrict lower,
                       std::uint8_t* __restrict mixed, int count) {
  for (int i = 0; i < count; i++) {
    const unsigned sum = upper[i] + upper[i + 3] + lower[i] + lower[i + 3];
    mixed[i] = static_cast<std::uint8_t>((sum + 2) >> 2);
  }
}

/// Keeps every second pixel of a row.
void keepEven(const std::uint8_t* mixed, std::uint8_t* out, int pixels) {
  for (int x = 0; x < pixels; x++) {
    out[3 * x] = mixed[6 * x];
    out[3 * x + 1] = mixed[6 * x + 1];
    out[3 * x + 2] = mixed[6 * x + 2];
  }
}

void halveRow(const std::uint8_t* upper, const std::uint8_t* lower, int width, std::uint8_t* out) {
  constexpr int blockPixels = 256;
  std::uint8_t mixed[3 * blockPixels];
  const int pairs = width / 2;
  for (int done = 0; done < pairs; done += blockPixels / 2) {
    const int count = std::min(blockPixels / 2, pairs - done);
    // The last pair's second pixel needs no neighbour of its own.
    averageNeighbours(upper + 6 * done, lower + 6 * done, mixed, 6 * count - 3);
    keepEven(mixed, out + 3 * done, count);
  }
  if (width % 2 == 0) return;
  const int last = 3 * (width - 1);
  for (int c = 0; c < 3; c++) {
    out[3 * pairs + c] = static_cast<std::uint8_t>((2 * (upper[last + c] + lower[last + c]) + 2) >> 2);
  }
}

Image halve(const Rows& source, std::vector<std::uint8_t>& memory) {
  const Image half{nullptr, (source.width + 1) / 2, (source.height + 1) / 2};
  const std::size_t size = 3 * static_cast<std::size_t>(half.width) * half.height;
  if (memory.size() < size) memory.resize(size);
  for (int y = 0; y < half.height; y++) {
    const std::uint8_t* upper = source.data + 2 * y * source.stride;
    const std::uint8_t* lower = 2 * y + 1 < source.height ? upper + source.stride : upper;
    halveRow(upper, lower, source.width, memory.data() + 3 * static_cast<std::size_t>(half.width) * y);
  }
  return {memory.data(), half.width, half.height};
}

}  // namespace

Level reduce(const Image& source, const Rect& region, int halvings, PyramidScratch& scratch) {
  if (halvings == 0) return {source, 0, 0, 0};
  // Whole blocks only, so that the pixels do not depend on where the region begins.
  const int block = 1 << halvings;
  const int left = region.left / block * block;
  const int top = region.top / block * block;
  const int right = std::min((region.right + block - 1) / block * block, source.width);
  const int bottom = std::min((region.bottom + block - 1) / block * block, source.height);
  const std::ptrdiff_t stride = 3 * static_cast<std::ptrdiff_t>(source.width);
  Image current = halve({source.data + top * stride + 3 * static_cast<std::ptrdiff_t>(left), stride, right - left,
                         bottom - top},
                        scratch.even);
  for (int done = 1; done < halvings; done++) {
    const Rows rows{current.data, 3 * static_cast<std::ptrdiff_t>(current.width), current.width, current.height};
    current = halve(rows, done % 2 == 0 ? scratch.even : scratch.odd);
  }
  return {current, left >> halvings, top >> halvings, halvings};
}

}  // namespace pixels
