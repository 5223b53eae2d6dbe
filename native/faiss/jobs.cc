#include "jobs.h"

#include <faiss/impl/FaissException.h>

#include <new>

#include "core/faiss_rows.h"
#include "core/search.h"

namespace glue {

Jobs::Jobs(Napi::Env env, int threads) : threads_(threads) {
  wayBack_ = Napi::ThreadSafeFunction::New(env, Napi::Function(), "ostiary search", 0, 1);
  wayBack_.Unref(env);
  workers_ = std::make_unique<scan::Workers>(threads);
  // Hooks run in reverse: before Node takes the way back down, which must not be touched afterwards.
  env.AddCleanupHook([this] {
    workers_.reset();
    wayBack_.Release();
  });
}

void Jobs::useThreads(int threads) {
  workers_ = std::make_unique<scan::Workers>(threads);
  threads_ = threads;
}

Napi::Promise Jobs::start(Napi::Env env, std::unique_ptr<Job> owned) {
  Job* job = owned.release();
  const Napi::Promise promise = job->deferred.Promise();
  if (running_++ == 0) wayBack_.Ref(env);
  wayBack_.Acquire();
  workers_->post([this, job] {
    translate(job->work, job->code, job->message);
    const Napi::ThreadSafeFunction wayBack = wayBack_;
    const auto deliver = [this](Napi::Env env, Napi::Function, Job* done) {
      // Without an environment it is on its way out, and nothing of it may be touched.
      if (env == nullptr) return;
      const std::unique_ptr<Job> owned(done);
      const Napi::HandleScope scope(env);
      if (--running_ == 0) wayBack_.Unref(env);
      settle(env, *owned);
    };
    wayBack.BlockingCall(job, deliver);
    wayBack.Release();
  });
  return promise;
}

Napi::Promise Jobs::runHere(Napi::Env env, std::unique_ptr<Job> job) {
  translate(job->work, job->code, job->message);
  settle(env, *job);
  return job->deferred.Promise();
}

void Jobs::settle(Napi::Env env, Job& job) {
  if (!job.code.empty()) {
    job.deferred.Reject(codedError(env, job.code, job.message).Value());
    return;
  }
  try {
    job.deferred.Resolve(job.finish(env));
  } catch (const Napi::Error& error) {
    job.deferred.Reject(error.Value());
  }
}

Napi::Error codedError(Napi::Env env, const std::string& code, const std::string& message) {
  Napi::Error error = Napi::Error::New(env, message);
  error.Set("code", Napi::String::New(env, code));
  return error;
}

void translate(const std::function<void()>& action, std::string& code, std::string& message) {
  const auto failed = [&](const char* why, const char* text) {
    code = why;
    message = text;
  };
  try {
    action();
  } catch (const scan::Cancelled&) {
    failed("cancelled", "The search was given up.");
  } catch (const std::bad_alloc&) {
    failed("out-of-memory", "There is no memory for the index.");
  } catch (const scan::Unsupported& error) {
    failed("unsupported", error.what());
  } catch (const faiss::FaissException& error) {
    failed("refused", error.what());
  } catch (const std::exception& error) {
    failed("failed", error.what());
  }
}

}  // namespace glue
