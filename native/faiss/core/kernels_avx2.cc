#if defined(__x86_64__)

#include <immintrin.h>

#include "kernels.h"

namespace scan {
namespace {

inline __m256i load(const void* at) { return _mm256_loadu_si256(static_cast<const __m256i*>(at)); }

/// Which of the 16 sums reach the bar, a bit each.
inline std::uint32_t reaching(__m256i sums, const std::uint16_t* cosines, BitBar bar) {
  const __m256i least =
      _mm256_add_epi16(_mm256_mulhi_epu16(load(cosines), _mm256_set1_epi16(static_cast<short>(bar.slope))),
                       _mm256_set1_epi16(static_cast<short>(bar.base)));
  const __m256i reaches = _mm256_cmpeq_epi16(_mm256_subs_epu16(least, sums), _mm256_setzero_si256());
  return _pext_u32(static_cast<std::uint32_t>(_mm256_movemask_epi8(reaches)), 0x55555555);
}

void passBits(const std::uint8_t* codes, const std::uint16_t* cosines, int groups, const BitProbe& probe, BitBar bar,
              std::uint32_t* masks) {
  const __m256i nibble = _mm256_set1_epi8(15);
  for (int group = 0; group < groups; group++) {
    if (masks[group] == 0) continue;
    const std::uint8_t* code = codes + static_cast<std::size_t>(group) * groupRows * probe.bytes;
    const std::uint8_t* tables = probe.tables;
    // 16-bit lanes: even rows with 256 times the odd ones; the odd ones alone.
    __m256i both = _mm256_setzero_si256();
    __m256i odd = _mm256_setzero_si256();
    const auto lookUp = [&](int offset, int high) {
      const __m256i found = _mm256_add_epi8(
          _mm256_shuffle_epi8(load(tables + offset), _mm256_and_si256(load(code + offset), nibble)),
          _mm256_shuffle_epi8(load(tables + high),
                              _mm256_and_si256(_mm256_srli_epi16(load(code + offset), 4), nibble)));
      both = _mm256_add_epi16(both, found);
      odd = _mm256_add_epi16(odd, _mm256_srli_epi16(found, 8));
    };
#pragma GCC unroll 4
    for (int byte = 0; byte < probe.bytes; byte += 2, code += 64, tables += 128) {
      lookUp(0, 64);
      lookUp(32, 96);
    }
    const __m256i even = _mm256_sub_epi16(both, _mm256_slli_epi16(odd, 8));
    const std::uint16_t* own = cosines + group * groupRows;
    masks[group] &= _pdep_u32(reaching(even, own, bar), 0x55555555) |
                    _pdep_u32(reaching(odd, own + groupRows / 2, bar), 0xaaaaaaaa);
  }
}

/// A row's products in 8 lanes that are still to be added up. A nibble times a value is at most 1,905 in size, so that
/// sixteen of them fit in 16 bits.
inline __m256i dotLanes(const std::uint8_t* code, const NibbleProbe& probe) {
  const __m256i nibble = _mm256_set1_epi8(15);
  const __m256i ones = _mm256_set1_epi16(1);
  __m256i sum = _mm256_setzero_si256();
  const auto products = [&](int byte) {
    const __m256i codes = load(code + byte);
    return _mm256_add_epi16(_mm256_maddubs_epi16(_mm256_and_si256(codes, nibble), load(probe.values + byte)),
                            _mm256_maddubs_epi16(_mm256_and_si256(_mm256_srli_epi16(codes, 4), nibble),
                                                 load(probe.values + probe.bytes + byte)));
  };
  int byte = 0;
  for (; byte + 64 <= probe.bytes; byte += 64) {
    sum = _mm256_add_epi32(sum, _mm256_madd_epi16(_mm256_add_epi16(products(byte), products(byte + 32)), ones));
  }
  if (byte < probe.bytes) sum = _mm256_add_epi32(sum, _mm256_madd_epi16(products(byte), ones));
  return sum;
}

inline __m256i dotEight(const std::uint8_t* code, const NibbleProbe& probe) {
  __m256i rows[8];
#pragma GCC unroll 8
  for (int i = 0; i < 8; i++) rows[i] = dotLanes(code + static_cast<std::size_t>(i) * probe.bytes, probe);
  const __m256i a = _mm256_hadd_epi32(_mm256_hadd_epi32(rows[0], rows[1]), _mm256_hadd_epi32(rows[2], rows[3]));
  const __m256i b = _mm256_hadd_epi32(_mm256_hadd_epi32(rows[4], rows[5]), _mm256_hadd_epi32(rows[6], rows[7]));
  return _mm256_add_epi32(_mm256_permute2x128_si256(a, b, 0x20), _mm256_permute2x128_si256(a, b, 0x31));
}

void passNibbles(const NibbleRows& rows, int groups, const NibbleProbe& probe, const NibbleBar& bar,
                 std::uint32_t* masks) {
  for (int group = 0; group < groups; group++) {
    if (masks[group] == 0) continue;
    std::uint32_t passing = 0;
    for (int eighth = 0; eighth < groupRows; eighth += 8) {
      const int first = group * groupRows + eighth;
      const __m256 dots = _mm256_cvtepi32_ps(dotEight(rows.codes + static_cast<std::size_t>(first) * probe.bytes, probe));
      const __m256 scaled = _mm256_add_ps(_mm256_mul_ps(dots, _mm256_set1_ps(bar.scale)), _mm256_set1_ps(bar.offset));
      const __m256 got = _mm256_mul_ps(scaled, _mm256_loadu_ps(rows.inverseNorms + first));
      const __m256 least = _mm256_add_ps(
          _mm256_mul_ps(_mm256_loadu_ps(rows.cosines + first), _mm256_set1_ps(bar.slope)), _mm256_set1_ps(bar.base));
      passing |= static_cast<std::uint32_t>(_mm256_movemask_ps(_mm256_cmp_ps(got, least, _CMP_GE_OQ))) << eighth;
    }
    masks[group] &= passing;
  }
}

std::int32_t sumLanes(__m256i lanes) {
  const __m128i four = _mm_add_epi32(_mm256_castsi256_si128(lanes), _mm256_extracti128_si256(lanes, 1));
  const __m128i two = _mm_add_epi32(four, _mm_shuffle_epi32(four, 0x4e));
  return _mm_cvtsi128_si32(_mm_add_epi32(two, _mm_shuffle_epi32(two, 0xb1)));
}

void dotNibbles(const std::uint8_t* codes, const std::uint32_t* rows, int count, const NibbleProbe& probe,
                std::int32_t* dots) {
  constexpr int ahead = 8;
  for (int i = 0; i < count; i++) {
    const std::uint8_t* next = codes + static_cast<std::size_t>(rows[i + ahead < count ? i + ahead : i]) * probe.bytes;
    for (int byte = 0; byte < probe.bytes; byte += 64) __builtin_prefetch(next + byte);
    dots[i] = sumLanes(dotLanes(codes + static_cast<std::size_t>(rows[i]) * probe.bytes, probe));
  }
}

float sumLanes(__m256 lanes) {
  const __m128 four = _mm_add_ps(_mm256_castps256_ps128(lanes), _mm256_extractf128_ps(lanes, 1));
  const __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
  return _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)));
}

void dotFloats(const float* vectors, int count, int dimensions, const float* probe, float* dots) {
  const int whole = dimensions / 32 * 32;
  for (int row = 0; row < count; row++, vectors += dimensions) {
    __m256 sums[4] = {_mm256_setzero_ps(), _mm256_setzero_ps(), _mm256_setzero_ps(), _mm256_setzero_ps()};
    for (int i = 0; i < whole; i += 32) {
#pragma GCC unroll 4
      for (int part = 0; part < 4; part++) {
        const int at = i + 8 * part;
        sums[part] = _mm256_fmadd_ps(_mm256_loadu_ps(vectors + at), _mm256_loadu_ps(probe + at), sums[part]);
      }
    }
    float sum = sumLanes(_mm256_add_ps(_mm256_add_ps(sums[0], sums[1]), _mm256_add_ps(sums[2], sums[3])));
    for (int i = whole; i < dimensions; i++) sum += vectors[i] * probe[i];
    dots[row] = sum;
  }
}

}  // namespace

const Kernels avx2Kernels{"avx2", passBits, passNibbles, dotNibbles, dotFloats};

}  // namespace scan

#endif
