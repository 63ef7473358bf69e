#include "cmzmake/run/command_line.h"

#include <catch2/catch.hpp>

using namespace cmz;
using Words = std::vector<std::string>;

namespace {

Words argv(std::string_view line) { return command_argv(line, "/bin/sh", "-c", false, nullptr); }
Words with_shell(std::string_view line) { return {"/bin/sh", "-c", std::string(line)}; }

}  // namespace

// Every expectation below is what GNU Make 4.4.1 was seen to execute.

TEST_CASE("A blank line runs nothing") {
  CHECK(argv("").empty());
  CHECK(argv(" \t ").empty());
  CHECK(argv("\n") == Words{"\n"});
  CHECK(argv("\r") == Words{"\r"});
}

TEST_CASE("A line without shell syntax is split and executed directly") {
  CHECK(argv("foo a b") == Words{"foo", "a", "b"});
  CHECK(argv("  foo  a\t\tb ") == Words{"foo", "a", "b"});
  CHECK(argv("foo 'a  b' c") == Words{"foo", "a  b", "c"});
  CHECK(argv("foo ''") == Words{"foo", ""});
  CHECK(argv("''") == Words{""});
  CHECK(argv("foo a'b'c") == Words{"foo", "abc"});
  CHECK(argv("foo 'it''s'") == Words{"foo", "its"});
  CHECK(argv("foo 'a\"$x;b'") == Words{"foo", "a\"$x;b"});
  CHECK(argv("foo \\\"x") == Words{"foo", "\"x"});
  CHECK(argv("foo\\ bar baz") == Words{"foo bar", "baz"});
  CHECK(argv("foo \\;") == Words{"foo", ";"});
  CHECK(argv("foo 'a\\b'") == Words{"foo", "a\\b"});
  CHECK(argv("foo a\\") == Words{"foo", "a"});
  CHECK(argv("foo \\") == Words{"foo"});
  CHECK(argv("foo %@:,+-/_.") == Words{"foo", "%@:,+-/_."});
  CHECK(argv("foo \xc3\xa9") == Words{"foo", "\xc3\xa9"});
}

TEST_CASE("Continued lines are joined, inside quotes they are kept") {
  CHECK(argv("foo a\\\n  b") == Words{"foo", "a", "b"});
  CHECK(argv("foo\\\nbar") == Words{"foobar"});
  CHECK(argv("foo 'a\\\nb'") == Words{"foo", "a\\\nb"});
  CHECK(argv("foo a\nfoo b") == Words{"foo", "a\nfoo", "b"});
  CHECK(argv("foo \"a\\\nb\"") == with_shell("foo \"a\\\nb\""));
}

TEST_CASE("What only a shell understands goes to the shell") {
  for (char c : std::string_view("#;\"*?[]&|<>(){}$`^~!")) {
    const std::string line = std::string("foo a") + c + "b";
    CAPTURE(line);
    CHECK(argv(line) == with_shell(line));
  }
  CHECK(argv("foo 'a") == with_shell("foo 'a"));
  CHECK(argv("  foo \"a b\" ") == with_shell("foo \"a b\" "));
}

TEST_CASE("An assignment before the command needs a shell, one after it does not") {
  CHECK(argv("x=1") == with_shell("x=1"));
  CHECK(argv("x=1 foo") == with_shell("x=1 foo"));
  CHECK(argv("foo x=1 y=2") == Words{"foo", "x=1", "y=2"});
  CHECK(argv("x\\=1 foo") == Words{"x=1", "foo"});
}

TEST_CASE("Commands of the shell itself need it, but only as the first word") {
  for (const char* word :
       {".",    ":",        "cd",   "command", "eval",  "exec",  "exit",   "export", "for",   "if",    "read", "set",
        "test", "readonly", "trap", "type",    "umask", "unset", "ulimit", "wait",   "while", "login", "case"}) {
    CAPTURE(word);
    CHECK(argv(word) == with_shell(word));
    CHECK(argv(std::string(word) + " a") == with_shell(std::string(word) + " a"));
    CHECK(argv(std::string("foo ") + word) == Words{"foo", word});
  }
  for (const char* word : {"echo", "true", "kill", "printf", "pwd", "until", "local", "source"}) {
    CAPTURE(word);
    CHECK(argv(std::string(word) + " a") == Words{word, "a"});
  }
}

TEST_CASE("Only the default shell with its usual flags and IFS is done without") {
  const auto run = [](const char* shell, const char* flags, const char* ifs = nullptr) {
    return command_argv("foo a", shell, flags, false, ifs);
  };
  CHECK(run("/bin/sh", "-c") == Words{"foo", "a"});
  CHECK(run("/bin/sh", "-ec") == Words{"foo", "a"});
  CHECK(run("", "-c") == Words{"foo", "a"});
  CHECK(run("/bin/sh", "-c", " \t\n") == Words{"foo", "a"});
  CHECK(run("/bin/sh", "-c", "") == Words{"foo", "a"});
  CHECK(run("/bin/sh", "-c", "x") == Words{"/bin/sh", "-c", "foo a"});
  CHECK(run("/bin/sh", "-c ") == Words{"/bin/sh", "-c", "foo a"});
  CHECK(run("/bin/sh", "-e -c") == Words{"/bin/sh", "-e", "-c", "foo a"});
  CHECK(run("/bin/sh", "-xc") == Words{"/bin/sh", "-xc", "foo a"});
  CHECK(run("/bin/sh", "") == Words{"/bin/sh", "foo a"});
  CHECK(run("/bin/bash", "-c") == Words{"/bin/bash", "-c", "foo a"});
  CHECK(run("sh", "-c") == Words{"sh", "-c", "foo a"});
}

TEST_CASE("The shell and its flags are words of their own, with quotes") {
  CHECK(command_argv("foo", "/bin/sh -x", "-c", false, nullptr) == Words{"/bin/sh", "-x", "-c", "foo"});
  CHECK(command_argv("foo", "/bin/bash", "-o 'pipefail' -c", false, nullptr) ==
        Words{"/bin/bash", "-o", "pipefail", "-c", "foo"});
  CHECK(command_argv("foo `x`; \"y\" 'z' a\\b", "/bin/bash", "-c \"-x\"", false, nullptr) ==
        Words{"/bin/sh", "-c", "/bin/bash -c \"-x\" foo\\ \\`x\\`\\;\\ \\\"y\\\"\\ \\'z\\'\\ a\\\\b"});
}

TEST_CASE("A shell gets no newline but behind a backslash") {
  CHECK(argv("\nfoo \"a\nb\"\n\n") == with_shell("foo \"ab\""));
  CHECK(argv("foo 'a\nb';") == with_shell("foo 'ab';"));
  CHECK(argv("foo a\\\n\nb\\\\\nc;") == with_shell("foo a\\\nb\\\\\nc;"));
  CHECK(command_argv("\n", "/bin/bash", "-c", false, nullptr) == Words{"/bin/bash", "-c"});
  CHECK(command_argv("a\nb", "/bin/bash", "-c \"-x\"", false, nullptr) ==
        Words{"/bin/sh", "-c", "/bin/bash -c \"-x\" ab"});
}

TEST_CASE("Only quotes, backslashes and blanks have a meaning in the shell's name") {
  const auto run = [](const char* shell, const char* flags = "-c", const char* line = "foo a") {
    return command_argv(line, shell, flags, false, nullptr);
  };
  CHECK(run("/x/*$y;z \"") == Words{"/x/*$y;z", "\"", "-c", "foo a"});
  CHECK(run("'/x y'/z\\ z") == Words{"/x y/z z", "-c", "foo a"});
  CHECK(run("/x", "-c\\") == Words{"/x", "-c foo a"});
  CHECK(run("/x", "'a", "foo 'b c") == Words{"/x", "a foo\\ \\b c"});
}

TEST_CASE("With .ONESHELL a newline separates commands") {
  const auto one = [](std::string_view text) { return command_argv(text, "/bin/sh", "-c", true, nullptr); };
  CHECK(one("foo a b") == Words{"foo", "a", "b"});
  CHECK(one("foo a\\\n b") == Words{"foo", "a", "b"});
  CHECK(one("foo '\\\nx'") == Words{"foo", "\\\nx"});
  CHECK(one("foo a\nfoo b") == with_shell("foo a\nfoo b"));
  CHECK(one("foo 'a\n@b'") == Words{"foo", "a\n@b"});
  CHECK(one("@foo;\n -bar \\\n @a \\\\\n @b") == with_shell("foo;\nbar \\\n @a \\\\\nb"));
  CHECK(command_argv("a\n@b", "/opt/my shell", "-c 'x y'", true, nullptr) ==
        Words{"/opt/my shell", "-c", "x y", "a\n@b"});
  CHECK(command_argv(" a\n b", "/usr/bin/perl", "-e", true, nullptr) == Words{"/usr/bin/perl", "-e", "a\n b"});
}

TEST_CASE("A command too long for one argument reaches the shell in pieces") {
  const std::string line = "echo \"" + std::string(300000, 'x') + "\"";
  const Words words = argv(line);
  REQUIRE(words.size() == 7);
  CHECK(words[2] == "eval \"set x; shift; ${1}${2}${3}\"");
  CHECK(words[3] == "/bin/sh");
  CHECK(words[4] + words[5] + words[6] == line);
  for (const std::string& word : words) CHECK(word.size() < 131072);
  CHECK(argv("echo \"" + std::string(131064, 'x') + "\"").size() == 3);
}
