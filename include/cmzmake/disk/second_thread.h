#pragma once

#include <pthread.h>

#include <csignal>
#include <system_error>
#include <thread>
#include <utility>

namespace cmz {

// Whether this process may use a second processor.
bool second_thread_pays();

// A thread that runs `work` with all signals blocked: they are the first thread's. Not joinable when the system gives
// no further thread: the first one must do without it.
template <class Work>
std::thread start_second_thread(Work work) {
  std::thread thread;
  sigset_t all, before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);  // a new thread starts with those of its maker
  try {
    thread = std::thread(std::move(work));
  } catch (const std::system_error&) {
  }
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return thread;
}

}  // namespace cmz
