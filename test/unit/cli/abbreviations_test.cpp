#include <catch2/catch.hpp>

#include <string>
#include <vector>

#include "cmzmake/base/strings.h"
#include "gnu_abbreviations.h"
#include "option_table.h"

using namespace cmz;

namespace {

// As kGnuAbbreviations says it; options of one meaning are one, whose first name is told.
std::string meaning_of(std::string_view name, Dialect dialect) {
  std::vector<LongOption> candidates;
  if (const LongOption found = find_option(name, dialect, candidates); found.row) return std::string(found.name);
  std::string out = candidates.empty() ? "-" : "?";
  for (const LongOption& each : candidates) out += " " + std::string(each.name);
  return out;
}

bool is_ours(std::string_view name) { return name == "warn" || name == "print-targets" || name == "jobserver"; }

}  // namespace

TEST_CASE("every abbreviation of every option means what it means to GNU Make, under any name of the program") {
  std::string_view rest = kGnuAbbreviations;
  size_t lines = 0;
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(line.size() + 1);
    const size_t colon = line.find(": ");
    const std::string_view name = line.substr(0, colon), meaning = line.substr(colon + 2);
    ++lines;
    INFO(name);
    CHECK(meaning_of(name, Dialect::gnu) == meaning);
    CHECK(meaning_of(name, Dialect::own) == (is_ours(name) ? name : meaning));
  }
  CHECK(lines == 382);
}

TEST_CASE("options of our own have no abbreviations, and under the names of GNU Make there are none") {
  for (const std::string_view name : {"warn", "print-targets", "jobserver"})
    for (size_t size = 1; size <= name.size(); ++size) {
      const std::string_view part = name.substr(0, size);
      INFO(part);
      const bool whole = size == name.size();
      if (whole)
        CHECK(meaning_of(part, Dialect::own) == name);
      else
        CHECK(meaning_of(part, Dialect::own) == meaning_of(part, Dialect::gnu));
      CHECK(meaning_of(part, Dialect::gnu) != "print-targets");
    }
}
