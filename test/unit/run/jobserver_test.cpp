#include "cmzmake/run/jobserver.h"

#include <poll.h>

#include <algorithm>
#include <catch2/catch.hpp>

#include "run/run_helpers.h"

using namespace cmz;
using namespace cmz::test;

namespace {

struct Pipe {
  Pipe() { made = ::pipe2(ends, O_CLOEXEC) == 0; }
  ~Pipe() {
    ::close(ends[0]);
    if (ends[1] >= 0) ::close(ends[1]);
  }
  std::string auth() const { return std::to_string(ends[0]) + "," + std::to_string(ends[1]); }
  void put(std::string_view bytes) const {
    CHECK(::write(ends[1], bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
  }
  // Takes out everything that is there now.
  std::string drain() const {
    std::string out;
    pollfd look{ends[0], POLLIN, 0};
    char c;
    while (::poll(&look, 1, 0) == 1 && (look.revents & POLLIN) && ::read(ends[0], &c, 1) == 1) out += c;
    return out;
  }
  int ends[2];
  bool made;
};

size_t acquire_all(TokenPool& pool) {
  size_t n = 0;
  while (pool.try_acquire()) ++n;
  return n;
}

std::string reason(const std::string& auth) {
  std::string why;
  CHECK(open_jobserver(auth, &why) == nullptr);
  return why;
}

}  // namespace

TEST_CASE("Without limit there is always a slot, with one slot never a token") {
  UnlimitedPool unlimited;
  CHECK(unlimited.try_acquire());
  SingleSlotPool single;
  CHECK_FALSE(single.try_acquire());
}

TEST_CASE("A server of -jN has N-1 tokens, in either style") {
  const auto style = GENERATE(JobserverStyle::fifo, JobserverStyle::pipe);
  JobserverServer server(4, style);
  CHECK(server.is_server());
  CHECK(acquire_all(server) == 3);
  server.release();
  CHECK(acquire_all(server) == 1);
  server.return_all();
  CHECK(acquire_all(server) == 3);
}

TEST_CASE("A client shares the tokens of the server, in either style") {
  const auto style = GENERATE(JobserverStyle::fifo, JobserverStyle::pipe);
  JobserverServer server(5, style);
  std::string why;
  {
    const auto client = open_jobserver(server.auth(), &why);
    REQUIRE(client != nullptr);
    CHECK_FALSE(client->is_server());
    CHECK(client->auth() == server.auth());
    CHECK(client->try_acquire());
    CHECK(client->try_acquire());
    CHECK(acquire_all(server) == 2);
    CHECK_FALSE(client->try_acquire());
    server.release();
    CHECK(client->try_acquire());
    server.return_all();
    CHECK(acquire_all(server) == 1);
  }
  // The client is gone and gave back its three.
  CHECK(acquire_all(server) == 3);
}

TEST_CASE("The fifo lies in a private folder and both go away") {
  Folder folder;
  {
    JobserverServer server(2, JobserverStyle::fifo, folder.path());
    const std::string path = server.auth().substr(5);
    CHECK(path.compare(0, folder.path().size(), folder.path()) == 0);
    CHECK(std::filesystem::is_fifo(path));
    struct stat directory, fifo;
    REQUIRE(::stat(std::filesystem::path(path).parent_path().c_str(), &directory) == 0);
    REQUIRE(::stat(path.c_str(), &fifo) == 0);
    CHECK((directory.st_mode & 07777) == 0700);
    CHECK((fifo.st_mode & 07777) == 0600);
    CHECK(server.inherited_descriptors().empty());
  }
  CHECK(std::filesystem::is_empty(folder.path()));
}

TEST_CASE("A folder whose name clients would misread is replaced") {
  Folder folder;
  for (const char* name : {"a b", "a$b", "a\\b", "a'b", "a;b"}) {
    REQUIRE(::mkdir((folder / name).c_str(), 0700) == 0);
    JobserverServer server(2, JobserverStyle::fifo, folder / name);
    CHECK(server.auth().compare(0, 18, "fifo:/tmp/cmzmake-") == 0);
    CHECK(std::filesystem::is_empty(folder / name));
  }
}

TEST_CASE("Where no fifo can be made there is a pipe, and the reason") {
  Folder folder;
  std::string why;
  const JobserverServer server(2, JobserverStyle::fifo, folder / "none", &why);
  CHECK(server.auth().find("fifo:") == std::string::npos);
  CHECK(why == folder / "none/GMfifo" + std::to_string(::getpid()) + ": No such file or directory");
}

TEST_CASE("A pool of one has no tokens and can be joined") {
  JobserverServer server(1, GENERATE(JobserverStyle::fifo, JobserverStyle::pipe));
  CHECK(server.tokens() == 0);
  CHECK_FALSE(server.try_acquire());
  std::string why;
  const auto client = open_jobserver(server.auth(), &why);
  REQUIRE(client != nullptr);
  CHECK_FALSE(client->try_acquire());
}

TEST_CASE("The pipe's descriptors are high, closed by exec, and blocking") {
  JobserverServer server(3, JobserverStyle::pipe);
  const std::vector<int> fds = server.inherited_descriptors();
  REQUIRE(fds.size() == 2);
  CHECK(server.auth() == std::to_string(fds[0]) + "," + std::to_string(fds[1]));
  for (int fd : fds) {
    CHECK(fd >= 80);
    CHECK((::fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
    CHECK((::fcntl(fd, F_GETFL) & O_NONBLOCK) == 0);
  }
  CHECK(server.try_acquire());
  CHECK((::fcntl(fds[0], F_GETFL) & O_NONBLOCK) == 0);
}

TEST_CASE("The very bytes that were read are written back") {
  Pipe pipe;
  REQUIRE(pipe.made);
  pipe.put("abcd");
  std::string why;
  auto client = open_jobserver(pipe.auth(), &why);
  REQUIRE(client != nullptr);
  CHECK(acquire_all(*client) == 4);
  CHECK(pipe.drain().empty());
  client->release();
  client->return_all();
  std::string back = pipe.drain();
  std::sort(back.begin(), back.end());
  CHECK(back == "abcd");
  client->release();  // holds none: gives none
  CHECK(pipe.drain().empty());
}

TEST_CASE("A client never makes the shared descriptors non-blocking") {
  Pipe pipe;
  REQUIRE(pipe.made);
  std::string why;
  auto client = open_jobserver(pipe.auth(), &why);
  REQUIRE(client != nullptr);
  CHECK_FALSE(client->try_acquire());  // and yet this does not wait
  for (int fd : pipe.ends) CHECK((::fcntl(fd, F_GETFL) & O_NONBLOCK) == 0);
  CHECK(client->watch_descriptor() != pipe.ends[0]);
  CHECK(client->inherited_descriptors() == std::vector<int>{pipe.ends[0], pipe.ends[1]});
  client.reset();
  for (int fd : pipe.ends) CHECK(::fcntl(fd, F_GETFD) >= 0);  // they belong to the parent make
}

TEST_CASE("A parent's non-blocking pipe serves as well") {
  Pipe pipe;
  REQUIRE(pipe.made);
  ::fcntl(pipe.ends[1], F_SETFL, O_NONBLOCK);
  ::fcntl(pipe.ends[0], F_SETFL, O_NONBLOCK);
  pipe.put("x");
  std::string why;
  auto client = open_jobserver(pipe.auth(), &why);
  REQUIRE(client != nullptr);
  CHECK(client->try_acquire());
  client->release();
  CHECK(pipe.drain() == "x");
}

TEST_CASE("What is no jobserver is refused, with the reason") {
  Folder folder;
  const std::string file = folder.write("file", "++++");
  CHECK(reason("abc") == "invalid --jobserver-auth string 'abc'");
  CHECK(reason("3") == "invalid --jobserver-auth string '3'");
  CHECK(reason("3,") == "invalid --jobserver-auth string '3,'");
  CHECK(reason("3,4x") == "invalid --jobserver-auth string '3,4x'");
  CHECK(reason("-2,-2").empty());
  CHECK(reason("9998,9999").empty());
  CHECK(reason("fifo:" + folder / "none") ==
        "cannot open jobserver " + folder / "none" + ": No such file or directory");
  const std::string stale = folder / "stale";
  REQUIRE(::mkfifo(stale.c_str(), 0600) == 0);
  CHECK(reason("fifo:" + stale) == "cannot open jobserver " + stale + ": No such device or address");
  CHECK_FALSE(reason("fifo:" + file).empty());
  const int fd = ::open(file.c_str(), O_RDWR | O_CLOEXEC);
  CHECK(reason(std::to_string(fd) + "," + std::to_string(fd)).empty());
  ::close(fd);
  CHECK(folder.read("file") == "++++");
  Pipe pipe;
  CHECK(reason(std::to_string(pipe.ends[1]) + "," + std::to_string(pipe.ends[0])).empty());
}

TEST_CASE("A token that finds the pool full stays, is used again, and goes back when there is room") {
  Pipe pipe;
  REQUIRE(pipe.made);
  pipe.put("ab");
  std::string why;
  auto client = open_jobserver(pipe.auth(), &why);
  REQUIRE(client != nullptr);
  CHECK(acquire_all(*client) == 2);
  const std::string junk(static_cast<size_t>(::fcntl(pipe.ends[1], F_GETPIPE_SZ)), '-');
  pipe.put(junk);
  client->release();  // does not wait
  client->release();
  CHECK(client->try_acquire());
  client->release();
  CHECK(pipe.drain() == junk);
  client->return_all();
  std::string back = pipe.drain();
  std::sort(back.begin(), back.end());
  CHECK(back == "ab");
}

TEST_CASE("The server replaces tokens that died with their holder, and only then") {
  JobserverServer server(5, GENERATE(JobserverStyle::fifo, JobserverStyle::pipe));
  std::string why;
  CHECK(server.settle().replaced == 0);
  CHECK(server.try_acquire());
  const bool fifo = server.inherited_descriptors().empty();
  const std::string name =
      fifo ? server.auth().substr(5) : "/proc/self/fd/" + std::to_string(server.inherited_descriptors()[0]);
  const int client = ::open(name.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  char bytes[2];
  REQUIRE(::read(client, bytes, 2) == 2);
  Settlement settled = server.settle();
  CHECK(settled.missing == 2);  // the client may give them back
  CHECK(settled.replaced == 0);
  ::close(client);
  settled = server.settle();
  CHECK(settled.replaced == 2);
  CHECK(settled.missing == 0);
  CHECK(acquire_all(server) == 3);
  settled = server.settle();
  CHECK(settled.replaced + settled.removed == 0);
  server.return_all();
  for (int fd : server.inherited_descriptors())  // as clients know them
    CHECK((::fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
  auto next = open_jobserver(server.auth(), &why);
  REQUIRE(next != nullptr);
  CHECK(acquire_all(*next) == 4);
}

TEST_CASE("The server takes out tokens that are too many") {
  JobserverServer server(3, GENERATE(JobserverStyle::fifo, JobserverStyle::pipe));
  std::string why;
  auto client = open_jobserver(server.auth(), &why);
  REQUIRE(client != nullptr);
  CHECK(client->try_acquire());
  CHECK(client->try_acquire());
  CHECK(server.settle().missing == 2);
  const bool fifo = server.inherited_descriptors().empty();
  const std::string name =
      fifo ? server.auth().substr(5) : "/proc/self/fd/" + std::to_string(server.inherited_descriptors()[1]);
  const int writer = ::open(name.c_str(), O_WRONLY | O_CLOEXEC);
  REQUIRE(::write(writer, "!!!!!", 5) == 5);
  client->return_all();
  SECTION("when it settles") { CHECK(server.settle().removed == 5); }
  SECTION("when it has all that it may have") {
    CHECK(acquire_all(server) == 2);
    server.return_all();
  }
  CHECK(acquire_all(server) == 2);
  ::close(writer);
}

TEST_CASE("A pool that has ended is told once and no longer watched") {
  Pipe pipe, other;
  REQUIRE(pipe.made);
  pipe.put("a");
  std::string why;
  auto client = open_jobserver(std::to_string(pipe.ends[0]) + "," + std::to_string(other.ends[1]), &why);
  REQUIRE(client != nullptr);
  std::vector<std::string> told;
  client->on_lost([&](std::string_view text) { told.emplace_back(text); });
  ::close(pipe.ends[1]);
  pipe.ends[1] = -1;
  CHECK(client->try_acquire());
  CHECK_FALSE(client->try_acquire());
  CHECK_FALSE(client->try_acquire());
  CHECK(told.size() == 1);
  CHECK(client->watch_descriptor() == -1);
  client->release();
  CHECK(other.drain() == "a");
}

TEST_CASE("A device that is always readable and empty ends the pool") {
  const int fd = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  std::string why;
  auto client = open_jobserver(std::to_string(fd) + "," + std::to_string(fd), &why);
  REQUIRE(client != nullptr);
  CHECK_FALSE(client->try_acquire());
  CHECK(client->watch_descriptor() == -1);
  client.reset();
  ::close(fd);
}

TEST_CASE("More tokens than a pipe usually holds do not block") {
  JobserverServer server(100000, GENERATE(JobserverStyle::fifo, JobserverStyle::pipe));
  const size_t n = acquire_all(server);
  CHECK(n > 1000);
  CHECK(n <= 99999);
  server.return_all();
  CHECK(acquire_all(server) == n);
}
