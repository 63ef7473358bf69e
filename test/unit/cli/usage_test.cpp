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

TEST_CASE("--version begins as scripts expect it, then says what it is") {
  const std::string text = version_text();
  const size_t end = text.find('\n');
  CHECK(text.substr(0, end) == "GNU Make 4.4.1");
  CHECK(text.substr(end + 1, text.find('\n', end + 1) - end - 1).find("cmzmake " CMZMAKE_VERSION) != std::string::npos);
}
