#include <fcntl.h>
#include <napi.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>

#include "core/mapped.h"
#include "core/packs.h"

// Sizes and ranges are checked in binding.ts, the only caller.
namespace {

/// What takes longer a leaf comes from the disk.
constexpr double kSlowMilliseconds = .1;
constexpr std::uint32_t kLeavesAhead = 64;

/// A file that may grow, mapped to be read.
class Mapping {
 public:
  explicit Mapping(const std::string& path) : file_(open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
  ~Mapping() {
    unmap();
    if (file_ >= 0) close(file_);
  }
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;

  /// As long as it is now; empty where it cannot be read.
  packs::File look() {
    struct stat found {};
    if (file_ < 0 || fstat(file_, &found) != 0) return {nullptr, 0};
    const auto size = static_cast<std::size_t>(found.st_size);
    if (size != mapped_.size) {
      unmap();
      void* bytes = size > 0 ? mmap(nullptr, size, PROT_READ, MAP_SHARED, file_, 0) : MAP_FAILED;
      // The pages of one table lie among those of all others: what lies around them would be read for nothing.
      if (bytes != MAP_FAILED) madvise(bytes, size, MADV_RANDOM);
      if (bytes != MAP_FAILED) mapped_ = {static_cast<const std::uint8_t*>(bytes), size};
    }
    return mapped_;
  }

 private:
  void unmap() {
    if (mapped_.bytes != nullptr) munmap(const_cast<std::uint8_t*>(mapped_.bytes), mapped_.size);
    mapped_ = {nullptr, 0};
  }

  int file_;
  packs::File mapped_{nullptr, 0};
};

/// Unmaps a file, and gives back what others have mapped of it, off Node's thread: for a large one it takes dozens of
/// milliseconds.
class Closing : public Napi::AsyncWorker {
 public:
  Closing(Napi::Env env, std::unique_ptr<Mapping> mapping, std::string path)
      : AsyncWorker(env), deferred(env), mapping_(std::move(mapping)), path_(std::move(path)) {}

  void Execute() override {
    mapping_.reset();
    packs::releaseMapped(path_);
  }
  void OnOK() override { deferred.Resolve(Env().Undefined()); }
  void OnError(const Napi::Error& error) override { deferred.Reject(error.Value()); }

  const Napi::Promise::Deferred deferred;

 private:
  std::unique_ptr<Mapping> mapping_;
  std::string path_;
};

class NativePackReader : public Napi::ObjectWrap<NativePackReader> {
 public:
  static Napi::Function define(Napi::Env env) {
    return DefineClass(env, "NativePackReader",
                       {InstanceMethod<&NativePackReader::read>("read"),
                        InstanceMethod<&NativePackReader::close>("close")});
  }

  /// (path, table)
  explicit NativePackReader(const Napi::CallbackInfo& info)
      : ObjectWrap(info),
        path_(info[0].As<Napi::String>().Utf8Value()),
        mapping_(std::make_unique<Mapping>(path_)),
        table_(info[1].As<Napi::String>().Utf8Value()) {}

 private:
  /// (commit, from, before, milliseconds, model, bytes a code, columns' arrays …, counts to be written)
  void read(const Napi::CallbackInfo& info) {
    const auto number = [&](int at) { return info[at].As<Napi::Number>().DoubleValue(); };
    const auto bytes = [&](int at) { return info[at].As<Napi::Uint8Array>(); };
    const auto words = [&](int at) { return info[at].As<Napi::Uint32Array>(); };
    const packs::Wish wish{table_,
                           static_cast<std::uint64_t>(number(1)),
                           static_cast<std::uint64_t>(number(2)),
                           {bytes(4).Data(), bytes(4).ByteLength()},
                           static_cast<std::size_t>(number(5)),
                           number(3),
                           isSlow_ ? kLeavesAhead : 0};
    auto numbers = info[6].As<Napi::Float64Array>();
    auto collections = bytes(11);
    const packs::Columns columns{static_cast<std::uint32_t>(numbers.ElementLength()),
                                 numbers.Data(),
                                 bytes(7).Data(),
                                 bytes(8).Data(),
                                 words(9).Data(),
                                 words(10).Data(),
                                 static_cast<std::uint32_t>(collections.ByteLength() / packs::idBytes),
                                 collections.Data()};
    const packs::File file = mapping_ ? mapping_->look() : packs::File{nullptr, 0};
    const auto start = std::chrono::steady_clock::now();
    const packs::Read found = packs::read(file, static_cast<std::uint64_t>(number(0)), wish, columns);
    const std::chrono::duration<double, std::milli> taken = std::chrono::steady_clock::now() - start;
    isSlow_ = taken.count() > kSlowMilliseconds * found.leaves;
    double* counts = info[12].As<Napi::Float64Array>().Data();
    counts[0] = found.rows;
    counts[1] = found.runs;
    counts[2] = found.collections;
    counts[3] = static_cast<double>(found.next);
  }

  /// → promise
  Napi::Value close(const Napi::CallbackInfo& info) {
    auto* closing = new Closing(info.Env(), std::move(mapping_), path_);
    // It deletes itself.
    closing->Queue();
    return closing->deferred.Promise();
  }

  std::string path_;
  std::unique_ptr<Mapping> mapping_;
  std::string table_;
  /// At first it is not known.
  bool isSlow_ = true;
};

/// (path)
void releaseMapped(const Napi::CallbackInfo& info) { packs::releaseMapped(info[0].As<Napi::String>().Utf8Value()); }

Napi::Object registerExports(Napi::Env env, Napi::Object exports) {
  exports.Set("NativePackReader", NativePackReader::define(env));
  exports.Set("releaseMapped", Napi::Function::New(env, releaseMapped, "releaseMapped"));
  return exports;
}

}  // namespace

NODE_API_MODULE(packs, registerExports)
