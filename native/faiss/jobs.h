#pragma once

#include <napi.h>

#include <functional>
#include <memory>
#include <string>

#include "core/workers.h"

namespace glue {

/// Work that goes off Node's thread: `work` runs on a thread of ours, `finish` back on Node's and makes the answer.
struct Job {
  explicit Job(Napi::Env env) : deferred(Napi::Promise::Deferred::New(env)) {}

  Napi::Promise::Deferred deferred;
  std::function<void()> work;
  std::function<Napi::Value(Napi::Env)> finish;
  /// Arrays that the work reads or writes.
  std::vector<Napi::ObjectReference> kept;
  /// Set when the work has failed.
  std::string code;
  std::string message;
};

/// The threads of one environment, and the way back from them. Node's process stays alive while a job is in work.
class Jobs {
 public:
  Jobs(Napi::Env env, int threads);

  scan::Workers& workers() { return *workers_; }
  int threads() const { return threads_; }
  /// Waits for what is in work.
  void useThreads(int threads);
  Napi::Promise start(Napi::Env env, std::unique_ptr<Job> job);
  /// As start(), on the calling thread: for work that is shorter than the way to another thread and back.
  Napi::Promise runHere(Napi::Env env, std::unique_ptr<Job> job);

 private:
  static void settle(Napi::Env env, Job& job);

  int threads_;
  int running_ = 0;
  Napi::ThreadSafeFunction wayBack_;
  std::unique_ptr<scan::Workers> workers_;
};

/// An error with a property `code`, for binding.ts to translate.
Napi::Error codedError(Napi::Env env, const std::string& code, const std::string& message);

/// Calls `action`; what C++ code throws becomes an error with a code.
void translate(const std::function<void()>& action, std::string& code, std::string& message);

}  // namespace glue
