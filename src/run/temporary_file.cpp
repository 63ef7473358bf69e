#include "cmzmake/run/temporary_file.h"

#include <unistd.h>

#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdlib>
#include <cstring>

#include "cmzmake/loop/attended_signals.h"

namespace cmz {
namespace {

// A handler finds its file nowhere else. It looks at `owner` first: a child that vfork made shares this memory.
struct {
  volatile pid_t owner = 0;  // 0: there is no file
  char path[PATH_MAX];
} removed_by_signals;

void remove_and_end(int signal) {
  if (removed_by_signals.owner == ::getpid()) ::unlink(removed_by_signals.path);
  ::signal(signal, SIG_DFL);
  ::raise(signal);  // blocked until this returns
}

// What is ignored stays so.
void handle_ending_signals() {
  const sigset_t ending = ending_signals();
  struct sigaction action = {};
  action.sa_handler = remove_and_end;
  action.sa_mask = ending;
  for (int signal = 1; signal <= SIGRTMAX; ++signal) {
    struct sigaction now;
    if (::sigismember(&ending, signal) == 1 && ::sigaction(signal, nullptr, &now) == 0 && now.sa_handler == SIG_DFL)
      ::sigaction(signal, &action, nullptr);
  }
}

}  // namespace

TemporaryFile::TemporaryFile(std::string path) {
  if (!path.empty()) own(std::move(path));
}

std::error_code TemporaryFile::make(std::string& name) {
  // A signal between the file and its entry here would leave it behind.
  const sigset_t ending = ending_signals();
  sigset_t before;
  ::pthread_sigmask(SIG_BLOCK, &ending, &before);
  const int fd = ::mkstemp(name.data());
  const int error = errno;
  if (fd >= 0) own(name);
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (fd < 0) return {error, std::generic_category()};
  ::close(fd);
  return {};
}

void TemporaryFile::own(std::string path) {
  path_ = std::move(path);
  if (path_.size() >= sizeof removed_by_signals.path) return;
  std::memcpy(removed_by_signals.path, path_.c_str(), path_.size() + 1);
  removed_by_signals.owner = ::getpid();
  handle_ending_signals();
}

void TemporaryFile::remove() {
  if (path_.empty()) return;
  ::unlink(path_.c_str());
  removed_by_signals.owner = 0;
  path_.clear();
}

}  // namespace cmz
