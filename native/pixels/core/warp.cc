#include "warp.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

#include "pyramid.h"

namespace pixels {
namespace {

/// Coordinates in units of 2^-32 pixel: a row's steps add up without a visible error.
using Fixed = std::int64_t;
constexpr int fixedBits = 32;
constexpr double fixedOne = 4294967296.0;

// Bounds so wide that only absurd similarities meet them, and so narrow that 65,535 steps cannot overflow.
constexpr double farthest = 1 << 29;
constexpr double longestStep = 1 << 13;

/// The same where it makes sense, else so wild that no pixel is met, yet without sums that are no numbers.
Similarity bounded(const Similarity& m) {
  const auto within = [](double value) { return std::clamp(value, -1e18, 1e18); };
  return {within(m.a), within(m.b), within(m.tx), within(m.ty)};
}

Fixed toFixed(double value, double bound = farthest) {
  return static_cast<Fixed>(std::floor(std::clamp(value, -bound, bound) * fixedOne));
}

// Portable vectors of the compiler: SSE2 on x86-64, NEON on arm64.
using Bytes16 = std::uint8_t __attribute__((vector_size(16)));
using Longs2 = std::int64_t __attribute__((vector_size(16)));
using Shorts8 = std::uint16_t __attribute__((vector_size(16)));
using Ints4 = std::int32_t __attribute__((vector_size(16)));
using Floats4 = float __attribute__((vector_size(16)));

/// One output row before it is written: four floats a pixel (red, green, blue, unused), each value · 2^16. They are
/// whole numbers below 2^24, so that float arithmetic on them is exact.
using RowBuffer = std::vector<float>;

struct Scratch {
  PyramidScratch pyramid;
  RowBuffer row;
};

Scratch& threadScratch() {
  thread_local Scratch scratch;
  return scratch;
}

int halvingsFor(const Similarity& toSource) {
  int halvings = 0;
  for (double step = std::hypot(toSource.a, toSource.b); step > 2 && halvings < 15; step /= 2) halvings++;
  return halvings;
}

/// The source pixels that an output of this size can touch after `halvings`, within the source and never empty.
Rect touchedRegion(const Warp& warp, int width, int height, int halvings) {
  const Similarity& m = warp.toSource;
  const double us[] = {0, m.a * width, -m.b * height, m.a * width - m.b * height};
  const double vs[] = {0, m.b * width, m.a * height, m.b * width + m.a * height};
  const double margin = 2.0 * (1 << halvings);
  const auto within = [](double value, int size) { return static_cast<int>(std::clamp(value, 0.0, double(size))); };
  const auto [uMin, uMax] = std::minmax_element(us, us + 4);
  const auto [vMin, vMax] = std::minmax_element(vs, vs + 4);
  Rect rect{within(m.tx + *uMin - margin, warp.source.width), within(m.ty + *vMin - margin, warp.source.height),
            within(m.tx + *uMax + margin + 1, warp.source.width),
            within(m.ty + *vMax + margin + 1, warp.source.height)};
  // Wholly outside: the nearest row and column are still needed as the edge.
  rect.left = std::min(rect.left, warp.source.width - 1);
  rect.top = std::min(rect.top, warp.source.height - 1);
  rect.right = std::max(rect.right, rect.left + 1);
  rect.bottom = std::max(rect.bottom, rect.top + 1);
  return rect;
}

class Sampler {
 public:
  Sampler(Warp warp, int width, int height, PyramidScratch& scratch) : outside_(warp.outside), width_(width) {
    warp.toSource = bounded(warp.toSource);
    const int halvings = halvingsFor(warp.toSource);
    const Level level = reduce(warp.source, touchedRegion(warp, width, height, halvings), halvings, scratch);
    const double unit = 1.0 / (1 << halvings);
    const Similarity& m = warp.toSource;
    image_ = level.image;
    // From output pixel centres to positions between the level's pixel centres.
    map_ = {m.a * unit, m.b * unit, (m.tx + .5 * (m.a - m.b)) * unit - .5 - level.left,
            (m.ty + .5 * (m.b + m.a)) * unit - .5 - level.top};
    uFrom_ = toFixed(-.5 - level.left);
    vFrom_ = toFixed(-.5 - level.top);
    uTo_ = toFixed(warp.source.width * unit - .5 - level.left);
    vTo_ = toFixed(warp.source.height * unit - .5 - level.top);
  }

  void sampleRow(int y, float* row) const {
    Fixed u = toFixed(map_.tx - map_.b * y);
    Fixed v = toFixed(map_.ty + map_.a * y);
    const Fixed uStep = toFixed(map_.a, longestStep);
    const Fixed vStep = toFixed(map_.b, longestStep);
    // Two columns less than there are, for a load of eight bytes takes a bit of a third pixel along.
    const auto innerColumns = static_cast<std::uint32_t>(std::max(image_.width - 2, 0));
    const auto innerRows = static_cast<std::uint32_t>(image_.height - 1);
    for (int x = 0; x < width_; x++, u += uStep, v += vStep) {
      const auto column = static_cast<std::uint32_t>(u >> fixedBits);
      const auto line = static_cast<std::uint32_t>(v >> fixedBits);
      if (column < innerColumns && line < innerRows) {
        const std::uint8_t* tap = image_.data + 3 * (static_cast<std::size_t>(line) * image_.width + column);
        mixInner(tap, tap + 3 * image_.width, weight(u), weight(v), row + 4 * x);
      } else {
        sampleBorder(u, v, row + 4 * x);
      }
    }
  }

 private:
  static int weight(Fixed value) { return static_cast<int>((value >> (fixedBits - 8)) & 255); }

  /// Both the left and the right one of two neighbours, as lanes 0 to 2 and 3 to 5.
  static Shorts8 loadPair(const std::uint8_t* left) {
    std::int64_t eight;
    std::memcpy(&eight, left, sizeof eight);
    const auto bytes = (Bytes16)Longs2{eight, 0};
    return (Shorts8)__builtin_shufflevector(bytes, Bytes16{}, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
  }

  static Floats4 lowerHalf(Shorts8 lanes) {
    return __builtin_convertvector((Ints4)__builtin_shufflevector(lanes, Shorts8{}, 0, 8, 1, 9, 2, 10, 3, 11), Floats4);
  }

  static void mixInner(const std::uint8_t* above, const std::uint8_t* below, int right, int lower, float* out) {
    const Shorts8 both = loadPair(above) * static_cast<std::uint16_t>(256 - lower) +
                         loadPair(below) * static_cast<std::uint16_t>(lower);
    const Floats4 left = lowerHalf(both);
    const Floats4 other = lowerHalf(__builtin_shufflevector(both, Shorts8{}, 3, 4, 5, 6, 7, 8, 9, 10));
    const Floats4 mixed = left * static_cast<float>(256 - right) + other * static_cast<float>(right);
    std::memcpy(out, &mixed, sizeof mixed);
  }

  void sampleBorder(Fixed u, Fixed v, float* out) const {
    if (outside_ == Outside::black && (u < uFrom_ || v < vFrom_ || u >= uTo_ || v >= vTo_)) {
      out[0] = out[1] = out[2] = 0;
      return;
    }
    const Fixed uInside = std::clamp<Fixed>(u, 0, static_cast<Fixed>(image_.width - 1) << fixedBits);
    const Fixed vInside = std::clamp<Fixed>(v, 0, static_cast<Fixed>(image_.height - 1) << fixedBits);
    const int column = static_cast<int>(uInside >> fixedBits);
    const int line = static_cast<int>(vInside >> fixedBits);
    const std::ptrdiff_t right = column + 1 < image_.width ? 3 : 0;
    const std::ptrdiff_t below = line + 1 < image_.height ? 3 * static_cast<std::ptrdiff_t>(image_.width) : 0;
    const std::uint8_t* tap = image_.data + 3 * (static_cast<std::size_t>(line) * image_.width + column);
    const int rightWeight = weight(uInside);
    const int lowerWeight = weight(vInside);
    for (int c = 0; c < 3; c++) {
      const int left = tap[c] * (256 - lowerWeight) + tap[below + c] * lowerWeight;
      const int other = tap[right + c] * (256 - lowerWeight) + tap[below + right + c] * lowerWeight;
      out[c] = static_cast<float>(left * (256 - rightWeight) + other * rightWeight);
    }
  }

  Image image_{};
  Similarity map_{};
  Outside outside_;
  int width_;
  Fixed uFrom_ = 0;
  Fixed vFrom_ = 0;
  Fixed uTo_ = 0;
  Fixed vTo_ = 0;
};

void writePixels(const float* __restrict row, std::uint8_t* __restrict out, int width) {
  for (int x = 0; x < width; x++) {
    for (int c = 0; c < 3; c++) {
      out[3 * x + c] = static_cast<std::uint8_t>((static_cast<std::int32_t>(row[4 * x + c]) + (1 << 15)) >> 16);
    }
  }
}

void writePlane(const float* __restrict channel, float* __restrict out, int width, float factor, float shift) {
  for (int x = 0; x < width; x++) out[x] = channel[4 * x] * factor + shift;
}

}  // namespace

void warpToPicture(const Warp& warp, std::uint8_t* out, int width, int height) {
  Scratch& scratch = threadScratch();
  scratch.row.resize(4 * static_cast<std::size_t>(width));
  const Sampler sampler(warp, width, height, scratch.pyramid);
  float* row = scratch.row.data();
  for (int y = 0; y < height; y++) {
    sampler.sampleRow(y, row);
    writePixels(row, out + 3 * static_cast<std::size_t>(y) * width, width);
  }
}

void warpToTensor(const Warp& warp, const TensorTarget& target) {
  Scratch& scratch = threadScratch();
  scratch.row.resize(4 * static_cast<std::size_t>(target.width));
  const Sampler sampler(warp, target.width, target.height, scratch.pyramid);
  const std::size_t plane = static_cast<std::size_t>(target.width) * target.height;
  float* row = scratch.row.data();
  for (int y = 0; y < target.height; y++) {
    sampler.sampleRow(y, row);
    for (int c = 0; c < 3; c++) {
      const float* channel = row + (target.blueFirst ? 2 - c : c);
      float* out = target.planes + c * plane + static_cast<std::size_t>(y) * target.width;
      writePlane(channel, out, target.width, target.scale[c] / 65536.0F, -target.mean[c] * target.scale[c]);
      if (target.mirroredPlanes) std::reverse_copy(out, out + target.width, target.mirroredPlanes + (out - target.planes));
    }
  }
}

}  // namespace pixels
