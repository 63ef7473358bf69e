#include "cmzmake/eval/warnings.h"

#include <catch2/catch.hpp>
#include <vector>

using namespace cmz;

namespace {

using enum WarningAction;

WarningControl control(std::string_view options, std::vector<std::string>* complaints = nullptr) {
  WarningControl out;
  out.add(options, [&](const std::string& complaint) {
    if (complaints) complaints->push_back(complaint);
  });
  return out;
}

}  // namespace

TEST_CASE("warning options are cut at blanks and commas and told in a standard order") {
  CHECK(control("").empty());
  CHECK(control(" ,, ").text().empty());
  CHECK(control("error warn").text() == "warn");
  CHECK(control("undefined-var,invalid-ref:error,, ignore\tcircular-dep").text() ==
        "ignore,circular-dep,invalid-ref:error,undefined-var");
  CHECK(control("invalid-var:ignore invalid-var").text() == "invalid-var");
}

TEST_CASE("an action for one type counts more than one for all, in any order") {
  const WarningControl c = control("invalid-ref:ignore error");
  CHECK(c.action(Warning::invalid_ref) == ignore);
  CHECK(c.action(Warning::invalid_var) == error);
  CHECK_FALSE(control("invalid-ref:ignore").action(Warning::invalid_var));
}

TEST_CASE("options that mean nothing are told and skipped") {
  std::vector<std::string> complaints;
  CHECK(control("a invalid-ref:b :warn warn:error invalid-ref:,undefined-var", &complaints).text() == "undefined-var");
  CHECK(complaints == std::vector<std::string>{"unknown warning 'a'", "unknown warning action 'b'",
                                               "unknown warning ''", "unknown warning 'warn'",
                                               "unknown warning action ''"});
}

TEST_CASE("unless warnings are controlled, make warns as 4.4.1 does") {
  Warnings w;
  CHECK_FALSE(w.controlled());
  CHECK(w.action(Warning::circular_dep) == warn);
  CHECK_FALSE(w.about_references());
  CHECK_FALSE(w.about_names());

  w.set_command_line({}, true);  // --warn-undefined-variables
  CHECK_FALSE(w.controlled());
  CHECK(w.action(Warning::undefined_var) == warn);
  CHECK(w.action(Warning::invalid_ref) == ignore);

  w.set_variable(WarningControl{});  // .WARNINGS, be it empty
  CHECK(w.controlled());
  CHECK(w.action(Warning::invalid_ref) == warn);
  CHECK(w.about_names());

  w.set_variable(std::nullopt);
  CHECK_FALSE(w.about_names());
}

TEST_CASE("the command line counts more than .WARNINGS") {
  Warnings w;
  w.set_variable(control("error"));
  CHECK(w.action(Warning::circular_dep) == error);
  w.set_command_line({}, true);
  CHECK(w.action(Warning::undefined_var) == warn);
  w.set_command_line(control("invalid-ref:warn"), false);
  CHECK(w.action(Warning::invalid_ref) == warn);
  CHECK(w.action(Warning::undefined_var) == error);
  w.set_command_line(control("ignore"), false);
  CHECK(w.action(Warning::circular_dep) == ignore);
  CHECK_FALSE(w.about_references());
}
