// Makefiles that are there and cannot be read.
#include <catch2/catch.hpp>
#include <cerrno>
#include <cstring>
#include <string>

#include "cmzmake/base/fatal.h"
#include "fakes/fake_make.h"

using namespace cmz;

namespace {

// What ends the reading of `makefile`, with its place; empty when nothing does.
std::string fatal_of(FakeMake& make, std::string_view makefile) {
  try {
    make.read(makefile);
    return {};
  } catch (const Fatal& fatal) {
    const Location& where = fatal.where();
    return (where.known() ? std::string(where.file) + ":" + std::to_string(where.line) + ": " : "") + fatal.what();
  }
}

}  // namespace

TEST_CASE("A makefile that cannot be opened counts as missing, though it is there") {
  for (const int error : {EACCES, EIO, ELOOP, ENXIO, ENAMETOOLONG, EISDIR}) {
    for (const char* makefile : {"include x.mk\n", "-include x.mk\n"}) {
      FakeMake make;
      make.disk.add("x.mk", 5, "read := yes\n");
      make.disk.fail_open("x.mk", error);
      CHECK(fatal_of(make, makefile).empty());
      const ReadMakefile& last = make.evaluator.makefiles.back();
      CHECK(last.error == error);
      CHECK(last.target->name.view() == "x.mk");
      CHECK(last.target->mtime.is_absent());
    }
  }
}

TEST_CASE("A makefile that could be opened at last has the time it has") {
  FakeMake make;
  make.disk.add("x.mk", 5);
  make.disk.fail_open("x.mk", EACCES);
  make.read("-include x.mk\n");
  make.disk.fail_open("x.mk", 0);
  REQUIRE(make.evaluator.read_makefile("x.mk", false, false));
  CHECK(make.evaluator.makefiles.back().target->mtime.is_unknown());
}

TEST_CASE("Where the system has no more files or memory, make ends at the include") {
  for (const int error : {EMFILE, ENFILE, ENOMEM}) {
    for (const char* makefile : {"\ninclude x.mk\n", "\n-include x.mk\n"}) {
      FakeMake make;
      make.disk.add("x.mk", 5);
      make.disk.fail_open("x.mk", error);
      CHECK(fatal_of(make, makefile) == std::string("Makefile:2: ") + std::strerror(error));
    }
  }
}

TEST_CASE("A makefile that was opened and cannot be read ends make") {
  for (const int error : {EIO, EISDIR, ENOMEM}) {
    for (const char* makefile : {"include x.mk\n", "-include x.mk\n"}) {
      FakeMake make;
      make.disk.add("x.mk", 5);
      make.disk.fail_read("x.mk", error);
      CHECK(fatal_of(make, makefile) == std::string("x.mk: ") + std::strerror(error));
    }
  }
}

TEST_CASE("A makefile in the first directory of -I that has one is the one, be it readable or not") {
  FakeMake make;
  make.disk.add("d/x.mk", 5);
  make.disk.add("e/x.mk", 5);
  make.disk.fail_open("d/x.mk", EACCES);
  make.evaluator.settings.include_dirs = {"c", "d", "e"};
  make.read("include x.mk\n");
  CHECK(make.evaluator.makefiles.back().error == EACCES);
  CHECK(make.evaluator.makefiles.back().target->name.view() == "d/x.mk");
}

TEST_CASE("$(file <) says whether a file could not be opened or not be read") {
  for (const bool opened : {false, true}) {
    FakeMake make;
    make.disk.add("x", 5);
    opened ? make.disk.fail_read("x", EIO) : make.disk.fail_open("x", EIO);
    CHECK(fatal_of(make, "a := $(file <x)\n") ==
          std::string("Makefile:1: ") + (opened ? "read" : "open") + ": x: Input/output error");
  }
}
