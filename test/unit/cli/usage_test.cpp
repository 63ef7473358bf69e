#include <catch2/catch.hpp>

#include "cmzmake/cli/options.h"

using namespace cmz;

TEST_CASE("--help names every option") {
  const std::string text = usage_text("make");
  CHECK(text.rfind("Usage: make [options] [target] ...\nOptions:\n", 0) == 0);
  for (const char* option : {"--always-make", "--eval=", "--jobserver-style=", "--load-average", "--recon",
                             "--shuffle[={SEED|random|reverse|none}]", "--warn-undefined-variables"})
    CHECK(text.find(option) != std::string::npos);
}

TEST_CASE("--version says what it is and what it is compatible with") {
  const std::string text = version_text();
  const std::string first = text.substr(0, text.find('\n'));
  CHECK(first.find("GNU Make 4.4.1") != std::string::npos);
  CHECK(first.find("cmzmake") != std::string::npos);
}
