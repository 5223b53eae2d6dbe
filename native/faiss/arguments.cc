#include "arguments.h"

#include <cstring>

namespace glue {
namespace {

std::shared_ptr<const std::vector<std::uint32_t>> joinBitmaps(const Napi::Array& bitmaps) {
  if (bitmaps.Length() == 0) return nullptr;
  auto joined = std::make_shared<std::vector<std::uint32_t>>();
  for (std::uint32_t i = 0; i < bitmaps.Length(); i++) {
    const auto bitmap = bitmaps.Get(i).As<Napi::TypedArray>();
    const auto* bytes = static_cast<const std::uint8_t*>(bitmap.ArrayBuffer().Data()) + bitmap.ByteOffset();
    std::vector<std::uint32_t> words((bitmap.ByteLength() + 3) / 4);
    std::memcpy(words.data(), bytes, bitmap.ByteLength());
    if (i == 0) {
      *joined = std::move(words);
      continue;
    }
    joined->resize(std::min(joined->size(), words.size()));
    for (std::size_t word = 0; word < joined->size(); word++) (*joined)[word] &= words[word];
  }
  return joined;
}

}  // namespace

scan::SearchOptions optionsFrom(const Napi::Object& given) {
  const auto number = [&](const char* name) { return given.Get(name).As<Napi::Number>(); };
  scan::SearchOptions options;
  options.limit = number("limit").Uint32Value();
  options.minScore = number("minScore").FloatValue();
  options.method = given.Get("scansOriginals").As<Napi::Boolean>() ? scan::Method::originals : scan::Method::codes;
  options.deviations = number("deviations").FloatValue();
  options.threads = number("threads").Int32Value();
  options.allowed = joinBitmaps(given.Get("bitmaps").As<Napi::Array>());
  options.cancelled = *given.Get("flag").As<Napi::External<Flag>>().Data();
  return options;
}

Napi::Object hitsToObject(Napi::Env env, const std::vector<std::vector<scan::Hit>>& hits) {
  std::size_t count = 0;
  for (const auto& own : hits) count += own.size();
  auto counts = Napi::Uint32Array::New(env, hits.size());
  auto rows = Napi::Uint32Array::New(env, count);
  auto labels = Napi::Uint32Array::New(env, count);
  auto low = Napi::Float32Array::New(env, count);
  auto high = Napi::Float32Array::New(env, count);
  std::size_t at = 0;
  for (std::size_t probe = 0; probe < hits.size(); probe++) {
    counts[probe] = static_cast<std::uint32_t>(hits[probe].size());
    for (const scan::Hit& hit : hits[probe]) {
      rows[at] = hit.row;
      labels[at] = hit.label;
      low[at] = hit.low;
      high[at++] = hit.high;
    }
  }
  auto object = Napi::Object::New(env);
  object.Set("counts", counts);
  object.Set("rows", rows);
  object.Set("labels", labels);
  object.Set("low", low);
  object.Set("high", high);
  return object;
}

Napi::Uint32Array movesToArray(Napi::Env env, const std::vector<scan::Move>& moves) {
  auto array = Napi::Uint32Array::New(env, 2 * moves.size());
  for (std::size_t i = 0; i < moves.size(); i++) {
    array[2 * i] = moves[i].from;
    array[2 * i + 1] = moves[i].to;
  }
  return array;
}

std::vector<std::uint32_t> rowsFrom(const Napi::Value& rows) {
  const auto array = rows.As<Napi::Uint32Array>();
  return {array.Data(), array.Data() + array.ElementLength()};
}

std::vector<float> floatsFrom(const Napi::Value& floats) {
  const auto array = floats.As<Napi::Float32Array>();
  return {array.Data(), array.Data() + array.ElementLength()};
}

}  // namespace glue
