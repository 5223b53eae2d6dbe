#include <napi.h>

#include "core/warp.h"

// Sizes and ranges are checked in binding.ts, the only caller.
namespace {

pixels::Image imageFrom(const Napi::CallbackInfo& info) {
  return {info[0].As<Napi::Uint8Array>().Data(), info[1].As<Napi::Number>().Int32Value(),
          info[2].As<Napi::Number>().Int32Value()};
}

pixels::Warp warpFrom(const Napi::CallbackInfo& info) {
  const auto number = [&](int index) { return info[index].As<Napi::Number>().DoubleValue(); };
  return {imageFrom(info),
          {number(3), number(4), number(5), number(6)},
          info[7].As<Napi::Boolean>().Value() ? pixels::Outside::black : pixels::Outside::nearestEdge};
}

void warpToPicture(const Napi::CallbackInfo& info) {
  pixels::warpToPicture(warpFrom(info), info[8].As<Napi::Uint8Array>().Data(),
                        info[9].As<Napi::Number>().Int32Value(), info[10].As<Napi::Number>().Int32Value());
}

void warpToTensor(const Napi::CallbackInfo& info) {
  float* tensor = info[8].As<Napi::Float32Array>().Data();
  const std::int64_t offset = info[9].As<Napi::Number>().Int64Value();
  const std::int64_t mirrorOffset = info[10].As<Napi::Number>().Int64Value();
  const float* normalisation = info[14].As<Napi::Float32Array>().Data();
  pixels::warpToTensor(warpFrom(info), {tensor + offset,
                                        mirrorOffset < 0 ? nullptr : tensor + mirrorOffset,
                                        info[11].As<Napi::Number>().Int32Value(),
                                        info[12].As<Napi::Number>().Int32Value(),
                                        info[13].As<Napi::Boolean>().Value(),
                                        {normalisation[0], normalisation[1], normalisation[2]},
                                        {normalisation[3], normalisation[4], normalisation[5]}});
}

Napi::Object registerExports(Napi::Env env, Napi::Object exports) {
  exports.Set("warpToPicture", Napi::Function::New(env, warpToPicture, "warpToPicture"));
  exports.Set("warpToTensor", Napi::Function::New(env, warpToTensor, "warpToTensor"));
  return exports;
}

}  // namespace

NODE_API_MODULE(pixels, registerExports)
