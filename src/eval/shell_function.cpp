// $(shell ...) and `!=`. Manual, "The `shell` Function".
#include <fmt/format.h>

#include <algorithm>

#include "cmzmake/base/strings.h"
#include "cmzmake/eval/evaluator.h"
#include "names.h"

namespace cmz {
namespace {

// A NUL ends it. A newline, with a carriage return before it, becomes a space; those at the end vanish: all of them, or
// only the last.
void tidy_shell_output(std::string& output, bool strip_all) {
  output.resize(std::min(output.size(), output.find('\0')));
  size_t to = std::min(output.size(), output.find('\r'));
  for (size_t from = to; from < output.size(); ++from) {
    if (output[from] == '\r' && from + 1 < output.size() && output[from + 1] == '\n') continue;
    output[to++] = output[from];
  }
  output.resize(to);
  while (!output.empty() && output.back() == '\n') {
    output.pop_back();
    if (!strip_all) break;
  }
  for (char& c : output)
    if (c == '\n') c = ' ';
}

}  // namespace

std::string Evaluator::run_shell(std::string_view command, bool strip_all) {
  ++shell_depth_;
  std::vector<std::string> environment;
  for (auto& [name, value] : exported(scope_, true)) {
    name.append(1, '=').append(value);
    environment.push_back(std::move(name));
  }
  --shell_depth_;
  std::vector<const char*> pointers;
  pointers.reserve(environment.size() + 1);
  for (const std::string& entry : environment) pointers.push_back(entry.c_str());
  pointers.push_back(nullptr);

  const std::string program = value_of("SHELL");
  const std::string flags = value_of(".SHELLFLAGS");
  ShellResult result;
  if (settings.shell_known || !program.empty()) {
    result = shell.run({command, program, flags, pointers.data(), db.special.one_shell});
  } else {  // the first word that there is stands for the shell
    std::string_view rest = flags;
    const std::string_view first = next_word(rest);
    result.status = 127;
    result.error = fmt::format("{}: No such file or directory", first.empty() ? command : first);
  }
  disk.forget_all();
  if (!result.error.empty()) diagnostics.bare_error({}, result.error);

  Variable& status = db.globals.at(names_->shell_status);
  status.origin = Origin::override_;
  status.flavor = Flavor::simple;
  status.set_value(std::to_string(result.status));

  tidy_shell_output(result.output, strip_all);
  return std::move(result.output);
}

}  // namespace cmz
