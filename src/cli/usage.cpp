// --help and --version.
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "cmzmake/cli/options.h"
#include "option_table.h"

namespace cmz {

namespace {

// Lines stand in the order of letters, small ones first, words behind the letter that they begin with.
std::string place(const OptionRow& row) {
  if (!row.place.empty()) return std::string(row.place);
  const char c = row.letter();
  if (c == '\0') return std::string(row.names[0]);
  const bool capital = c >= 'A' && c <= 'Z';
  return {capital ? static_cast<char>(c - 'A' + 'a') : c, capital ? '1' : '0'};
}

// "-j [N], --jobs[=N]"
std::string synopsis(const OptionRow& row) {
  std::string out;
  const auto add = [&](std::string_view dashes, std::string_view name, std::string_view before_argument) {
    if (!out.empty()) out += ", ";
    out += fmt::format("{}{}", dashes, name);
    if (row.takes == Takes::argument) out += fmt::format("{}{}", before_argument, row.argument);
    if (row.takes == Takes::optional) {
      const bool apart = before_argument == " ";
      // Only a number may be the next word.
      if (apart && !row.number_begins.empty()) out += ' ';
      out += fmt::format("[{}{}]", apart ? "" : before_argument, row.argument);
    }
  };
  for (const char& letter : row.letters) add("-", {&letter, 1}, " ");
  for (const std::string_view name : row.names)
    if (!name.empty()) add("--", name, "=");
  return out;
}

// One with a wide synopsis has its text on the next line.
std::string help_line(const OptionRow& row) {
  constexpr size_t kText = 30;
  std::string out = "  " + synopsis(row);
  if (out.size() > kText - 2) return fmt::format("{}\n{:{}}{}\n", out, "", kText, row.help);
  return fmt::format("{:{}}{}\n", out, kText, row.help);
}

}  // namespace

Dialect dialect_of(std::string_view program) {
  return program == "make" || program == "gmake" ? Dialect::gnu : Dialect::own;
}

std::string usage_text(std::string_view program) {
  const bool gnu = dialect_of(program) == Dialect::gnu;
  std::vector<const OptionRow*> rows;
  for (const OptionRow& row : option_table())
    if (!row.help.empty() && (!gnu || row.whose == Whose::gnu)) rows.push_back(&row);
  std::sort(rows.begin(), rows.end(), [](const auto* a, const auto* b) { return place(*a) < place(*b); });
  std::string out = fmt::format("Usage: {} [options] [target] ...\nOptions:\n", program);
  for (const OptionRow* row : rows) out += help_line(*row);
  out += gnu ? "\nThis program built for " CMZMAKE_HOST "\nReport bugs to <bug-make@gnu.org>\n"
             : "\nThis program is cmzmake " CMZMAKE_VERSION ", built for " CMZMAKE_HOST
               "\nReport bugs with the makefile that shows them.\n";
  return out;
}

// The first line is GNU Make's own to the letter: scripts cut the version out of it in many ways, the first or
// the last number, or compare the whole.
std::string version_text() {
  return "GNU Make 4.4.1\n"
         "This is cmzmake " CMZMAKE_VERSION
         ", a drop-in replacement for GNU Make\n"
         "Built for " CMZMAKE_HOST
         "\n"
         "License MIT: free to use, change and redistribute.\n"
         "There is NO WARRANTY, to the extent permitted by law.\n";
}

}  // namespace cmz
