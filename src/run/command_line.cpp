#include "cmzmake/run/command_line.h"

#include <algorithm>
#include <iterator>

#include "cmzmake/base/strings.h"

namespace cmz {
namespace {

constexpr std::string_view kDefaultShell = "/bin/sh";

// Characters that only a shell understands.
constexpr std::string_view kShellCharacters = "#;\"*?[]&|<>(){}$`^~!";

// Words that a shell does itself. Sorted.
constexpr std::string_view kShellCommands[] = {
    ".",    ":",      "alias", "bg",     "break",  "case",  "cd",       "command", "continue", "eval",
    "exec", "exit",   "export", "fc",    "fg",     "for",   "getopts",  "hash",    "if",       "jobs",
    "login", "logout", "read", "readonly", "return", "set",  "shift",    "test",    "times",    "trap",
    "type", "ulimit", "umask", "unalias", "unset", "wait",  "while",
};

// Splits `line` as a shell would; false when it needs a shell.
bool split_simple(std::string_view line, std::vector<std::string>& out) {
  std::string word;
  bool in_word = false;
  bool may_assign = true;  // `=` in one of the first words makes it an assignment
  for (size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (c == '\'') {
      const size_t end = line.find('\'', i + 1);
      if (end == std::string_view::npos) return false;
      const std::string_view quoted = line.substr(i + 1, end - i - 1);
      if (quoted.find("\\\n") != std::string_view::npos) return false;
      word += quoted;
      in_word = true;
      i = end;
    } else if (c == '\\') {
      if (i + 1 >= line.size()) return false;
      if (line[i + 1] == '\n') {
        ++i;  // a continued line
        continue;
      }
      word += line[++i];
      in_word = true;
    } else if (is_blank(c)) {
      if (!in_word) continue;
      if (out.empty() && std::binary_search(std::begin(kShellCommands), std::end(kShellCommands),
                                            std::string_view(word)))
        return false;
      may_assign = false;
      out.push_back(std::move(word));
      word.clear();
      in_word = false;
    } else if (c == '\n' || kShellCharacters.find(c) != std::string_view::npos ||
               (c == '=' && may_assign)) {
      return false;
    } else {
      word += c;
      in_word = true;
    }
  }
  if (in_word) {
    if (out.empty() && std::binary_search(std::begin(kShellCommands), std::end(kShellCommands),
                                          std::string_view(word)))
      return false;
    out.push_back(std::move(word));
  }
  return true;
}

}  // namespace

std::vector<std::string> command_argv(std::string_view line, std::string_view shell,
                                      std::string_view shell_flags, bool one_shell, const char* ifs) {
  std::vector<std::string> argv;
  const std::string_view body = skip_spaces(line);
  if (body.empty()) return argv;

  bool direct = shell == kDefaultShell && (trim(shell_flags) == "-c" || trim(shell_flags) == "-ec");
  if (ifs)
    for (const char* p = ifs; *p; ++p) direct &= *p == ' ' || *p == '\t' || *p == '\n';
  if (one_shell && body.find('\n') != std::string_view::npos) direct = false;
  if (direct && split_simple(body, argv)) return argv;

  argv.clear();
  argv.emplace_back(shell);
  for (std::string_view flag : Words(shell_flags)) argv.emplace_back(flag);
  argv.emplace_back(body);
  return argv;
}

}  // namespace cmz
