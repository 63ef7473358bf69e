#include "cmzmake/cli/options.h"

#include <catch2/catch.hpp>

#include "cmzmake/base/fatal.h"

using namespace cmz;

namespace {

using Words = std::vector<std::string>;

// Writes down what it hears, a line for each.
struct Recorder : OptionListener {
  explicit Recorder(const Options& o) : options(o) {}
  void assignment(const std::string& text) override {
    heard += (options.print_directory ? "after -w: " : "") + text + "\n";
  }
  void wrong_option(const std::string& line) override { wrong += line + "\n"; }
  void wrong_argument(const std::string& message) override { wrong += "make: " + message + "\n"; }
  const Options& options;
  std::string heard, wrong;
};

struct Result {
  Options options;
  std::string heard;
  std::string wrong;
};

Result result_of(const Words& arguments, std::string_view makeflags) {
  Result result;
  Recorder recorder(result.options);
  bool right = makeflags.empty() || parse_makeflags(makeflags, result.options, recorder);
  right = right && parse_command_line(arguments, "/bin/make", result.options, recorder);
  CHECK(right == recorder.wrong.empty());
  if (right) {
    check_values(result.options);
    check_shuffle(result.options);
  }
  result.heard = recorder.heard;
  result.wrong = recorder.wrong;
  return result;
}

Options parsed(const Words& arguments, std::string_view makeflags = {}) {
  Result result = result_of(arguments, makeflags);
  CHECK(result.wrong.empty());
  return result.options;
}

// The messages of a wrong command line; "*** MESSAGE" when no usage text follows it.
std::string error_of(const Words& arguments, std::string_view makeflags = {}) {
  try {
    std::string wrong = result_of(arguments, makeflags).wrong;
    if (wrong.empty()) return "none";
    wrong.pop_back();
    return wrong;
  } catch (const Fatal& error) {
    return "*** " + std::string(error.what());
  }
}

}  // namespace

TEST_CASE("an option without a letter is found by its name or an abbreviation") {
  CHECK(parsed({"--keep-going"}).keep_going);
  CHECK(parsed({"--k"}).keep_going);
  CHECK(parsed({"--no-s"}).no_silent);
  CHECK(parsed({"--rec"}).dry_run);
  CHECK(parsed({"--just"}).dry_run);
  CHECK(parsed({"--warn-u"}).warn_undefined);
  CHECK(parsed({"--ver"}).version);
  CHECK(parsed({"--h"}).help);
  CHECK(parsed({"--debug"}).debug == Words{"basic"});
  CHECK(parsed({"--jobs"}).jobs == Options::kJobsUnlimited);
  CHECK(parsed({"--quiet", "--stop"}).silent);
  CHECK(parsed({"--quiet", "--stop"}).stop);
}

TEST_CASE("options that GNU Make 4.4.1 does not have take no abbreviation from one that it has") {
  CHECK(parsed({"--war"}).warn_undefined);
  CHECK(parsed({"--war"}).warnings.empty());
  CHECK_FALSE(parsed({"--warn"}).warn_undefined);
  CHECK(parsed({"--warn"}).warnings.text() == "warn");
  CHECK(parsed({"--print-targets"}).print_targets);
  CHECK(error_of({"--print-t"}) == "/bin/make: unrecognized option '--print-t'");
  CHECK(error_of({"--print-"}) ==
        "/bin/make: option '--print-' is ambiguous; possibilities: '--print-data-base' '--print-directory'");
}

TEST_CASE("--warn takes part of --warn-undefined-variables") {
  CHECK(parsed({"--warn-undefined-variables", "--warn=invalid-ref"}).warnings.text() == "invalid-ref,undefined-var");
  CHECK_FALSE(parsed({"--warn-undefined-variables", "--warn=invalid-ref"}).warn_undefined);
  CHECK(parsed({"--warn-undefined-variables"}, "--warn=undefined-var:error").warnings.text() == "undefined-var");
  CHECK(error_of({"--warn=no-such"}) == "*** unknown warning 'no-such'");
}

TEST_CASE("arguments stand in the same word or in the next one") {
  CHECK(parsed({"-fa", "-f", "b", "--file=c", "--makefile", "d"}).makefiles == Words{"a", "b", "c", "d"});
  CHECK(parsed({"-C", "a", "-Cb", "-C", "a"}).directories == Words{"a", "b"});
  CHECK(parsed({"-I", "a", "-Ib", "--include-dir=a", "-I-"}).include_dirs == Words{"a", "b", "-"});
  CHECK(parsed({"-E", "A=1", "-EA=2", "--eval=A=1"}).evals == Words{"A=1", "A=2"});
  CHECK(parsed({"-W", "a", "--new-file=b", "--assume-new", "c"}).new_files == Words{"a", "b", "c"});
  CHECK(parsed({"-oa", "--old-file", "b", "--assume-old=c"}).old_files == Words{"a", "b", "c"});
  CHECK(parsed({"-kC", "dir"}).directories == Words{"dir"});
  CHECK(parsed({"--jobserver-fds=3,4", "--jobserver-auth=5,6"}).jobserver_auth == "5,6");
  CHECK(parsed({"--temp-stdin=x"}).makefiles == std::vector<std::string>{"x"});
  CHECK(parsed({"--temp-stdin=x"}).makefiles == Words{"x"});
}

TEST_CASE("-j and -l take a number from the next word") {
  struct Case {
    Words arguments;
    int jobs;
    Words goals;
  };
  const Case cases[] = {
      {{}, Options::kJobsUnset, {}},
      {{"-j"}, Options::kJobsUnlimited, {}},
      {{"-j4"}, 4, {}},
      {{"-j", "4"}, 4, {}},
      {{"--jobs", "4"}, 4, {}},
      {{"--jobs=4"}, 4, {}},
      {{"-j", "2", "3"}, 2, {"3"}},
      {{"-j", "3k"}, Options::kJobsUnlimited, {"3k"}},
      {{"-j", "+3"}, Options::kJobsUnlimited, {"+3"}},
      {{"-j+3"}, 3, {}},
      {{"-j 3"}, 3, {}},
      {{"-j", "-k"}, Options::kJobsUnlimited, {}},
      {{"-j", "all"}, Options::kJobsUnlimited, {"all"}},
      {{"-j2", "-j3"}, 3, {}},
      {{"-j2", "-j"}, Options::kJobsUnlimited, {}},
      {{"-j4294967297"}, 1, {}},
      {{"-j-1"}, Options::kJobsUnset, {}},
      {{"-j99999999999999999999"}, Options::kJobsUnset, {}},
  };
  for (const Case& c : cases) {
    CAPTURE(c.arguments);
    const Options options = parsed(c.arguments);
    CHECK(options.jobs == c.jobs);
    CHECK(options.jobs_here == (c.jobs != Options::kJobsUnset));
    CHECK(options.goals == c.goals);
  }
  CHECK(parsed({"-l"}).max_load == Options::kNoLoadLimit);
  CHECK(parsed({"-l", "2.5"}).max_load == 2.5);
  CHECK(parsed({"-l", "3x"}).max_load == 3);
  CHECK(parsed({"-l", ".5"}).max_load == 0.5);
  CHECK(parsed({"-lbad"}).max_load == 0);
  CHECK(parsed({"--max-load="}).max_load == 0);
  CHECK(parsed({"-l", "bad"}).goals == Words{"bad"});
  CHECK(parsed({"-l2", "--load"}).max_load == Options::kNoLoadLimit);
  CHECK_FALSE(parsed({}, "-j4").jobs_here);
  CHECK(parsed({}, "-j4").jobs == 4);
}

TEST_CASE("what GNU Make does not have: -jauto, and --jobserver by its full name") {
  CHECK(parsed({"-jauto"}).jobs >= 1);
  CHECK(parsed({"--jobs=auto"}).jobs == parsed({"-jauto"}).jobs);
  CHECK(parsed({}, "-jauto").jobs == parsed({"-jauto"}).jobs);
  CHECK(parsed({"-j", "auto"}).jobs == Options::kJobsUnlimited);  // a goal, as for GNU Make
  CHECK(parsed({"-j", "auto"}).goals == Words{"auto"});
  CHECK_FALSE(parsed({"-j1"}).jobserver_wanted);
  CHECK(parsed({"-j1", "--jobserver"}).jobserver_wanted);
  CHECK(makeflags_text(parsed({"-j1", "--jobserver"}), {}) == " -j1");
  CHECK(error_of({"--jobserve"}).find("'--jobserver-style'") != std::string::npos);
  CHECK(error_of({"--jobserve"}).find("'--jobserver'") == std::string::npos);
}

TEST_CASE("operands are goals and assignments") {
  const Options o = parsed({"a", "X=1", "b", "", "-", "Y:=2", " Z =3", "--", "-k", "V!=x", "--"});
  CHECK(o.goals == Words{"a", "b", "-k", "--"});
  CHECK(o.assignments == Words{"X=1", "Y:=2", " Z =3", "V!=x"});
  CHECK_FALSE(o.keep_going);
  for (const char* goal : {"A B=1", "override A=1", "export A=1", "private A=1", "A:B=1", "define A=1"})
    CHECK(parsed({goal}).goals == Words{goal});
  for (const char* text : {"A+=1", "A?=1", "A::=1", "A:::=1", "A=", "define=1", "$(X)=1"})
    CHECK(parsed({text}).assignments == Words{text});
  CHECK(parsed({"g"}, "k foo A=1").goals == Words{"foo", "g"});
}

TEST_CASE("assignments are heard of in their place") {
  CHECK(result_of({"A=1", "g", "-w", "B:=2"}, "").heard == "A=1\nafter -w: B:=2\n");
  CHECK(result_of({"C!=3"}, "w -- A=1 B=2").heard == "after -w: A=1\nafter -w: B=2\nafter -w: C!=3\n");
  CHECK(result_of({"A=1", "--nope", "B=2"}, "").heard == "A=1\nB=2\n");
  CHECK(result_of({"A=1"}, "--nope B=2").heard == "B=2\n");
}

TEST_CASE("wrong options are told as getopt does") {
  struct Case {
    Words arguments;
    const char* message;
  };
  const Case cases[] = {
      {{"--nope"}, "/bin/make: unrecognized option '--nope'"},
      {{"--nope=3"}, "/bin/make: unrecognized option '--nope=3'"},
      {{"--b"}, "/bin/make: unrecognized option '--b'"},
      {{"-kZ"}, "/bin/make: invalid option -- 'Z'"},
      {{"-Zk"}, "/bin/make: invalid option -- 'Z'"},
      {{"-ZY"}, "/bin/make: invalid option -- 'Z'\n/bin/make: invalid option -- 'Y'"},
      {{"-k=3"}, "/bin/make: invalid option -- '='\n/bin/make: invalid option -- '3'"},
      {{"-j", "-1"}, "/bin/make: invalid option -- '1'"},
      {{"-C"}, "/bin/make: option requires an argument -- 'C'"},
      {{"-kf"}, "/bin/make: option requires an argument -- 'f'"},
      {{"--directory"}, "/bin/make: option '--directory' requires an argument"},
      {{"--ne"}, "/bin/make: option '--new-file' requires an argument"},
      {{"--keep=3"}, "/bin/make: option '--keep-going' doesn't allow an argument"},
      {{"--=3"}, "/bin/make: option '--' doesn't allow an argument"},
      {{"--no"},
       "/bin/make: option '--no' is ambiguous; possibilities: '--no-builtin-rules' '--no-builtin-variables' "
       "'--no-keep-going' '--no-print-directory' '--no-silent'"},
      {{"--no=3"},
       "/bin/make: option '--no=3' is ambiguous; possibilities: '--no-builtin-rules' '--no-builtin-variables' "
       "'--no-keep-going' '--no-print-directory' '--no-silent'"},
      {{"--n"},
       "/bin/make: option '--n' is ambiguous; possibilities: '--no-builtin-rules' '--no-builtin-variables' "
       "'--no-keep-going' '--no-print-directory' '--no-silent' '--new-file'"},
      {{"--s"}, "/bin/make: option '--s' is ambiguous; possibilities: '--silent' '--sync-mutex' '--shuffle' '--stop'"},
      {{"--t"}, "/bin/make: option '--t' is ambiguous; possibilities: '--touch' '--trace' '--temp-stdin'"},
      {{"--d"}, "/bin/make: option '--d' is ambiguous; possibilities: '--directory' '--debug' '--dry-run'"},
      {{"--m"}, "/bin/make: option '--m' is ambiguous; possibilities: '--max-load' '--makefile'"},
      {{"--a"}, "/bin/make: option '--a' is ambiguous; possibilities: '--always-make' '--assume-new' '--assume-old'"},
      {{"--j"},
       "/bin/make: option '--j' is ambiguous; possibilities: '--just-print' '--jobs' '--jobserver-auth' "
       "'--jobserver-fds' '--jobserver-style'"},
      {{"--w"}, "/bin/make: option '--w' is ambiguous; possibilities: '--what-if' '--warn-undefined-variables'"},
      {{"--q"}, "/bin/make: option '--q' is ambiguous; possibilities: '--question' '--quiet'"},
      {{"-j0"}, "make: the '-j' option requires a positive integer argument"},
      {{"-j", "0"}, "make: the '-j' option requires a positive integer argument"},
      {{"--jobs="}, "make: the '-j' option requires a positive integer argument"},
      {{"-jk"}, "make: the '-j' option requires a positive integer argument"},
      {{"-j3 "}, "make: the '-j' option requires a positive integer argument"},
      {{"-C", ""}, "make: the '-C' option requires a non-empty string argument"},
      {{"--assume-new="}, "make: the '-W' option requires a non-empty string argument"},
      {{"--output-sync="}, "make: the '-O' option requires a non-empty string argument"},
      {{"--debug="}, "make: the '--debug' option requires a non-empty string argument"},
      {{"--shuffle="}, "make: the '--shuffle' option requires a non-empty string argument"},
      {{"--jobserver-auth="}, "make: the '--jobserver-auth' option requires a non-empty string argument"},
      {{"-j0", "--nope", "--debug=", "--debug=x"},
       "make: the '-j' option requires a positive integer argument\n"
       "/bin/make: unrecognized option '--nope'\n"
       "make: the '--debug' option requires a non-empty string argument"},
      {{"-O", ""}, "none"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.arguments);
    CHECK(error_of(c.arguments) == c.message);
  }
}

TEST_CASE("values that make does not know") {
  CHECK(error_of({"-Obad"}) == "*** unknown output-sync type 'bad'");
  CHECK(error_of({"-Obad", "-Oline"}) == "none");
  CHECK(error_of({}, "-Obad") == "*** unknown output-sync type 'bad'");
  CHECK(error_of({"--debug=x"}) == "*** unknown debug level specification 'x'");
  CHECK(error_of({"--debug=b,x,v"}) == "*** unknown debug level specification 'x,v'");
  CHECK(error_of({"--debug=basic,,v"}) == "*** unknown debug level specification ',v'");
  CHECK(error_of({"--debug=b, v"}) == "*** unknown debug level specification ' v'");
  CHECK(error_of({"--debug=x", "--debug=y", "-Obad"}) == "*** unknown debug level specification 'x'");
  CHECK(error_of({"--shuffle=bad"}) == "*** invalid shuffle mode: Invalid value: 'bad'");
  CHECK(error_of({"--shuffle=1x"}) == "*** invalid shuffle mode: Invalid value: '1x'");
  CHECK(error_of({"--shuffle=bad", "--shuffle=1"}) == "none");
  CHECK(error_of({"-h", "--debug=x"}) == "*** unknown debug level specification 'x'");
}

TEST_CASE("the environment's flags are told without the program's name by getopt") {
  CHECK(error_of({}, "--nope") == ": unrecognized option '--nope'");
  CHECK(error_of({}, "kZs") == ": invalid option -- 'Z'");
  CHECK(error_of({}, "4") == ": invalid option -- '4'");
  CHECK(error_of({}, "k\\") == ": invalid option -- '\\'");
  CHECK(error_of({}, "f") == ": option requires an argument -- 'f'");
  CHECK(error_of({}, "-j0") == "make: the '-j' option requires a positive integer argument");
}

TEST_CASE("debug levels") {
  CHECK_FALSE(parsed({}).debug_flags().any());
  const DebugFlags all = parsed({"-d"}).debug_flags();
  CHECK((all.basic && all.verbose && all.implicit && all.jobs && all.makefile && all.print && all.why));
  const DebugFlags implicit = parsed({"--debug=Implicit"}).debug_flags();
  CHECK((implicit.basic && implicit.implicit && !implicit.verbose));
  const DebugFlags why = parsed({"--debug=why j"}).debug_flags();
  CHECK((why.why && why.jobs && !why.basic));
  CHECK_FALSE(parsed({"--debug=v", "--debug=none"}).debug_flags().any());
  CHECK(parsed({"--debug=none,b"}).debug_flags().basic);
}

TEST_CASE("shuffle modes are normalized") {
  CHECK(parsed({"--shuffle=Reverse"}).shuffle == "reverse");
  CHECK(parsed({"--shuffle=Identity"}).shuffle == "identity");
  CHECK(parsed({"--shuffle=none"}).shuffle == "");
  CHECK(parsed({"--shuffle=none"}, "--shuffle=1").shuffle == "");
  CHECK(parsed({"--shuffle=007"}).shuffle == "7");
  CHECK(parsed({"--shuffle=-1"}).shuffle == "4294967295");
  CHECK(parsed({"--shuffle=99999999999"}).shuffle == "1215752191");
  const std::string seed = parsed({"--shuffle"}).shuffle;
  CHECK(seed.find_first_not_of("0123456789") == std::string::npos);
  CHECK_FALSE(seed.empty());
}

TEST_CASE("long command lines are read in linear time") {
  Words words(200000, "goal");
  CHECK(parsed(words).goals.size() == words.size());
}

TEST_CASE("a make that starts again reads the copy of standard input") {
  const auto again = [](const Words& words) { return arguments_with_temp_stdin(words, "F"); };
  const std::string temp = "--temp-stdin=F";
  CHECK(again({"make", "-f-", "all"}) == Words{"make", temp, "all"});
  CHECK(again({"make", "-fa", "-f", "-", "all"}) == Words{"make", "-fa", temp, "all"});
  CHECK(again({"make", "-Rf-", "-C", "-f-"}) == Words{"make", "-R", temp, "-C", "-f-"});
  CHECK(again({"make", "-Rkf", "-", "-"}) == Words{"make", "-Rk", temp, "-"});
  CHECK(again({"make", "--file=-"}) == Words{"make", temp});
  CHECK(again({"make", "--mak", "-", "-j", "4"}) == Words{"make", temp, "-j", "4"});
  CHECK(again({"make", "-j4f-", "-If-", "--", "-f-"}) == Words{"make", "-j4f-", "-If-", "--", "-f-"});
  CHECK(again({"make", "-f", "x", "-k", "--eval", "-f-"}) == Words{"make", "-f", "x", "-k", "--eval", "-f-"});
}
