// Directories that cannot be listed to their end.
#include <sys/syscall.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cerrno>
#include <string>

#include "cmzmake/base/fatal.h"
#include "cmzmake/disk/disk.h"
#include "temp_folder.h"

namespace {
// What getdents64 fails with from its call number `first` on; 0: it does not.
struct {
  int error = 0;
  int first = 1;
  int calls = 0;
} failure;
}  // namespace

// In the place of the C library's.
extern "C" ssize_t getdents64(int fd, void* buffer, size_t size) {
  if (failure.error != 0 && ++failure.calls >= failure.first) {
    errno = failure.error;
    return -1;
  }
  return ::syscall(SYS_getdents64, fd, buffer, size);
}

using namespace cmz;

namespace {

struct Failing {
  Failing(int error, int first) { failure = {error, first, 0}; }
  ~Failing() { failure = {}; }
};

template <typename Ask>
std::string fatal_of(Ask ask) {
  try {
    ask();
    return {};
  } catch (const Fatal& fatal) {
    return fatal.what();
  }
}

}  // namespace

TEST_CASE("An error in the middle of a directory is not its end") {
  for (const int first : {1, 2}) {
    const TempFolder folder;
    const std::string path = folder / "d", message = "readdir " + path + ": Input/output error";
    const auto writer = make_real_disk();
    REQUIRE(::mkdir(path.c_str(), 0700) == 0);
    REQUIRE_FALSE(writer->write(path + "/a.c", "", false));
    const Failing failing(EIO, first);
    CHECK(fatal_of([&] { make_real_disk()->glob(path + "/*.c"); }) == message);
    failure.calls = 0;
    CHECK(fatal_of([&] { make_real_disk()->listed(path + "/a.c"); }) == message);
    failure.calls = 0;
    CHECK(fatal_of([&] { make_real_disk()->names(path); }) == message);
  }
}

TEST_CASE("A directory that is removed while it is listed has ended") {
  const TempFolder folder;
  const auto disk = make_real_disk();
  REQUIRE_FALSE(disk->write(folder / "a.c", "", false));
  const Failing failing(ENOENT, 2);
  CHECK(disk->glob(folder / "*.c").size() == 1);
}
