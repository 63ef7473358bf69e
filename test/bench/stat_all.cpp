// The bare system calls of a null build: one stat for each path that the file lists. What no make can go below.
#include <sys/stat.h>

#include <cstdio>
#include <fstream>
#include <string>

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  std::ifstream paths(argv[1]);
  size_t found = 0, asked = 0;
  for (std::string path; std::getline(paths, path); ++asked) {
    struct stat st;
    found += ::stat(path.c_str(), &st) == 0;
  }
  std::printf("%zu of %zu\n", found, asked);
}
