#include "cmzmake/run/command_line.h"

#include <algorithm>
#include <iterator>

#include "cmzmake/base/shells.h"
#include "cmzmake/base/strings.h"

namespace cmz {
namespace {

constexpr std::string_view kDefaultShell = "/bin/sh";

// The kernel takes no longer argument (without its final NUL).
constexpr size_t kLongestArgument = 131071;

// Characters that only a shell understands.
constexpr std::string_view kShellCharacters = "#;\"*?[]&|<>(){}$`^~!";

// Words that a shell does itself. Sorted.
constexpr std::string_view kShellCommands[] = {
    ".",     ":",      "alias",  "bg",       "break",  "case", "cd",      "command", "continue", "eval",
    "exec",  "exit",   "export", "fc",       "fg",     "for",  "getopts", "hash",    "if",       "jobs",
    "login", "logout", "read",   "readonly", "return", "set",  "shift",   "test",    "times",    "trap",
    "type",  "ulimit", "umask",  "unalias",  "unset",  "wait", "while",
};

bool is_shell_command(std::string_view word) {
  return std::binary_search(std::begin(kShellCommands), std::end(kShellCommands), word);
}

// Splits `line` as a shell would; false when it needs a shell. A newline is an ordinary character
// as in GNU Make, unless it separates the commands of a .ONESHELL recipe.
bool split_simple(std::string_view line, bool newline_separates, std::vector<std::string>& out) {
  std::string word;
  bool in_word = false;
  const auto end_word = [&] {
    if (out.empty() && is_shell_command(word)) return false;
    out.push_back(std::move(word));
    word.clear();
    in_word = false;
    return true;
  };
  for (size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (c == '\'') {
      const size_t end = line.find('\'', i + 1);
      if (end == std::string_view::npos) return false;
      const std::string_view quoted = line.substr(i + 1, end - i - 1);
      if (newline_separates)
        for (size_t n = quoted.find('\n'); n != std::string_view::npos; n = quoted.find('\n', n + 1))
          if (n == 0 || quoted[n - 1] != '\\') return false;
      word += quoted;
      in_word = true;
      i = end;
    } else if (c == '\\') {
      if (i + 1 >= line.size()) break;  // quotes nothing
      ++i;
      if (line[i] == '\n') continue;  // a continued line
      word += line[i];
      in_word = true;
    } else if (is_blank(c)) {
      if (in_word && !end_word()) return false;
    } else if (kShellCharacters.find(c) != std::string_view::npos || (c == '=' && out.empty()) ||
               (c == '\n' && newline_separates)) {
      return false;
    } else {
      word += c;
      in_word = true;
    }
  }
  return !in_word || end_word();
}

// `text` so that a shell reads it as one word.
std::string quoted_for_shell(std::string_view text) {
  std::string out;
  out.reserve(text.size() + 8);
  for (char c : text) {
    if (is_blank(c) || c == '\\' || c == '\'' || kShellCharacters.find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

// Appends `body` as a shell's command. Too long for one argument, it is put together by the shell.
void append_command(std::string_view body, std::vector<std::string>& argv) {
  if (body.size() <= kLongestArgument) {
    argv.emplace_back(body);
    return;
  }
  std::string together = "eval \"set x; shift; ";
  const size_t pieces = (body.size() + kLongestArgument - 1) / kLongestArgument;
  for (size_t i = 1; i <= pieces; ++i) together += "${" + std::to_string(i) + "}";
  together += '"';
  argv.push_back(std::move(together));
  argv.push_back(argv.front());  // $0
  for (size_t i = 0; i < pieces; ++i) argv.emplace_back(body.substr(i * kLongestArgument, kLongestArgument));
}

// Whether IFS separates at blanks and newlines only.
bool is_usual_ifs(const char* ifs) {
  for (; ifs != nullptr && *ifs != '\0'; ++ifs)
    if (*ifs != ' ' && *ifs != '\t' && *ifs != '\n') return false;
  return true;
}

}  // namespace

bool runs_nothing(std::string_view line, std::string_view shell, std::string_view shell_flags) {
  return skip_spaces(line) == ":" && (shell_flags == "-c" || shell_flags == "-ec") && is_posix_shell(shell);
}

std::vector<std::string> command_argv(std::string_view line, std::string_view shell, std::string_view shell_flags,
                                      bool one_shell, const char* ifs) {
  std::vector<std::string> argv;
  argv.reserve(8);
  const std::string_view body = one_shell ? skip_blanks(line) : skip_spaces(line);
  if (skip_spaces(body).empty()) return argv;
  if (shell.empty()) shell = kDefaultShell;

  const bool direct = shell == kDefaultShell && (shell_flags == "-c" || shell_flags == "-ec") && is_usual_ifs(ifs);
  if (direct && split_simple(body, one_shell, argv)) return argv;

  // The shell and its flags may be several words, quoted as in a recipe.
  argv.clear();
  std::string invocation(shell);
  invocation.append(1, ' ').append(shell_flags);
  if (split_simple(invocation, false, argv)) {
    append_command(body, argv);
  } else {  // only a shell understands how to call the shell
    invocation.append(1, ' ').append(quoted_for_shell(body));
    argv = {std::string(kDefaultShell), "-c", std::move(invocation)};
  }
  return argv;
}

}  // namespace cmz
