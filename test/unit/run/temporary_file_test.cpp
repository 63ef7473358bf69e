#include "cmzmake/run/temporary_file.h"

#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <filesystem>

#include "run/run_helpers.h"

using namespace cmz;
using namespace cmz::test;

namespace {

// Does `work` in a child of its own; the status of waitpid.
template <typename Work>
int in_child(Work work) {
  const pid_t pid = ::fork();
  if (pid == 0) {
    for (const int signal : {SIGTERM, SIGHUP, SIGINT}) std::signal(signal, SIG_DFL);  // Catch has some
    work();
    ::_exit(9);
  }
  int status = 0;
  ::waitpid(pid, &status, 0);
  return status;
}

}  // namespace

TEST_CASE("A temporary file is gone with its object, and others' stay") {
  const Folder folder;
  folder.write("GmXXXXXX", "");
  {
    TemporaryFile file;
    std::string name = folder / "GmXXXXXX";
    REQUIRE_FALSE(file.make(name));
    CHECK(file.path() == name);
    CHECK(std::filesystem::exists(name));
    CHECK(file.path() != folder / "GmXXXXXX");
  }
  CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 1);
}

TEST_CASE("A temporary file that cannot be made says why") {
  const Folder folder;
  TemporaryFile file;
  std::string name = folder / "none/GmXXXXXX";
  CHECK(file.make(name) == std::errc::no_such_file_or_directory);
  CHECK(file.path().empty());
}

TEST_CASE("A signal removes the temporary file and ends the process") {
  for (const int signal : {SIGTERM, SIGHUP, SIGINT}) {
    const Folder folder;
    const int status = in_child([&] {
      TemporaryFile file;
      std::string name = folder / "GmXXXXXX";
      if (!file.make(name)) ::raise(signal);
    });
    CHECK(WIFSIGNALED(status));
    CHECK(WTERMSIG(status) == signal);
    CHECK(std::filesystem::is_empty(folder.path()));
  }
}

TEST_CASE("A signal that is ignored stays so") {
  const Folder folder;
  const int status = in_child([&] {
    std::signal(SIGHUP, SIG_IGN);
    TemporaryFile file(folder.write("stored", ""));
    ::raise(SIGHUP);
    ::_exit(std::filesystem::exists(file.path()) ? 0 : 1);
  });
  CHECK(status == 0);
}

TEST_CASE("A child of make does not remove make's file") {
  const Folder folder;
  TemporaryFile file;
  std::string name = folder / "GmXXXXXX";
  REQUIRE_FALSE(file.make(name));
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::raise(SIGUSR2);
    ::_exit(9);
  }
  int status = 0;
  ::waitpid(pid, &status, 0);
  CHECK(WIFSIGNALED(status));
  CHECK(std::filesystem::exists(file.path()));
}
