#pragma once

#include <pthread.h>

#include <csignal>
#include <thread>
#include <utility>

namespace cmz {

// Whether this process may use a second processor.
bool second_thread_pays();

// A thread that runs `work` with all signals blocked: they are the first thread's.
template <class Work>
std::thread start_second_thread(Work work) {
  sigset_t all, before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);  // a new thread starts with those of its maker
  std::thread thread(std::move(work));
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return thread;
}

}  // namespace cmz
