#include "workers.h"

#include <exception>
#include <memory>

namespace scan {

Workers::Workers(int threads) {
  threads_.reserve(threads);
  for (int i = 0; i < threads; i++) threads_.emplace_back([this] { work(); });
}

Workers::~Workers() {
  {
    const std::lock_guard<std::mutex> held(mutex_);
    ending_ = true;
  }
  wake_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void Workers::post(std::function<void()> task, bool urgent) {
  {
    const std::lock_guard<std::mutex> held(mutex_);
    if (urgent) {
      tasks_.push_front(std::move(task));
    } else {
      tasks_.push_back(std::move(task));
    }
  }
  wake_.notify_one();
}

void Workers::work() {
  std::unique_lock<std::mutex> held(mutex_);
  for (;;) {
    wake_.wait(held, [this] { return ending_ || !tasks_.empty(); });
    if (tasks_.empty()) return;
    const std::function<void()> task = std::move(tasks_.front());
    tasks_.pop_front();
    held.unlock();
    task();
    held.lock();
  }
}

namespace {

struct Gathering {
  std::mutex mutex;
  std::condition_variable done;
  int inside = 0;
  bool closed = false;
  std::exception_ptr failure;
};

void takePart(Gathering& gathering, const std::function<void()>& share) {
  try {
    share();
  } catch (...) {
    const std::lock_guard<std::mutex> held(gathering.mutex);
    if (!gathering.failure) gathering.failure = std::current_exception();
  }
}

}  // namespace

void together(Workers* workers, int threads, const std::function<void()>& share) {
  const auto gathering = std::make_shared<Gathering>();
  for (int i = 1; workers != nullptr && i < threads; i++) {
    // `share` lives until this call returns: a worker that comes too late finds the gathering closed.
    workers->post(
        [gathering, &share] {
          {
            const std::lock_guard<std::mutex> held(gathering->mutex);
            if (gathering->closed) return;
            gathering->inside++;
          }
          takePart(*gathering, share);
          const std::lock_guard<std::mutex> held(gathering->mutex);
          gathering->inside--;
          gathering->done.notify_one();
        },
        true);
  }
  takePart(*gathering, share);
  std::unique_lock<std::mutex> held(gathering->mutex);
  gathering->closed = true;
  gathering->done.wait(held, [&] { return gathering->inside == 0; });
  if (gathering->failure) std::rethrow_exception(gathering->failure);
}

}  // namespace scan
