#include <malloc.h>
#include <napi.h>
#include <sys/mman.h>

#include <chrono>
#include <new>

#include "core/faces.h"
#include "core/read.h"

// What the benchmark of searching compares with, and on what. Sizes are checked in binding.ts, the only caller.
namespace {

/// Memory in huge pages that is read and nothing else.
class Memory : public Napi::ObjectWrap<Memory> {
 public:
  static Napi::Function define(Napi::Env env) {
    return DefineClass(env, "Memory", {InstanceMethod<&Memory::read>("read"), InstanceMethod<&Memory::free>("free")});
  }

  explicit Memory(const Napi::CallbackInfo& info)
      : ObjectWrap(info), bytes_(static_cast<std::size_t>(info[0].As<Napi::Number>().Int64Value())) {
    void* memory = mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) throw Napi::Error::New(info.Env(), "There is no memory to be read.");
    madvise(memory, bytes_, MADV_HUGEPAGE);
    words_ = static_cast<std::uint64_t*>(memory);
    for (std::size_t i = 0; i < bytes_ / 8; i++) words_[i] = i;
  }
  ~Memory() override { unmap(); }

 private:
  void unmap() {
    if (words_ != nullptr) munmap(words_, bytes_);
    words_ = nullptr;
  }
  void free(const Napi::CallbackInfo&) { unmap(); }

  /// (kernel) → milliseconds
  Napi::Value read(const Napi::CallbackInfo& info) {
    const auto start = std::chrono::steady_clock::now();
    sum_ += yardstick::readKernels()[info[0].As<Napi::Number>().Int32Value()].read(words_, bytes_);
    const std::chrono::duration<double, std::milli> taken = std::chrono::steady_clock::now() - start;
    return Napi::Number::New(info.Env(), taken.count());
  }

  std::size_t bytes_;
  std::uint64_t* words_ = nullptr;
  volatile std::uint64_t sum_ = 0;
};

/// (model, first person, count, picture, vectors)
void makeFaces(const Napi::CallbackInfo& info) {
  const auto given = info[0].As<Napi::Object>();
  const auto number = [&](const char* name) { return given.Get(name).As<Napi::Number>().DoubleValue(); };
  const yardstick::FaceModel model{static_cast<int>(number("dimensions")),
                                   number("mean"),
                                   number("person"),
                                   number("picture"),
                                   number("fall"),
                                   number("flat"),
                                   static_cast<std::uint32_t>(number("lookAlikes")),
                                   number("alike")};
  const auto whole = [&](int index) { return info[index].As<Napi::Number>().Uint32Value(); };
  yardstick::makeFaces(model, whole(1), whole(2), whole(3), info[4].As<Napi::Float32Array>().Data());
}

/// glibc keeps what was freed between blocks still in use; this gives its whole pages back to the system.
void trimHeap(const Napi::CallbackInfo&) { malloc_trim(0); }

Napi::Object registerExports(Napi::Env env, Napi::Object exports) {
  exports.Set("Memory", Memory::define(env));
  exports.Set("makeFaces", Napi::Function::New(env, makeFaces, "makeFaces"));
  exports.Set("trimHeap", Napi::Function::New(env, trimHeap, "trimHeap"));
  return exports;
}

}  // namespace

NODE_API_MODULE(yardstick, registerExports)
