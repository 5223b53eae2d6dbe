#include <napi.h>

#include "arguments.h"
#include "core/faiss_rows.h"
#include "core/scan_index.h"
#include "jobs.h"

// Sizes, ranges and values are checked in binding.ts and its neighbours, the only callers.
namespace {

using glue::Job;
using glue::Jobs;

Jobs& jobsOf(Napi::Env env) { return *env.GetInstanceData<Jobs>(); }

const float* floatsIn(const Napi::Value& value) {
  return value.IsUndefined() ? nullptr : value.As<Napi::Float32Array>().Data();
}

/// Runs what may throw on Node's own thread.
void orThrow(Napi::Env env, const std::function<void()>& action) {
  std::string code;
  std::string message;
  glue::translate(action, code, message);
  if (!code.empty()) throw glue::codedError(env, code, message);
}

std::unique_ptr<Job> jobKeeping(Napi::Env env, std::initializer_list<Napi::Value> arrays) {
  auto job = std::make_unique<Job>(env);
  for (const Napi::Value& array : arrays) job->kept.push_back(Napi::Persistent(array.As<Napi::Object>()));
  return job;
}

/// A search of so many values of rows, all probes together, takes some 0.1 ms; handing it to another thread and its
/// answer back takes 0.1 to 0.4 ms.
constexpr std::size_t kValuesHere = std::size_t{1} << 18;

class NativeScanIndex : public Napi::ObjectWrap<NativeScanIndex> {
 public:
  static Napi::Function define(Napi::Env env) {
    return DefineClass(env, "NativeScanIndex",
                       {InstanceAccessor<&NativeScanIndex::rows>("rows"),
                        InstanceAccessor<&NativeScanIndex::codeBytes>("codeBytes"),
                        InstanceAccessor<&NativeScanIndex::kernel>("kernel"),
                        InstanceMethod<&NativeScanIndex::encode>("encode"),
                        InstanceMethod<&NativeScanIndex::encodeNow>("encodeNow"),
                        InstanceMethod<&NativeScanIndex::areSound>("areSound"),
                        InstanceMethod<&NativeScanIndex::reserve>("reserve"),
                        InstanceMethod<&NativeScanIndex::append>("append"),
                        InstanceMethod<&NativeScanIndex::remove>("remove"),
                        InstanceMethod<&NativeScanIndex::search>("search")});
  }

  /// (dimensions, bytes a value of an original, seed, name of the kernels or undefined)
  explicit NativeScanIndex(const Napi::CallbackInfo& info) : ObjectWrap(info) {
    scan::ScanSettings settings;
    settings.dimensions = info[0].As<Napi::Number>().Int32Value();
    const int bytes = info[1].As<Napi::Number>().Int32Value();
    settings.originals = bytes == 4   ? scan::Originals::float32
                         : bytes == 2 ? scan::Originals::float16
                                      : scan::Originals::none;
    settings.seed = info[2].As<Napi::Number>().Uint32Value();
    if (info[3].IsString()) settings.kernels = scan::kernelsNamed(info[3].As<Napi::String>().Utf8Value().c_str());
    orThrow(info.Env(), [&] { index_ = std::make_shared<scan::ScanIndex>(settings); });
  }

 private:
  Napi::Value rows(const Napi::CallbackInfo& info) { return Napi::Number::New(info.Env(), index_->rows()); }
  Napi::Value codeBytes(const Napi::CallbackInfo& info) {
    return Napi::Number::New(info.Env(), static_cast<double>(index_->codeBytes()));
  }
  Napi::Value kernel(const Napi::CallbackInfo& info) { return Napi::String::New(info.Env(), index_->kernelName()); }

  /// (vectors, codes to be written)
  Napi::Value encode(const Napi::CallbackInfo& info) {
    auto job = jobKeeping(info.Env(), {info[0], info[1]});
    Jobs& jobs = jobsOf(info.Env());
    const auto vectors = info[0].As<Napi::Float32Array>();
    const auto count = static_cast<std::uint32_t>(vectors.ElementLength() / index_->d);
    job->work = [index = index_, count, from = vectors.Data(), to = info[1].As<Napi::Uint8Array>().Data(), &jobs] {
      index->encode(count, from, to, &jobs.workers(), jobs.threads());
    };
    job->finish = [](Napi::Env env) { return env.Undefined(); };
    return jobs.start(info.Env(), std::move(job));
  }

  /// (vectors, codes to be written), on the calling thread
  void encodeNow(const Napi::CallbackInfo& info) {
    const auto vectors = info[0].As<Napi::Float32Array>();
    const auto count = static_cast<std::uint32_t>(vectors.ElementLength() / index_->d);
    index_->encode(count, vectors.Data(), info[1].As<Napi::Uint8Array>().Data(), nullptr, 1);
  }

  /// (codes) → the number of the first code that encode() did not write, or −1
  Napi::Value areSound(const Napi::CallbackInfo& info) {
    const auto codes = info[0].As<Napi::Uint8Array>();
    const scan::CodeFormat& format = index_->format().code;
    for (std::size_t at = 0; at < codes.ByteLength(); at += index_->codeBytes()) {
      if (!scan::isSound(format, scan::partsOf(format, codes.Data() + at))) {
        return Napi::Number::New(info.Env(), static_cast<double>(at / index_->codeBytes()));
      }
    }
    return Napi::Number::New(info.Env(), -1);
  }

  /// (rows)
  void reserve(const Napi::CallbackInfo& info) {
    orThrow(info.Env(), [&] {
      index_->reserve(info[0].As<Napi::Number>().Uint32Value(), jobsOf(info.Env()).workers());
    });
  }

  /// (codes, labels, originals or undefined) → first row
  Napi::Value append(const Napi::CallbackInfo& info) {
    const auto labels = info[1].As<Napi::Uint32Array>();
    const scan::EncodedRows rows{static_cast<std::uint32_t>(labels.ElementLength()),
                                 info[0].As<Napi::Uint8Array>().Data(), labels.Data(), floatsIn(info[2])};
    std::uint32_t first = 0;
    orThrow(info.Env(), [&] { first = index_->append(rows); });
    return Napi::Number::New(info.Env(), first);
  }

  /// (rows) → moves
  Napi::Value remove(const Napi::CallbackInfo& info) {
    return glue::movesToArray(info.Env(), index_->removeRows(glue::rowsFrom(info[0])));
  }

  /// (probes, options) → promise of hits
  Napi::Value search(const Napi::CallbackInfo& info) {
    struct State {
      std::shared_ptr<scan::ScanIndex> index;
      scan::ScanIndex::View view;
      std::vector<float> probes;
      scan::SearchOptions options;
      scan::ScanIndex::Found found;
    };
    auto job = std::make_unique<Job>(info.Env());
    Jobs& jobs = jobsOf(info.Env());
    const auto state = std::shared_ptr<State>(new State{index_,
                                                        scan::ScanIndex::View(*index_),
                                                        glue::floatsFrom(info[0]),
                                                        glue::optionsFrom(info[1].As<Napi::Object>()),
                                                        {}});
    job->work = [state, &jobs] {
      state->found = state->index->find(state->view, state->probes, state->options, &jobs.workers());
    };
    job->finish = [state](Napi::Env env) -> Napi::Value {
      state->index->update(state->view, state->found);
      return glue::hitsToObject(env, state->found.hits);
    };
    const std::size_t values = state->probes.size() * static_cast<std::size_t>(index_->rows());
    return values <= kValuesHere ? jobs.runHere(info.Env(), std::move(job)) : jobs.start(info.Env(), std::move(job));
  }

  std::shared_ptr<scan::ScanIndex> index_;
};

class NativeFaissIndex : public Napi::ObjectWrap<NativeFaissIndex> {
 public:
  static Napi::Function define(Napi::Env env) {
    return DefineClass(env, "NativeFaissIndex",
                       {InstanceAccessor<&NativeFaissIndex::rows>("rows"),
                        InstanceAccessor<&NativeFaissIndex::dimensions>("dimensions"),
                        InstanceAccessor<&NativeFaissIndex::isTrained>("isTrained"),
                        InstanceMethod<&NativeFaissIndex::train>("train"),
                        InstanceMethod<&NativeFaissIndex::add>("add"),
                        InstanceMethod<&NativeFaissIndex::remove>("remove"),
                        InstanceMethod<&NativeFaissIndex::search>("search"),
                        InstanceMethod<&NativeFaissIndex::serialise>("serialise")});
  }

  /// (dimensions, factory) or (bytes)
  explicit NativeFaissIndex(const Napi::CallbackInfo& info) : ObjectWrap(info) {
    orThrow(info.Env(), [&] {
      if (info[0].IsNumber()) {
        index_ = std::make_shared<scan::FaissRows>(info[0].As<Napi::Number>().Int32Value(),
                                                   info[1].As<Napi::String>().Utf8Value());
        return;
      }
      const auto bytes = info[0].As<Napi::Uint8Array>();
      index_ = std::make_shared<scan::FaissRows>(
          std::vector<std::uint8_t>(bytes.Data(), bytes.Data() + bytes.ByteLength()));
    });
  }

 private:
  Napi::Value rows(const Napi::CallbackInfo& info) { return Napi::Number::New(info.Env(), index_->rows()); }
  Napi::Value dimensions(const Napi::CallbackInfo& info) {
    return Napi::Number::New(info.Env(), index_->dimensions());
  }
  Napi::Value isTrained(const Napi::CallbackInfo& info) {
    return Napi::Boolean::New(info.Env(), index_->isTrained());
  }

  /// (vectors)
  Napi::Value train(const Napi::CallbackInfo& info) {
    auto job = jobKeeping(info.Env(), {info[0]});
    const auto vectors = info[0].As<Napi::Float32Array>();
    const auto count = static_cast<std::uint32_t>(vectors.ElementLength() / index_->dimensions());
    job->work = [index = index_, count, from = vectors.Data()] { index->train(count, from); };
    job->finish = [](Napi::Env env) { return env.Undefined(); };
    return jobsOf(info.Env()).start(info.Env(), std::move(job));
  }

  /// (vectors, labels) → promise of the first row
  Napi::Value add(const Napi::CallbackInfo& info) {
    auto job = jobKeeping(info.Env(), {info[0], info[1]});
    const auto labels = info[1].As<Napi::Uint32Array>();
    const auto first = std::make_shared<std::uint32_t>();
    job->work = [index = index_, first, count = static_cast<std::uint32_t>(labels.ElementLength()),
                 from = floatsIn(info[0]), own = labels.Data()] { *first = index->add(count, from, own); };
    job->finish = [first](Napi::Env env) { return Napi::Number::New(env, *first); };
    return jobsOf(info.Env()).start(info.Env(), std::move(job));
  }

  /// (rows) → promise of moves
  Napi::Value remove(const Napi::CallbackInfo& info) {
    auto job = std::make_unique<Job>(info.Env());
    const auto moves = std::make_shared<std::vector<scan::Move>>();
    job->work = [index = index_, moves, rows = glue::rowsFrom(info[0])] { *moves = index->removeRows(rows); };
    job->finish = [moves](Napi::Env env) { return glue::movesToArray(env, *moves); };
    return jobsOf(info.Env()).start(info.Env(), std::move(job));
  }

  /// (probes, options, inverted lists to look at) → promise of hits
  Napi::Value search(const Napi::CallbackInfo& info) {
    auto job = std::make_unique<Job>(info.Env());
    const auto hits = std::make_shared<std::vector<std::vector<scan::Hit>>>();
    job->work = [index = index_, hits, probes = glue::floatsFrom(info[0]),
                 options = glue::optionsFrom(info[1].As<Napi::Object>()),
                 lists = info[2].As<Napi::Number>().Int32Value()] { *hits = index->search(probes, options, lists); };
    job->finish = [hits](Napi::Env env) { return glue::hitsToObject(env, *hits); };
    return jobsOf(info.Env()).start(info.Env(), std::move(job));
  }

  /// → promise of bytes
  Napi::Value serialise(const Napi::CallbackInfo& info) {
    auto job = std::make_unique<Job>(info.Env());
    const auto bytes = std::make_shared<std::vector<std::uint8_t>>();
    job->work = [index = index_, bytes] { *bytes = index->serialise(); };
    job->finish = [bytes](Napi::Env env) {
      return Napi::Buffer<std::uint8_t>::Copy(env, bytes->data(), bytes->size());
    };
    return jobsOf(info.Env()).start(info.Env(), std::move(job));
  }

  std::shared_ptr<scan::FaissRows> index_;
};

Napi::Value createFlag(const Napi::CallbackInfo& info) {
  auto* flag = new glue::Flag(std::make_shared<std::atomic<bool>>(false));
  return Napi::External<glue::Flag>::New(info.Env(), flag, [](Napi::Env, glue::Flag* owned) { delete owned; });
}

void setFlag(const Napi::CallbackInfo& info) {
  (*info[0].As<Napi::External<glue::Flag>>().Data())->store(true);
}

Napi::Value usableKernels(const Napi::CallbackInfo& info) {
  auto names = Napi::Array::New(info.Env());
  for (const scan::Kernels* kernels : scan::usableKernels()) names.Set(names.Length(), kernels->name);
  return names;
}

/// (threads)
void useThreads(const Napi::CallbackInfo& info) {
  jobsOf(info.Env()).useThreads(info[0].As<Napi::Number>().Int32Value());
}

Napi::Object registerExports(Napi::Env env, Napi::Object exports) {
  env.SetInstanceData(new Jobs(env, 2));
  exports.Set("NativeScanIndex", NativeScanIndex::define(env));
  exports.Set("NativeFaissIndex", NativeFaissIndex::define(env));
  exports.Set("createFlag", Napi::Function::New(env, createFlag, "createFlag"));
  exports.Set("setFlag", Napi::Function::New(env, setFlag, "setFlag"));
  exports.Set("usableKernels", Napi::Function::New(env, usableKernels, "usableKernels"));
  exports.Set("useThreads", Napi::Function::New(env, useThreads, "useThreads"));
  return exports;
}

}  // namespace

NODE_API_MODULE(faiss, registerExports)
