#include <catch2/catch.hpp>

#include "cmzmake/base/fatal.h"
#include "cmzmake/cli/options.h"

using namespace cmz;

namespace {

using Words = std::vector<std::string>;

struct Case {
  std::string_view environment;
  Words arguments;
  std::string_view makeflags;  // what GNU Make 4.4.1 shows as $(value MAKEFLAGS), references expanded
  std::string_view mflags;
};

struct Deaf : OptionListener {
  void assignment(const std::string&) override {}
  void wrong_option(const std::string& line) override { FAIL(line); }
  void wrong_argument(const std::string& message) override { FAIL(message); }
};

Options parsed(std::string_view environment, const Words& arguments) {
  Options options;
  Deaf listener;
  if (!environment.empty()) CHECK(parse_makeflags(environment, options, listener));
  CHECK(parse_command_line(arguments, "make", options, listener));
  check_values(options);
  check_shuffle(options);
  return options;
}

}  // namespace

TEST_CASE("MAKEFLAGS of the command line and the environment") {
  const Case cases[] = {
      {"", {}, "", ""},
      {"", {"-sk"}, "ks", "-ks"},
      {"", {"-k", "-j2"}, "k -j2", "-k -j2"},
      {"", {"-j"}, " -j", "-j"},
      {"", {"-j1"}, " -j1", "-j1"},
      {"", {"-j4", "-l2.50"}, " -j4 -l2.5", "-j4 -l2.5"},
      {"", {"-l"}, "", ""},
      {"", {"-l0"}, " -l0", "-l0"},
      {"", {"-l-2"}, " -l-2", "-l-2"},
      {"", {"-l", "1234567"}, " -l1.23457e+06", "-l1.23457e+06"},
      {"", {"-l", "0.000001"}, " -l1e-06", "-l1e-06"},
      {"", {"-I", "a", "-I", "-", "-Ic"}, " -Ia -I- -Ic", "-Ia -I- -Ic"},
      {"", {"-BdeikLpqrRstnwS"}, "BdeiLnpqrRsStw", "-BdeiLnpqrRsStw"},
      {"", {"-k", "-S"}, "S", "-S"},
      {"", {"-S", "-k"}, "k", "-k"},
      {"", {"-w", "--no-print-directory"}, " --no-print-directory", "--no-print-directory"},
      {"", {"--no-print-directory", "-w"}, "w", "-w"},
      {"", {"-s", "--no-silent"}, " --no-silent", "--no-silent"},
      {"", {"--no-silent", "-s"}, "s", "-s"},
      {"", {"-R"}, "rR", "-rR"},
      {"", {"-bm"}, "", ""},
      {"", {"-Wa", "-ob", "-C."}, "", ""},
      {"", {"-O"}, " -Otarget", "-Otarget"},
      {"", {"-Oline", "-Onone"}, " -Onone", "-Onone"},
      {"", {"--debug=b v"}, " --debug=b\\ v", "--debug=b\\ v"},
      {"", {"--debug", "-d"}, "d --debug=basic", "-d --debug=basic"},
      {"", {"A=b"}, " -- A=b", ""},
      {"", {"A=b c", "X:=1"}, " -- X:=1 A=b\\ c", ""},
      {"", {"A=x\\y", "B=a$$b", "C=d#e"}, " -- C=d#e B=a$$$$b A=x\\\\y", ""},
      {"", {"-E", "X=1 2"}, " --eval=X=1\\ 2", ""},
      {"", {"-EX=1", "-EY:=2", "A=b", "-k"}, "k --eval=X=1 --eval=Y:=2 -- A=b", "-k"},
      {"", {"--jobserver-style=pipe"}, "", ""},
      {"",
       {"--warn-undefined-variables",
        "--trace",
        "--shuffle=3",
        "--no-silent",
        "--no-print-directory",
        "-l3",
        "-O",
        "-j5",
        "-I",
        "x",
        "--debug=v",
        "--debug=b",
        "-E",
        "A=1",
        "--sync-mutex=x",
        "-W",
        "f",
        "-o",
        "g",
        "A=1",
        "--jobserver-auth=3,4",
        "-BeikLpqrRtn"},
       "BeikLnpqrRt -Ix -j5 -l3 -Otarget --debug=v --debug=b --jobserver-auth=3,4 --trace --no-print-directory "
       "--warn-undefined-variables --sync-mutex=x --no-silent --shuffle=3 --eval=A=1 -- A=1",
       "-BeikLnpqrRt -Ix -j5 -l3 -Otarget --debug=v --debug=b --jobserver-auth=3,4 --trace --no-print-directory "
       "--warn-undefined-variables --sync-mutex=x --no-silent --shuffle=3"},
      {"k", {}, "k", "-k"},
      {" -k -j3", {}, "k -j3", "-k -j3"},
      {"--keep-going", {}, "k", "-k"},
      {"k -s", {}, "ks", "-ks"},
      {"k\\s", {}, "ks", "-ks"},
      {"kS", {}, "S", "-S"},
      {"Sk", {}, "k", "-k"},
      {"j3", {}, " -j3", "-j3"},
      {"I foo", {}, " -Ifoo", "-Ifoo"},
      {"E X=1", {}, " --eval=X=1", ""},
      {"--eval=X=1\\ 2", {}, " --eval=X=1\\ 2", ""},
      {"A=b\\ c", {}, " -- A=b\\ c", ""},
      {"kA=b", {}, " -- kA=b", ""},
      {"k\tA=1", {}, "k -- A=1", "-k"},
      {" -- A=b  B=c", {}, " -- B=c A=b", ""},
      {"-k - A=1", {}, "k -- A=1", "-k"},
      {"-- --jobserver-auth=3,4", {}, " -- --jobserver-auth=3,4", ""},
      {"k", {"-S"}, "S", "-S"},
      {"s", {"--no-silent"}, " --no-silent", "--no-silent"},
      {"-j3", {"-j"}, " -j", "-j"},
      {"-j4", {"-j1"}, " -j1", "-j1"},
      {"A=1 B=2", {"B=3", "C=4"}, " -- C=4 B=3 A=1", ""},
      {"A:=1", {"A=2"}, " -- A=2", ""},
      {"-I a", {"-I", "a", "-I", "b"}, " -Ia -Ib", "-Ia -Ib"},
      {"--debug=b", {"--debug=b", "--debug=v"}, " --debug=b --debug=v", "--debug=b --debug=v"},
      {"-Oline", {"-O"}, " -Otarget", "-Otarget"},
      {"--shuffle=1", {"--shuffle=2"}, " --shuffle=2", "--shuffle=2"},
      {"-l3", {"-l"}, "", ""},
  };
  for (const Case& c : cases) {
    CAPTURE(c.environment, c.arguments);
    const Options options = parsed(c.environment, c.arguments);
    CHECK(makeflags_text(options, {}) == c.makeflags);
    CHECK(mflags_text(options) == c.mflags);
  }
}

TEST_CASE("dollars in MAKEFLAGS are doubled, blanks and backslashes quoted") {
  const Options o = parsed("", {"-Ia$b", "-Ia\\b", "-Ic d", "-EX=$$a", "--debug=b\tv"});
  CHECK(makeflags_text(o, {}) == " -Ia$$b -Ia\\\\b -Ic\\ d --debug=b\\\tv --eval=X=$$$$a");
  CHECK(eval_flags_text(o) == "--eval=X=$$$$a");
  CHECK(override_word("A", false, "a$b c") == "A=a$$b\\ c");
  CHECK(override_word("A", true, "\\") == "A:=\\\\");
}

TEST_CASE("MAKEFLAGS with references, and without parts") {
  const Options o = parsed("", {"-k", "-EX=1", "A=b", "--jobserver-auth=3,4"});
  MakeflagsParts parts;
  parts.by_reference = true;
  CHECK(makeflags_text(o, parts) == "k --jobserver-auth=3,4 $(-*-eval-flags-*-) -- $(MAKEOVERRIDES)");
  parts.jobserver = false;
  CHECK(makeflags_text(o, parts) == "k $(-*-eval-flags-*-) -- $(MAKEOVERRIDES)");
  parts.overrides = "X";
  CHECK(makeflags_text(parsed("", {}), parts) == " -- $(X)");
  parts.assignments = false;
  CHECK(makeflags_text(parsed("", {"A=b"}), parts) == "");
  CHECK(without_jobserver(" -j2 --jobserver-auth=3,4 -- A=1 -- B") ==
        " -j2 --jobserver-auth=3,4 --jobserver-auth=-2,-2 -- A=1 -- B");
  CHECK(without_jobserver("-j2 --jobserver-auth=3,4") == "-j2 --jobserver-auth=3,4 --jobserver-auth=-2,-2");
  CHECK(without_jobserver("k") == "k");
}

TEST_CASE("MAKEFLAGS set in a makefile") {
  struct MakefileCase {
    std::string_view environment;
    Words arguments;
    std::string_view text;  // the value as the makefile sees it after it set it
    std::string_view makeflags;
    std::string_view finished;  // when all makefiles are read
  };
  const MakefileCase cases[] = {
      {"", {}, " k", "k", "k"},
      {"", {}, "-k", "k", "k"},
      {"", {}, " -j3", " -j3", " -j3"},
      {"", {}, "rR", "rR", "rR"},
      {"", {}, "R", "R", "rR"},
      {"", {}, " A=b", "", ""},
      {"", {}, "--nope=3 -kZs foo", "ks", "ks"},
      {"", {}, "-k -- -s", "k", "k"},
      {"", {}, "-C / -f x -h -v -o x -W x", "", ""},
      {"", {}, "-k -C", "k", "k"},
      {"",
       {},
       "-j -O -l --debug --shuffle",
       " -j -Otarget --debug=basic --shuffle=random",
       " -j -Otarget --debug=basic --shuffle=random"},
      {"", {}, "--shuffle=bad", " --shuffle=bad", " --shuffle=bad"},
      {"", {"-s"}, "-k", "ks", "ks"},
      {"", {"-k"}, "", "k", "k"},
      {"", {"-S"}, "S -k", "S", "S"},
      {"", {"-k"}, "k -S", "k", "k"},
      {"k", {}, "k -S", "k", "k"},
      {"", {"--no-silent"}, "-s", " --no-silent", " --no-silent"},
      {"", {"-w"}, "--no-print-directory", "w", "w"},
      {"", {"-j2"}, "-j3", " -j3", " -j2"},
      {"", {"-j2"}, "-j", " -j", " -j2"},
      {"", {"-j"}, "-j1", " -j1", " -j"},
      {"-j2", {}, "-j3", " -j3", " -j3"},
      {"", {"-Oline"}, "-Otarget", " -Otarget", " -Otarget"},
      {"", {"--shuffle=2"}, "--shuffle=1", " --shuffle=1", " --shuffle=1"},
      {"", {"-l"}, "-l3", " -l3", " -l3"},
      {"", {"-Iy"}, "-Iy -Ix", " -Iy -Ix", " -Iy -Ix"},
      {"", {"--debug=v"}, "--debug=b", " --debug=v --debug=b", " --debug=v --debug=b"},
      {"", {"-EX=1 2"}, "--eval=X=1\\ 2 -k", "k --eval=X=1\\ 2", "k --eval=X=1\\ 2"},
      {"", {"B=1"}, "k -- B=1", "k -- B=1", "k -- B=1"},
  };
  for (const MakefileCase& c : cases) {
    CAPTURE(c.environment, c.arguments, c.text);
    Options options = parsed(c.environment, c.arguments);
    const MakefileFlags flags = parse_makefile_flags(c.text, options);
    CHECK(flags.complaints.empty());
    CHECK(makeflags_text(options, {}) == c.makeflags);
    CHECK(finish_makefile_flags(options) == (c.makeflags != c.finished));
    CHECK(makeflags_text(options, {}) == c.finished);
  }
}

TEST_CASE("what a makefile's MAKEFLAGS may get wrong") {
  Options options;
  const MakefileFlags flags = parse_makefile_flags("--output-sync= --nope -j0 -k A=b C B:=c", options);
  CHECK(flags.complaints == Words{"the '-O' option requires a non-empty string argument",
                                  "the '-j' option requires a positive integer argument"});
  CHECK(flags.assignments == Words{"A=b", "B:=c"});
  CHECK(options.keep_going);
  CHECK(options.goals.empty());
  CHECK(options.assignments.empty());
  CHECK_THROWS_AS(parse_makefile_flags("-Obad", options), Fatal);
  options.output_sync.clear();
  CHECK_THROWS_AS(parse_makefile_flags("--debug=x", options), Fatal);
}
