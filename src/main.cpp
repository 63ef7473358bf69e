#include <unistd.h>

#include "cmzmake/cli/session.h"

int main(int argc, char** argv) {
  std::vector<std::string> arguments(argv, argv + argc);
  std::vector<std::string> environment;
  for (char** entry = environ; *entry; ++entry) environment.emplace_back(*entry);
  return cmz::Session(std::move(arguments), std::move(environment)).run();
}
