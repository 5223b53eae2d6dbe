#if defined(__aarch64__)

#include <arm_neon.h>

#include "kernels.h"

namespace scan {
namespace {

/// Sums of 16 rows: `both` has in 16-bit lanes the even rows with 256 times the odd ones, `odd` the odd ones alone.
struct Sums {
  uint16x8_t both = vdupq_n_u16(0);
  uint16x8_t odd = vdupq_n_u16(0);

  void add(uint8x16_t codes, uint8x16_t low, uint8x16_t high) {
    const uint8x16_t found =
        vaddq_u8(vqtbl1q_u8(low, vandq_u8(codes, vdupq_n_u8(15))), vqtbl1q_u8(high, vshrq_n_u8(codes, 4)));
    both = vaddq_u16(both, vreinterpretq_u16_u8(found));
    odd = vsraq_n_u16(odd, vreinterpretq_u16_u8(found), 8);
  }
  uint16x8_t even() const { return vsubq_u16(both, vshlq_n_u16(odd, 8)); }
};

/// All ones in each lane whose sum reaches the bar.
inline uint16x8_t reaching(uint16x8_t sums, const std::uint16_t* cosines, BitBar bar) {
  const uint16x8_t cosine = vld1q_u16(cosines);
  const uint32x4_t low = vmull_n_u16(vget_low_u16(cosine), bar.slope);
  const uint32x4_t high = vmull_n_u16(vget_high_u16(cosine), bar.slope);
  const uint16x8_t product = vcombine_u16(vshrn_n_u32(low, 16), vshrn_n_u32(high, 16));
  return vcgeq_u16(sums, vaddq_u16(product, vdupq_n_u16(bar.base)));
}

/// A bit for each of 16 rows from the lanes of the even and of the odd ones.
inline std::uint32_t bitsOf(uint16x8_t even, uint16x8_t odd) {
  const uint16_t evenBits[8] = {0x1, 0x4, 0x10, 0x40, 0x100, 0x400, 0x1000, 0x4000};
  const uint16x8_t weights = vld1q_u16(evenBits);
  return vaddvq_u16(vorrq_u16(vandq_u16(even, weights), vandq_u16(odd, vshlq_n_u16(weights, 1))));
}

void passBits(const std::uint8_t* codes, const std::uint16_t* cosines, int groups, const BitProbe& probe, BitBar bar,
              std::uint32_t* masks) {
  for (int group = 0; group < groups; group++) {
    if (masks[group] == 0) continue;
    const std::uint8_t* code = codes + static_cast<std::size_t>(group) * groupRows * probe.bytes;
    Sums first;
    Sums second;
    for (int byte = 0; byte < probe.bytes; byte++, code += groupRows) {
      const std::uint8_t* table = probe.tables + byte / 2 * 128 + byte % 2 * 32;
      const uint8x16_t low = vld1q_u8(table);
      const uint8x16_t high = vld1q_u8(table + 64);
      first.add(vld1q_u8(code), low, high);
      second.add(vld1q_u8(code + 16), low, high);
    }
    const std::uint16_t* own = cosines + group * groupRows;
    const std::uint32_t passing = bitsOf(reaching(first.even(), own, bar), reaching(first.odd, own + 16, bar)) |
                                  bitsOf(reaching(second.even(), own + 8, bar), reaching(second.odd, own + 24, bar)) << 16;
    masks[group] &= passing;
  }
}

/// A nibble times a value is at most 1,905 in size, so that sixteen of them fit in 16 bits.
inline std::int32_t dotOne(const std::uint8_t* code, const NibbleProbe& probe) {
  int32x4_t sum = vdupq_n_s32(0);
  for (int byte = 0; byte < probe.bytes; byte += 32) {
    int16x8_t products = vdupq_n_s16(0);
    for (int half = byte; half < byte + 32; half += 16) {
      const uint8x16_t codes = vld1q_u8(code + half);
      const int8x16_t low = vreinterpretq_s8_u8(vandq_u8(codes, vdupq_n_u8(15)));
      const int8x16_t high = vreinterpretq_s8_u8(vshrq_n_u8(codes, 4));
      const int8x16_t lowValues = vld1q_s8(probe.values + half);
      const int8x16_t highValues = vld1q_s8(probe.values + probe.bytes + half);
      products = vmlal_s8(products, vget_low_s8(low), vget_low_s8(lowValues));
      products = vmlal_high_s8(products, low, lowValues);
      products = vmlal_s8(products, vget_low_s8(high), vget_low_s8(highValues));
      products = vmlal_high_s8(products, high, highValues);
    }
    sum = vpadalq_s16(sum, products);
  }
  return vaddvq_s32(sum);
}

void passNibbles(const NibbleRows& rows, int groups, const NibbleProbe& probe, const NibbleBar& bar,
                 std::uint32_t* masks) {
  for (int group = 0; group < groups; group++) {
    if (masks[group] == 0) continue;
    std::uint32_t passing = 0;
    for (int i = 0; i < groupRows; i++) {
      const int row = group * groupRows + i;
      const auto dot = static_cast<float>(dotOne(rows.codes + static_cast<std::size_t>(row) * probe.bytes, probe));
      const float got = (dot * bar.scale + bar.offset) * rows.inverseNorms[row];
      passing |= static_cast<std::uint32_t>(got >= rows.cosines[row] * bar.slope + bar.base) << i;
    }
    masks[group] &= passing;
  }
}

void dotNibbles(const std::uint8_t* codes, const std::uint32_t* rows, int count, const NibbleProbe& probe,
                std::int32_t* dots) {
  constexpr int ahead = 8;
  for (int i = 0; i < count; i++) {
    const std::uint8_t* next = codes + static_cast<std::size_t>(rows[i + ahead < count ? i + ahead : i]) * probe.bytes;
    for (int byte = 0; byte < probe.bytes; byte += 64) __builtin_prefetch(next + byte);
    dots[i] = dotOne(codes + static_cast<std::size_t>(rows[i]) * probe.bytes, probe);
  }
}

void dotFloats(const float* vectors, int count, int dimensions, const float* probe, float* dots) {
  const int whole = dimensions / 16 * 16;
  for (int row = 0; row < count; row++, vectors += dimensions) {
    float32x4_t sums[4] = {vdupq_n_f32(0), vdupq_n_f32(0), vdupq_n_f32(0), vdupq_n_f32(0)};
    for (int i = 0; i < whole; i += 16) {
#pragma GCC unroll 4
      for (int part = 0; part < 4; part++) {
        sums[part] = vfmaq_f32(sums[part], vld1q_f32(vectors + i + 4 * part), vld1q_f32(probe + i + 4 * part));
      }
    }
    float sum = vaddvq_f32(vaddq_f32(vaddq_f32(sums[0], sums[1]), vaddq_f32(sums[2], sums[3])));
    for (int i = whole; i < dimensions; i++) sum += vectors[i] * probe[i];
    dots[row] = sum;
  }
}

}  // namespace

const Kernels neonKernels{"neon", passBits, passNibbles, dotNibbles, dotFloats};

}  // namespace scan

#endif
