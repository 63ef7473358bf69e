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

TEST_CASE("--help has a line for each option, laid out by the length of what stands before its text") {
  const std::string text = usage_text("cmzmake");
  for (const char* lines :
       {"\n  -b, -m                      Ignored for compatibility.\n  -B, --always-make  ",
        "\n  -j [N], --jobs[=N]          Allow N jobs at once; infinite jobs with no arg.\n  --jobserver  ",
        "\n  -O[TYPE], --output-sync[=TYPE]\n                              Synchronize output",
        "\n  -R, --no-builtin-variables  Disable the built-in variable settings.\n  --shuffle[={SEED|",
        "warn of or fail at flaws in makefiles.\n  --warn-undefined-variables  Warn when"})
    CHECK(text.find(lines) != std::string::npos);
  for (const char* ours : {"--warn[", "--print-targets", "--jobserver "}) {
    CHECK(text.find(ours) != std::string::npos);
    CHECK(usage_text("make").find(ours) == std::string::npos);
    CHECK(usage_text("gmake").find(ours) == std::string::npos);
  }
}

TEST_CASE("--version begins as scripts expect it, then says what it is") {
  const std::string text = version_text();
  const size_t end = text.find('\n');
  CHECK(text.substr(0, end) == "GNU Make 4.4.1");
  CHECK(text.substr(end + 1, text.find('\n', end + 1) - end - 1).find("cmzmake " CMZMAKE_VERSION) != std::string::npos);
}
