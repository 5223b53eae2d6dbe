#if defined(__x86_64__)

// GCC 12's own header trips over its own warnings (its bug 105593).
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#include <immintrin.h>
#pragma GCC diagnostic pop

#include "kernels.h"

namespace scan {
namespace {

/// Sums of a group's 32 rows, the even ones and the odd ones, by look-ups of two bytes of code at a time.
struct Sums {
  __m256i even;
  __m256i odd;
};

__m256i halvesAdded(__m512i value) {
  return _mm256_add_epi16(_mm512_castsi512_si256(value), _mm512_extracti64x4_epi64(value, 1));
}

inline Sums sumGroup(const std::uint8_t* code, const BitProbe& probe) {
  const __m512i nibble = _mm512_set1_epi8(15);
  // 16-bit lanes: even rows with 256 times the odd ones; the odd ones alone.
  __m512i both = _mm512_setzero_si512();
  __m512i odd = _mm512_setzero_si512();
  const std::uint8_t* tables = probe.tables;
#pragma GCC unroll 4
  for (int byte = 0; byte < probe.bytes; byte += 2, code += 64, tables += 128) {
    const __m512i codes = _mm512_loadu_si512(code);
    const __m512i low = _mm512_and_si512(codes, nibble);
    const __m512i high = _mm512_and_si512(_mm512_srli_epi16(codes, 4), nibble);
    const __m512i found = _mm512_add_epi8(_mm512_shuffle_epi8(_mm512_loadu_si512(tables), low),
                                          _mm512_shuffle_epi8(_mm512_loadu_si512(tables + 64), high));
    both = _mm512_add_epi16(both, found);
    odd = _mm512_add_epi16(odd, _mm512_srli_epi16(found, 8));
  }
  const __m512i even = _mm512_sub_epi16(both, _mm512_slli_epi16(odd, 8));
  return {halvesAdded(even), halvesAdded(odd)};
}

inline std::uint32_t reaching(__m256i sums, const std::uint16_t* cosines, BitBar bar) {
  const __m256i cosine = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(cosines));
  const __m256i least = _mm256_add_epi16(_mm256_mulhi_epu16(cosine, _mm256_set1_epi16(static_cast<short>(bar.slope))),
                                         _mm256_set1_epi16(static_cast<short>(bar.base)));
  return _mm256_cmpge_epu16_mask(sums, least);
}

void passBits(const std::uint8_t* codes, const std::uint16_t* cosines, int groups, const BitProbe& probe, BitBar bar,
              std::uint32_t* masks) {
  for (int group = 0; group < groups; group++) {
    if (masks[group] == 0) continue;
    const Sums sums = sumGroup(codes + static_cast<std::size_t>(group) * groupRows * probe.bytes, probe);
    const std::uint16_t* own = cosines + group * groupRows;
    masks[group] &= _pdep_u32(reaching(sums.even, own, bar), 0x55555555) |
                    _pdep_u32(reaching(sums.odd, own + groupRows / 2, bar), 0xaaaaaaaa);
  }
}

/// A row's products in 16 lanes that are still to be added up.
inline __m512i dotLanes(const std::uint8_t* code, const NibbleProbe& probe) {
  const __m512i nibble = _mm512_set1_epi8(15);
  __m512i low = _mm512_setzero_si512();
  __m512i high = _mm512_setzero_si512();
  int byte = 0;
  for (; byte + 64 <= probe.bytes; byte += 64) {
    const __m512i codes = _mm512_loadu_si512(code + byte);
    low = _mm512_dpbusd_epi32(low, _mm512_and_si512(codes, nibble), _mm512_loadu_si512(probe.values + byte));
    high = _mm512_dpbusd_epi32(high, _mm512_and_si512(_mm512_srli_epi16(codes, 4), nibble),
                               _mm512_loadu_si512(probe.values + probe.bytes + byte));
  }
  if (byte < probe.bytes) {
    constexpr __mmask64 half = 0xffffffff;
    const __m512i codes = _mm512_maskz_loadu_epi8(half, code + byte);
    low = _mm512_dpbusd_epi32(low, _mm512_and_si512(codes, nibble),
                              _mm512_maskz_loadu_epi8(half, probe.values + byte));
    high = _mm512_dpbusd_epi32(high, _mm512_and_si512(_mm512_srli_epi16(codes, 4), nibble),
                               _mm512_maskz_loadu_epi8(half, probe.values + probe.bytes + byte));
  }
  return _mm512_add_epi32(low, high);
}

/// Lane i of the result is the sum of all lanes of rows[i].
inline __m512i sumEach(__m512i* rows) {
#pragma GCC unroll 8
  for (int i = 0; i < 8; i++) {
    rows[i] = _mm512_add_epi32(_mm512_unpacklo_epi32(rows[i], rows[i + 8]), _mm512_unpackhi_epi32(rows[i], rows[i + 8]));
  }
#pragma GCC unroll 4
  for (int i = 0; i < 4; i++) {
    rows[i] = _mm512_add_epi32(_mm512_unpacklo_epi32(rows[i], rows[i + 4]), _mm512_unpackhi_epi32(rows[i], rows[i + 4]));
  }
  // Each quarter of rows[i] now holds partial sums of the rows i, i + 4, i + 8, i + 12.
  const __m512i ab = _mm512_add_epi32(_mm512_shuffle_i64x2(rows[0], rows[1], 0x88), _mm512_shuffle_i64x2(rows[0], rows[1], 0xdd));
  const __m512i cd = _mm512_add_epi32(_mm512_shuffle_i64x2(rows[2], rows[3], 0x88), _mm512_shuffle_i64x2(rows[2], rows[3], 0xdd));
  const __m512i all = _mm512_add_epi32(_mm512_shuffle_i64x2(ab, cd, 0x88), _mm512_shuffle_i64x2(ab, cd, 0xdd));
  const __m512i order = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
  return _mm512_permutexvar_epi32(order, all);
}

inline std::uint32_t passSixteen(const NibbleRows& rows, int first, const NibbleProbe& probe, const NibbleBar& bar) {
  __m512i lanes[16];
  const std::uint8_t* code = rows.codes + static_cast<std::size_t>(first) * probe.bytes;
#pragma GCC unroll 16
  for (int i = 0; i < 16; i++) lanes[i] = dotLanes(code + static_cast<std::size_t>(i) * probe.bytes, probe);
  const __m512 dots = _mm512_cvtepi32_ps(sumEach(lanes));
  const __m512 scaled = _mm512_add_ps(_mm512_mul_ps(dots, _mm512_set1_ps(bar.scale)), _mm512_set1_ps(bar.offset));
  const __m512 got = _mm512_mul_ps(scaled, _mm512_loadu_ps(rows.inverseNorms + first));
  const __m512 least = _mm512_add_ps(_mm512_mul_ps(_mm512_loadu_ps(rows.cosines + first), _mm512_set1_ps(bar.slope)),
                                     _mm512_set1_ps(bar.base));
  return _mm512_cmp_ps_mask(got, least, _CMP_GE_OQ);
}

void passNibbles(const NibbleRows& rows, int groups, const NibbleProbe& probe, const NibbleBar& bar,
                 std::uint32_t* masks) {
  for (int group = 0; group < groups; group++) {
    if (masks[group] == 0) continue;
    const int first = group * groupRows;
    masks[group] &= passSixteen(rows, first, probe, bar) | passSixteen(rows, first + 16, probe, bar) << 16;
  }
}

void dotNibbles(const std::uint8_t* codes, const std::uint32_t* rows, int count, const NibbleProbe& probe,
                std::int32_t* dots) {
  constexpr int ahead = 8;
  for (int i = 0; i < count; i++) {
    const std::uint8_t* next = codes + static_cast<std::size_t>(rows[i + ahead < count ? i + ahead : i]) * probe.bytes;
    for (int byte = 0; byte < probe.bytes; byte += 64) __builtin_prefetch(next + byte);
    dots[i] = _mm512_reduce_add_epi32(dotLanes(codes + static_cast<std::size_t>(rows[i]) * probe.bytes, probe));
  }
}

void dotFloats(const float* vectors, int count, int dimensions, const float* probe, float* dots) {
  const int whole = dimensions / 64 * 64;
  // The processor's own prefetching stops at the end of each 4 KiB.
  constexpr int ahead = 1024;
  for (int row = 0; row < count; row++, vectors += dimensions) {
    __m512 a = _mm512_setzero_ps();
    __m512 b = _mm512_setzero_ps();
    __m512 c = _mm512_setzero_ps();
    __m512 d = _mm512_setzero_ps();
    for (int i = 0; i < whole; i += 64) {
#pragma GCC unroll 4
      for (int line = 0; line < 64; line += 16) __builtin_prefetch(vectors + i + line + ahead);
      a = _mm512_fmadd_ps(_mm512_loadu_ps(vectors + i), _mm512_loadu_ps(probe + i), a);
      b = _mm512_fmadd_ps(_mm512_loadu_ps(vectors + i + 16), _mm512_loadu_ps(probe + i + 16), b);
      c = _mm512_fmadd_ps(_mm512_loadu_ps(vectors + i + 32), _mm512_loadu_ps(probe + i + 32), c);
      d = _mm512_fmadd_ps(_mm512_loadu_ps(vectors + i + 48), _mm512_loadu_ps(probe + i + 48), d);
    }
    for (int i = whole; i < dimensions; i += 16) {
      const __mmask16 left = dimensions - i >= 16 ? 0xffff : static_cast<__mmask16>((1U << (dimensions - i)) - 1);
      a = _mm512_fmadd_ps(_mm512_maskz_loadu_ps(left, vectors + i), _mm512_maskz_loadu_ps(left, probe + i), a);
    }
    dots[row] = _mm512_reduce_add_ps(_mm512_add_ps(_mm512_add_ps(a, b), _mm512_add_ps(c, d)));
  }
}

}  // namespace

const Kernels avx512Kernels{"avx512", passBits, passNibbles, dotNibbles, dotFloats};

}  // namespace scan

#endif
