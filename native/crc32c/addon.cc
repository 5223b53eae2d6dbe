#include <napi.h>

#include "core/crc32c.h"

// Arguments are typed in binding.ts, the only caller.
namespace {

/// (checksum of what came before, bytes, …) → checksum
Napi::Value crc32c(const Napi::CallbackInfo& info) {
  std::uint32_t crc = info[0].As<Napi::Number>().Uint32Value();
  for (std::size_t part = 1; part < info.Length(); part++) {
    const auto bytes = info[part].As<Napi::Uint8Array>();
    crc = crc::crc32c(crc, bytes.Data(), bytes.ByteLength());
  }
  return Napi::Number::New(info.Env(), crc);
}

Napi::Object registerExports(Napi::Env env, Napi::Object exports) {
  exports.Set("crc32c", Napi::Function::New(env, crc32c, "crc32c"));
  return exports;
}

}  // namespace

NODE_API_MODULE(crc32c, registerExports)
