#pragma once

#include <napi.h>

#include <vector>

#include "core/moves.h"
#include "core/search.h"

namespace glue {

/// A flag that another call can set while a search is in work.
using Flag = std::shared_ptr<std::atomic<bool>>;

/// {limit, minScore, method, deviations, threads, flag, bitmaps}: an object that binding.ts makes. Rows must be allowed
/// by all bitmaps, which are read at once and may change afterwards.
scan::SearchOptions optionsFrom(const Napi::Object& given);

/// {counts, rows, labels, low, high}: how many hits each probe has, and all hits one after the other.
Napi::Object hitsToObject(Napi::Env env, const std::vector<std::vector<scan::Hit>>& hits);

/// [from, to, from, to, …]
Napi::Uint32Array movesToArray(Napi::Env env, const std::vector<scan::Move>& moves);

std::vector<std::uint32_t> rowsFrom(const Napi::Value& rows);
std::vector<float> floatsFrom(const Napi::Value& floats);

}  // namespace glue
