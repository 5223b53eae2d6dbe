#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace scan {

/// A fixed number of threads with one queue. What is still queued when it is destroyed is run before that ends.
class Workers {
 public:
  explicit Workers(int threads);
  ~Workers();
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  /// `urgent` goes before what waits. What a task throws must not leave it.
  void post(std::function<void()> task, bool urgent = false);

 private:
  void work();

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> tasks_;
  bool ending_ = false;
  std::vector<std::thread> threads_;
};

/// Runs the same function on the calling thread and on up to `threads` − 1 workers that happen to be free; returns when
/// all of them have. The function finds its share of the work itself, and must end at once when nothing is left.
void together(Workers* workers, int threads, const std::function<void()>& share);

}  // namespace scan
