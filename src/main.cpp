#include <fcntl.h>
#include <unistd.h>

#include <new>
#include <string_view>

#include "cmzmake/base/memory_reserve.h"
#include "cmzmake/cli/session.h"

namespace {

// A standard descriptor that is closed must not become that of some other file of ours: something
// that can neither be read from (0) nor written to (1, 2) takes its place. Children find it closed
// again.
void occupy_standard_descriptors() {
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    if (::fcntl(fd, F_GETFD) < 0)
      if (::open("/dev/null", (fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) | O_CLOEXEC) < 0) return;
}

// Without memory for as much as a session.
int end_exhausted() {
  constexpr std::string_view kText = "make: *** virtual memory exhausted\n";
  [[maybe_unused]] const auto said = ::write(STDERR_FILENO, kText.data(), kText.size());
  return 2;
}

int run(int argc, char** argv) {
  std::vector<std::string> arguments(argv, argv + argc);
  std::vector<std::string> environment;
  for (char** entry = environ; *entry; ++entry) environment.emplace_back(*entry);
  // Never deleted: the system takes back the memory of 100,000 targets faster than we could.
  static auto* const host = new cmz::Host(arguments);
  static auto* const session = new cmz::Session(*host, std::move(arguments), std::move(environment));
  return session->run();
}

}  // namespace

int main(int argc, char** argv) {
  occupy_standard_descriptors();
  cmz::MemoryReserve::keep();
  try {
    return run(argc, argv);
  } catch (const std::bad_alloc&) {
    return end_exhausted();
  }
}
