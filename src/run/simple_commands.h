#pragma once

#include <sys/types.h>

#include <ctime>
#include <string>
#include <vector>

#include "program.h"

namespace cmz {

// Does what a few small programs do, without a process for it: `true`, `mkdir -p`, `touch`, `rm -f` and `rm -rf`; and
// where the output is at hand also `echo`, `cat`, `pwd`, `uname`, `dirname` and `basename`, all with plain words as
// arguments. Whoever looks at the files and the output sees the same; who looks at processes does not.
//
// Nothing is done unless the program is GNU coreutils' own, in /bin or /usr/bin, with no more and no fewer rights than
// make, and the dynamic loader would put nothing into it. And nothing is decided here that may fail: at the first error
// the program itself is to be run, from the beginning. What was done until then it does once more, or finds done.
class SimpleCommands {
 public:
  SimpleCommands();

  // True when the command has been done, with status 0: what it prints is in `output`. False: it is to be run. Without
  // an output only commands that print nothing are done.
  bool run(const Program& program, const std::vector<std::string>& argv, char* const* envp, std::string* output);

 private:
  // A file that was looked into, and what came of it.
  struct Known {
    std::string file;
    dev_t device;
    ino_t inode;
    timespec changed;
    bool genuine;
  };

  bool is_genuine(const Program& program);

  bool is_special_;  // this process's own environment or rights
  std::vector<Known> known_;
};

}  // namespace cmz
