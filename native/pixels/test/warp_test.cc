#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <vector>

#include "../core/pyramid.h"
#include "../core/warp.h"

// Random pictures and similarities against loops that are too plain to be wrong. The pictures lie in memory of exactly
// their size, so that the sanitizers see every byte read beyond them.
namespace {

using pixels::Image;
using pixels::Outside;
using pixels::Similarity;

struct Picture {
  int width;
  int height;
  std::vector<std::uint8_t> data;

  Image image() const { return {data.data(), width, height}; }
  int at(int x, int y, int c) const {
    return data[3 * (static_cast<std::size_t>(y) * width + x) + c];
  }
};

void require(bool holds, const char* what, int round) {
  if (holds) return;
  std::fprintf(stderr, "pixels: round %d: %s\n", round, what);
  std::exit(1);
}

Picture randomPicture(std::mt19937& random, int maxSide) {
  std::uniform_int_distribution<int> side(1, maxSide);
  Picture picture{side(random), side(random), {}};
  picture.data.resize(3 * static_cast<std::size_t>(picture.width) * picture.height);
  for (auto& value : picture.data) value = static_cast<std::uint8_t>(random());
  return picture;
}

Picture plainHalf(const Picture& source) {
  Picture half{(source.width + 1) / 2, (source.height + 1) / 2, {}};
  for (int y = 0; y < half.height; y++) {
    for (int x = 0; x < half.width; x++) {
      for (int c = 0; c < 3; c++) {
        const int right = std::min(2 * x + 1, source.width - 1);
        const int below = std::min(2 * y + 1, source.height - 1);
        const int sum = source.at(2 * x, 2 * y, c) + source.at(right, 2 * y, c) + source.at(2 * x, below, c) +
                        source.at(right, below, c);
        half.data.push_back(static_cast<std::uint8_t>((sum + 2) / 4));
      }
    }
  }
  return half;
}

double plainSample(const Picture& level, double u, double v, int c) {
  const double x = std::min(std::max(u, 0.0), level.width - 1.0);
  const double y = std::min(std::max(v, 0.0), level.height - 1.0);
  const int left = static_cast<int>(x);
  const int top = static_cast<int>(y);
  const int right = std::min(left + 1, level.width - 1);
  const int bottom = std::min(top + 1, level.height - 1);
  const double fx = x - left;
  const double fy = y - top;
  return (1 - fy) * ((1 - fx) * level.at(left, top, c) + fx * level.at(right, top, c)) +
         fy * ((1 - fx) * level.at(left, bottom, c) + fx * level.at(right, bottom, c));
}

void checkWarp(std::mt19937& random, int round) {
  const Picture source = randomPicture(random, round % 2 ? 90 : 9);
  std::uniform_real_distribution<double> angle(-3.2, 3.2);
  std::uniform_real_distribution<double> size(-2.5, 3.5);
  std::uniform_real_distribution<double> shift(-120, 120);
  const double turn = angle(random);
  const double scale = std::exp2(size(random));
  const Similarity m{scale * std::cos(turn), scale * std::sin(turn), shift(random), shift(random)};
  const int width = 1 + static_cast<int>(random() % 40);
  const int height = 1 + static_cast<int>(random() % 40);
  std::vector<std::uint8_t> out(3 * width * height);
  pixels::warpToPicture({source.image(), m, Outside::nearestEdge}, out.data(), width, height);

  Picture level = source;
  double unit = 1;
  for (double step = scale; step > 2; step /= 2, unit /= 2) level = plainHalf(level);
  for (int y = 0; y < height; y++) {
    for (int x = 0; x < width; x++) {
      const double u = m.a * (x + .5) - m.b * (y + .5) + m.tx;
      const double v = m.b * (x + .5) + m.a * (y + .5) + m.ty;
      for (int c = 0; c < 3; c++) {
        const double expected = plainSample(level, u * unit - .5, v * unit - .5, c);
        const double got = out[3 * (y * width + x) + c];
        // Weights of eight bits move a value by at most 255 / 256 in each direction.
        require(std::fabs(got - expected) <= 2.6, "warpToPicture differs from plain bilinear sampling", round);
      }
    }
  }
}

void checkTensor(std::mt19937& random, int round) {
  const Picture source = randomPicture(random, 60);
  const int width = 1 + static_cast<int>(random() % 30);
  const int height = 1 + static_cast<int>(random() % 30);
  const pixels::Warp warp{source.image(), {1.1, .2, -3, 2}, round % 2 ? Outside::black : Outside::nearestEdge};
  const int plane = width * height;
  std::vector<float> planes(3 * plane);
  std::vector<float> mirrored(3 * plane);
  const bool blueFirst = round % 3 == 0;
  pixels::warpToTensor(
      warp, {planes.data(), mirrored.data(), width, height, blueFirst, {10, 20, 30}, {1, .5F, .25F}});
  std::vector<std::uint8_t> out(3 * plane);
  pixels::warpToPicture(warp, out.data(), width, height);
  const float mean[] = {10, 20, 30};
  const float scale[] = {1, .5F, .25F};
  for (int c = 0; c < 3; c++) {
    for (int i = 0; i < plane; i++) {
      const float value = planes[c * plane + i] / scale[c] + mean[c];
      require(std::fabs(value - out[3 * i + (blueFirst ? 2 - c : c)]) <= .501F, "warpToTensor differs", round);
      const int across = i / width * width + (width - 1 - i % width);
      require(planes[c * plane + i] == mirrored[c * plane + across], "the mirrored copy differs", round);
    }
  }
}

void checkReduce(std::mt19937& random, int round) {
  const Picture source = randomPicture(random, 700);
  const int halvings = 1 + round % 4;
  Picture whole = source;
  for (int i = 0; i < halvings; i++) whole = plainHalf(whole);
  const int left = static_cast<int>(random() % source.width);
  const int top = static_cast<int>(random() % source.height);
  const pixels::Rect region{left, top, left + 1 + static_cast<int>(random() % (source.width - left)),
                            top + 1 + static_cast<int>(random() % (source.height - top))};
  pixels::PyramidScratch scratch;
  const pixels::Level level = pixels::reduce(source.image(), region, halvings, scratch);
  for (int y = 0; y < level.image.height; y++) {
    for (int x = 0; x < level.image.width; x++) {
      for (int c = 0; c < 3; c++) {
        const int got = level.image.data[3 * (static_cast<std::size_t>(y) * level.image.width + x) + c];
        require(got == whole.at(level.left + x, level.top + y, c), "a reduced region differs from the whole", round);
      }
    }
  }
}

void checkFarAway(std::mt19937& random, int round) {
  const Picture source = randomPicture(random, 12);
  std::uint8_t out[3 * 16];
  const double wild[] = {0, 1e-12, 1, -7, 1e6, -1e12, 1e300, 1e308, -1e308};
  const auto pick = [&] { return wild[random() % 9]; };
  const Outside outside = round % 2 ? Outside::black : Outside::nearestEdge;
  pixels::warpToPicture({source.image(), {pick(), pick(), pick(), pick()}, outside}, out, 4, 4);
}

}  // namespace

int main() {
  std::mt19937 random(20261120);
  for (int round = 0; round < 400; round++) {
    checkWarp(random, round);
    checkTensor(random, round);
    checkFarAway(random, round);
    if (round % 8 == 0) checkReduce(random, round);
  }
  std::puts("pixels: 400 rounds agree");
}
