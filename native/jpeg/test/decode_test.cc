#include <cstdio>
#include <cstdlib>
#include <random>
#include <vector>

#include <jpeglib.h>

#include "../core/decode.h"

// Files made by libjpeg itself, whole and damaged. Files and pictures lie in memory of exactly their size, so that the
// sanitizers see every byte that is read or written beyond them.
namespace {

using Bytes = std::vector<std::uint8_t>;

struct Picture {
  int width;
  int height;
  Bytes rgb;

  const std::uint8_t* at(int x, int y) const { return &rgb[3 * (static_cast<std::size_t>(y) * width + x)]; }
};

void require(bool holds, const char* what, int round) {
  if (holds) return;
  std::fprintf(stderr, "jpeg: round %d: %s\n", round, what);
  std::exit(1);
}

Picture randomPicture(std::mt19937& random) {
  Picture picture{1 + static_cast<int>(random() % 70), 1 + static_cast<int>(random() % 70), {}};
  picture.rgb.resize(3 * static_cast<std::size_t>(picture.width) * picture.height);
  for (auto& value : picture.rgb) value = static_cast<std::uint8_t>(random());
  return picture;
}

Bytes encode(const Picture& picture, bool progressive) {
  jpeg_compress_struct info{};
  jpeg_error_mgr errors{};
  info.err = jpeg_std_error(&errors);
  jpeg_create_compress(&info);
  unsigned char* out = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&info, &out, &size);
  info.image_width = static_cast<JDIMENSION>(picture.width);
  info.image_height = static_cast<JDIMENSION>(picture.height);
  info.input_components = 3;
  info.in_color_space = JCS_RGB;
  jpeg_set_defaults(&info);
  if (progressive) jpeg_simple_progression(&info);
  jpeg_start_compress(&info, TRUE);
  while (info.next_scanline < info.image_height) {
    auto* row = const_cast<std::uint8_t*>(picture.at(0, static_cast<int>(info.next_scanline)));
    jpeg_write_scanlines(&info, &row, 1);
  }
  jpeg_finish_compress(&info);
  jpeg_destroy_compress(&info);
  Bytes file(out, out + size);
  std::free(out);
  return file;
}

Picture targetFor(const Picture& source, int halvings, int orientation) {
  const auto half = [&](int side) { return (side + (1 << halvings) - 1) >> halvings; };
  Picture target{half(source.width), half(source.height), {}};
  if (orientation >= 5) std::swap(target.width, target.height);
  target.rgb.assign(3 * static_cast<std::size_t>(target.width) * target.height, 0);
  return target;
}

bool decode(const Bytes& file, int halvings, int orientation, Picture& target) {
  const auto refusal =
      jpeg::decode({file.data(), file.size()}, halvings, orientation, {target.rgb.data(), target.width, target.height});
  return refusal.reason[0] == '\0';
}

/// Where pixel (x, y) of the stored picture belongs in the upright one, by the definition of EXIF's orientations.
const std::uint8_t* turnedPixel(const Picture& upright, int orientation, int x, int y) {
  const int right = upright.width - 1;
  const int bottom = upright.height - 1;
  switch (orientation) {
    case 2: return upright.at(right - x, y);
    case 3: return upright.at(right - x, bottom - y);
    case 4: return upright.at(x, bottom - y);
    case 5: return upright.at(y, x);
    case 6: return upright.at(right - y, x);
    case 7: return upright.at(right - y, bottom - x);
    case 8: return upright.at(y, bottom - x);
    default: return upright.at(x, y);
  }
}

void checkTurning(const Picture& source, const Bytes& file, int round) {
  for (int halvings = 0; halvings <= 3; halvings++) {
    Picture stored = targetFor(source, halvings, 1);
    require(decode(file, halvings, 1, stored), "a whole file is refused", round);
    for (int orientation = 2; orientation <= 8; orientation++) {
      Picture upright = targetFor(source, halvings, orientation);
      require(decode(file, halvings, orientation, upright), "a whole file is refused when turned", round);
      for (int y = 0; y < stored.height; y++) {
        for (int x = 0; x < stored.width; x++) {
          const auto* expected = stored.at(x, y);
          const auto* got = turnedPixel(upright, orientation, x, y);
          require(std::equal(expected, expected + 3, got), "a pixel is not where it belongs", round);
        }
      }
    }
  }
}

void checkDamage(std::mt19937& random, const Picture& source, const Bytes& file, int round) {
  for (int i = 0; i < 40; i++) {
    Bytes damaged = file;
    for (unsigned bytes = 1 + random() % 4; bytes > 0; bytes--) damaged[random() % damaged.size()] = static_cast<std::uint8_t>(random());
    if (i % 4 == 0) damaged.resize(random() % damaged.size());
    damaged.shrink_to_fit();
    Picture target = targetFor(source, i % 4, 1 + i % 8);
    decode(damaged, i % 4, 1 + i % 8, target);
  }
  Picture target = targetFor(source, 0, 1);
  require(!decode(Bytes(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(file.size() / 2)), 0, 1, target),
          "half a file is decoded", round);
  Picture larger{source.width + 1, source.height, Bytes(3 * (source.width + 1) * static_cast<std::size_t>(source.height))};
  require(!decode(file, 0, 1, larger), "a file of another size is decoded", round);
}

}  // namespace

int main() {
  std::mt19937 random(1);
  for (int round = 0; round < 60; round++) {
    const Picture source = randomPicture(random);
    const Bytes file = encode(source, round % 2 == 1);
    checkTurning(source, file, round);
    checkDamage(random, source, file, round);
  }
  std::puts("jpeg: all fine");
}
