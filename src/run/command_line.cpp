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
      word += line.substr(i + 1, end - i - 1);
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

// `text` with a backslash before what has a meaning for a shell.
std::string quoted_for_shell(std::string_view text) {
  std::string out;
  out.reserve(text.size() + 8);
  for (char c : text) {
    if (is_blank(c) || c == '\\' || c == '\'' || kShellCharacters.find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

// $(SHELL) may be several words, with quotes and backslashes; other characters have no meaning in it.
void append_shell(std::string_view shell, std::string& out) {
  for (const char c : shell) {
    if (kShellCharacters.find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
}

// A newline that no backslash continues does not reach the shell.
std::string_view without_newlines(std::string_view body, std::string& kept) {
  size_t end = body.find('\n');
  if (end == std::string_view::npos) return body;
  size_t from = 0;
  for (; end != std::string_view::npos; end = body.find('\n', end + 1)) {
    if (end > 0 && body[end - 1] == '\\') continue;
    kept += body.substr(from, end - from);
    from = end + 1;
  }
  return kept += body.substr(from);
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
  return skip_blanks(line) == ":" && (shell_flags == "-c" || shell_flags == "-ec") && is_posix_shell(shell);
}

std::vector<std::string> command_argv(std::string_view line, std::string_view shell, std::string_view shell_flags,
                                      bool one_shell, const char* ifs) {
  std::vector<std::string> argv;
  argv.reserve(8);
  std::string_view body = skip_blanks(line);
  if (body.empty()) return argv;
  if (shell.empty()) shell = kDefaultShell;

  const bool direct = shell == kDefaultShell && (shell_flags == "-c" || shell_flags == "-ec") && is_usual_ifs(ifs);
  if (direct && split_simple(body, one_shell, argv)) return argv;

  argv.clear();
  std::string kept;
  if (one_shell) {  // the shell is one word then
    if (is_posix_shell(shell)) body = kept = without_line_prefixes(body);
    argv.emplace_back(shell);
    std::vector<std::string> flags;
    if (split_simple(shell_flags, false, flags)) {
      std::move(flags.begin(), flags.end(), std::back_inserter(argv));
      append_command(body, argv);
      return argv;
    }
    argv.clear();
  }

  // As if all of it were a line of a recipe: the shell, its flags, and the command as one word.
  std::string invocation;
  append_shell(shell, invocation);
  invocation.append(1, ' ').append(shell_flags);
  if (!one_shell) body = without_newlines(body, kept);
  if (invocation.back() != '\\' && split_simple(invocation, false, argv)) {
    if (!body.empty()) append_command(body, argv);
    return argv;
  }
  argv.clear();
  invocation.append(1, ' ').append(quoted_for_shell(body));
  if (split_simple(invocation, false, argv)) return argv;  // a quote of the flags ended in the command
  // Only a shell understands how to call the shell.
  return {std::string(kDefaultShell), "-c", std::move(invocation)};
}

}  // namespace cmz
