#include "decode.h"

#include <algorithm>
#include <csetjmp>
#include <cstdio>

#include <jpeglib.h>

namespace jpeg {
namespace {

/// A file of so many scans is made to keep a decoder busy; photographs have about ten.
constexpr int mostScans = 100;
/// Rows that are decoded before they are turned: a column of the upright picture gets so many pixels at once.
constexpr int rowsAtOnce = 8;

/// libjpeg leaves by longjmp, so nothing with a destructor may live in the functions it is called from.
struct ErrorManager {
  jpeg_error_mgr base;
  std::jmp_buf leave;
  Refusal* refusal;
};

[[noreturn]] void refuse(j_common_ptr info) {
  auto* errors = reinterpret_cast<ErrorManager*>(info->err);
  char message[JMSG_LENGTH_MAX];
  errors->base.format_message(info, message);
  std::snprintf(errors->refusal->reason, sizeof errors->refusal->reason, "%s", message);
  std::longjmp(errors->leave, 1);
}

/// A warning says that pixels were made up: what is damaged must not be recognised.
void refuseWarnings(j_common_ptr info, int level) {
  if (level < 0) refuse(info);
}

void refuseManyScans(j_common_ptr info) {
  if (reinterpret_cast<j_decompress_ptr>(info)->input_scan_number <= mostScans) return;
  auto* errors = reinterpret_cast<ErrorManager*>(info->err);
  std::snprintf(errors->refusal->reason, sizeof errors->refusal->reason, "More than %d scans", mostScans);
  std::longjmp(errors->leave, 1);
}

/// Where a row of the file's picture begins in the upright one, and how far its next pixel is.
struct Placing {
  std::ptrdiff_t first;
  std::ptrdiff_t alongRow;
  std::ptrdiff_t alongColumn;
};

bool isLyingOnSide(Orientation orientation) { return orientation >= 5; }

Placing placingFor(Orientation orientation, std::ptrdiff_t width, std::ptrdiff_t height) {
  const std::ptrdiff_t pixel = 3;
  const std::ptrdiff_t row = 3 * width;
  const std::ptrdiff_t right = pixel * (width - 1);
  const std::ptrdiff_t bottom = row * (height - 1);
  switch (orientation) {
    case 2: return {right, -pixel, row};
    case 3: return {right + bottom, -pixel, -row};
    case 4: return {bottom, pixel, -row};
    case 5: return {0, row, pixel};
    case 6: return {right, row, -pixel};
    case 7: return {right + bottom, -row, -pixel};
    case 8: return {bottom, -row, pixel};
    default: return {0, pixel, row};
  }
}

/// Pixel by pixel down the rows: where a column becomes a row, the pixels written one after the other are neighbours.
void placeRows(const JSAMPROW* rows, int count, int width, std::uint8_t* to, const Placing& placing) {
  for (int x = 0; x < width; x++, to += placing.alongRow) {
    std::uint8_t* pixel = to;
    for (int y = 0; y < count; y++, pixel += placing.alongColumn) {
      const JSAMPLE* from = rows[y] + 3 * x;
      pixel[0] = from[0];
      pixel[1] = from[1];
      pixel[2] = from[2];
    }
  }
}

void readUpright(jpeg_decompress_struct& info, const Target& target) {
  const std::size_t stride = 3 * static_cast<std::size_t>(target.width);
  while (info.output_scanline < info.output_height) {
    const JDIMENSION wanted = std::min<JDIMENSION>(rowsAtOnce, info.output_height - info.output_scanline);
    JSAMPROW rows[rowsAtOnce];
    for (JDIMENSION i = 0; i < wanted; i++) rows[i] = target.pixels + (info.output_scanline + i) * stride;
    jpeg_read_scanlines(&info, rows, wanted);
  }
}

void readTurned(jpeg_decompress_struct& info, Orientation orientation, const Target& target) {
  const Placing placing = placingFor(orientation, target.width, target.height);
  // Of libjpeg's own memory, which goes with the decoder also after a longjmp.
  JSAMPARRAY rows = info.mem->alloc_sarray(reinterpret_cast<j_common_ptr>(&info), JPOOL_IMAGE,
                                           3 * info.output_width, rowsAtOnce);
  while (info.output_scanline < info.output_height) {
    const JDIMENSION first = info.output_scanline;
    const JDIMENSION wanted = std::min<JDIMENSION>(rowsAtOnce, info.output_height - first);
    JDIMENSION filled = 0;
    while (filled < wanted) filled += jpeg_read_scanlines(&info, rows + filled, wanted - filled);
    placeRows(rows, static_cast<int>(filled), static_cast<int>(info.output_width),
              target.pixels + placing.first + first * placing.alongColumn, placing);
  }
}

bool hasSizeOf(const jpeg_decompress_struct& info, Orientation orientation, const Target& target) {
  const auto width = static_cast<JDIMENSION>(isLyingOnSide(orientation) ? target.height : target.width);
  const auto height = static_cast<JDIMENSION>(isLyingOnSide(orientation) ? target.width : target.height);
  return info.output_width == width && info.output_height == height;
}

}  // namespace

Refusal decode(const File& file, int halvings, Orientation orientation, const Target& target) {
  Refusal refusal{};
  ErrorManager errors{};
  jpeg_progress_mgr progress{};
  jpeg_decompress_struct info{};
  info.err = jpeg_std_error(&errors.base);
  errors.base.error_exit = refuse;
  errors.base.emit_message = refuseWarnings;
  errors.refusal = &refusal;
  if (setjmp(errors.leave) != 0) {
    jpeg_destroy_decompress(&info);
    return refusal;
  }
  jpeg_create_decompress(&info);
  progress.progress_monitor = refuseManyScans;
  info.progress = &progress;
  jpeg_mem_src(&info, file.data, file.size);
  jpeg_read_header(&info, TRUE);
  info.out_color_space = JCS_RGB;
  info.scale_num = 1;
  info.scale_denom = 1u << halvings;
  jpeg_calc_output_dimensions(&info);
  if (!hasSizeOf(info, orientation, target)) {
    std::snprintf(refusal.reason, sizeof refusal.reason, "The size is not that of the header");
  } else {
    jpeg_start_decompress(&info);
    // Not finished by jpeg_finish_decompress: what stands behind the last pixel does not matter.
    orientation == 1 ? readUpright(info, target) : readTurned(info, orientation, target);
  }
  jpeg_destroy_decompress(&info);
  return refusal;
}

}  // namespace jpeg
