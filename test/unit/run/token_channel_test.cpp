#include "cmzmake/run/token_channel.h"

#include <poll.h>

#include <catch2/catch.hpp>
#include <cerrno>

#include "run/run_helpers.h"

using namespace cmz;
using namespace cmz::test;

namespace {

bool is_readable(int fd) {
  pollfd look{fd, POLLIN, 0};
  return ::poll(&look, 1, 0) == 1;
}

}  // namespace

TEST_CASE("A blocking pipe is read without waiting, in each of the ways") {
  const auto read = GENERATE(&read_without_waiting, &splice_without_waiting);
  int ends[2];
  REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
  const int flags = ::fcntl(ends[0], F_GETFL);
  char byte = 0;
  CHECK(read(ends[0], &byte) == -1);
  CHECK(errno == EAGAIN);
  REQUIRE(::write(ends[1], "xy", 2) == 2);
  CHECK(read(ends[0], &byte) == 1);
  CHECK(byte == 'x');
  CHECK(read(ends[0], &byte) == 1);
  CHECK(byte == 'y');
  ::close(ends[1]);
  CHECK(read(ends[0], &byte) == 0);
  CHECK(::fcntl(ends[0], F_GETFL) == flags);
  ::close(ends[0]);
}

//     put a, +++ -> | a + + + | -> take: byte `a`
//     nobody takes: | + + + + ... + | -> put: full
TEST_CASE("A channel is given and taken byte by byte, and grows") {
  auto channel = TokenChannel::make_pipe();
  REQUIRE(channel != nullptr);
  char byte = 0;
  CHECK(channel->take(byte) == TokenChannel::Take::nothing);
  CHECK(channel->put('a') == TokenChannel::Put::done);
  CHECK(channel->fill('+', 3) == 3);
  CHECK(channel->waiting() == 4);
  CHECK(channel->take(byte) == TokenChannel::Take::byte);
  CHECK(byte == 'a');
  const size_t fits = channel->make_room(200000);
  CHECK(channel->fill('+', fits) == fits);
  while (channel->put('+') == TokenChannel::Put::done) {
  }
  CHECK(channel->put('+') == TokenChannel::Put::full);
}

TEST_CASE("Only those who do not share a channel with readers are alone") {
  Folder folder;
  const bool fifo = GENERATE(true, false);
  auto channel = fifo ? TokenChannel::make_fifo(folder / "fifo") : TokenChannel::make_pipe();
  REQUIRE(channel != nullptr);
  CHECK(channel->fill('+', 5) == 5);
  const std::vector<int> ends = channel->shared_ends();
  CHECK(channel->is_only_reader());
  CHECK(channel->waiting() == 5);
  CHECK(channel->shared_ends() == ends);
  for (int fd : ends) CHECK((::fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
  const std::string name = fifo ? folder / "fifo" : "/proc/self/fd/" + std::to_string(ends[0]);
  const int other = ::open(name.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  REQUIRE(other >= 0);
  CHECK_FALSE(channel->is_only_reader());
  char byte;
  CHECK(channel->take(byte) == TokenChannel::Take::byte);
  ::close(other);
  CHECK(channel->is_only_reader());
  CHECK(channel->waiting() == 4);
}

TEST_CASE("What happens in a channel wakes only those who watch it") {
  auto channel = TokenChannel::make_pipe();
  REQUIRE(channel != nullptr);
  CHECK(channel->watch_descriptor() == -1);
  channel->watch(true);
  const int watch = channel->watch_descriptor();
  REQUIRE(watch >= 0);
  CHECK_FALSE(is_readable(watch));
  CHECK(channel->put('+') == TokenChannel::Put::done);
  CHECK(is_readable(watch));
  channel->watch(false);
  CHECK_FALSE(is_readable(watch));
  CHECK(channel->is_only_reader());  // the reader is another one now
  channel->watch(true);
  CHECK(is_readable(watch));
}

TEST_CASE("Where nobody reads nothing is written") {
  int full[2], dead[2];
  REQUIRE(::pipe2(full, O_CLOEXEC) == 0);
  REQUIRE(::pipe2(dead, O_CLOEXEC) == 0);
  ::close(dead[0]);
  auto channel = TokenChannel::adopt(full[0], dead[1]);
  REQUIRE(channel != nullptr);
  CHECK(channel->put('+') == TokenChannel::Put::refused);  // and no SIGPIPE
  channel.reset();
  ::close(full[0]);
  ::close(full[1]);
  ::close(dead[1]);
}

TEST_CASE("A name that is taken, or leads nowhere, makes no fifo") {
  Folder folder;
  folder.write("file", "text");
  CHECK(TokenChannel::make_fifo(folder / "file") == nullptr);
  CHECK(errno == EEXIST);
  CHECK(TokenChannel::make_fifo(folder / "none/fifo") == nullptr);
  CHECK(folder.read("file") == "text");
}
