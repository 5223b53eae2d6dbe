#include <napi.h>

#include "core/decode.h"

// Sizes and ranges are checked in binding.ts, the only caller.
namespace {

/// Answers why the file was refused, or nothing.
Napi::Value decode(const Napi::CallbackInfo& info) {
  const auto file = info[0].As<Napi::Uint8Array>();
  const auto number = [&](int index) { return info[index].As<Napi::Number>().Int32Value(); };
  const jpeg::Target target{info[3].As<Napi::Uint8Array>().Data(), number(4), number(5)};
  const jpeg::Refusal refusal = jpeg::decode({file.Data(), file.ByteLength()}, number(1), number(2), target);
  return refusal.reason[0] == '\0' ? info.Env().Undefined() : Napi::String::New(info.Env(), refusal.reason);
}

Napi::Object registerExports(Napi::Env env, Napi::Object exports) {
  exports.Set("decode", Napi::Function::New(env, decode, "decode"));
  return exports;
}

}  // namespace

NODE_API_MODULE(jpeg, registerExports)
