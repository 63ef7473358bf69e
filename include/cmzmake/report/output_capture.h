#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace cmz {

// -O: how the output of parallel jobs is kept together. Manual, "Output During Parallel Execution".
enum class OutputSync { none, line, target, recurse };

// The outputs of running jobs, collected in temporary files and shown in one piece.
class OutputCapture {
 public:
  // `directory`: where the temporary files go.
  OutputCapture(OutputSync mode, std::string directory);
  ~OutputCapture();
  OutputCapture(const OutputCapture&) = delete;
  OutputCapture& operator=(const OutputCapture&) = delete;

  // Whether both outputs can be written: nothing is kept apart otherwise.
  static bool possible();

  OutputSync mode() const { return mode_; }
  void set_mode(OutputSync mode) { mode_ = mode; }

  // The lock that nested makes share: "fnm:PATH" for --sync-mutex; empty when there is none yet.
  std::string mutex_name();
  // Its file, or the last name that was tried.
  const std::string& mutex_path() const { return mutex_path_; }
  // Shares the lock "fnm:PATH" of a parent make. One that cannot be opened is left alone: there is a lock of our own.
  void use_mutex(std::string_view name);

  // A new capture; -1 when temporary files cannot be made (the output then is not collected).
  int open();
  int stdout_fd(int capture) const;
  int stderr_fd(int capture) const;
  void write(int capture, bool to_stderr, std::string_view text);
  // Shows what was collected so far and forgets it.
  void dump(int capture);
  void close(int capture);

  // The capture that make's own lines and those of $(shell) go to now; -1: none.
  void set_current(int capture) { current_ = capture; }
  int current() const { return current_; }

  // What was collected could not be written to standard output, which was told once: the errno, or 0.
  int write_error() const { return write_error_; }

  // What is shown before and after each piece.
  std::string enter_line, leave_line;

 private:
  struct Files {
    int out = -1, err = -1;
    bool used = false;
  };
  void drop_mutex();
  bool lock();
  void unlock();

  OutputSync mode_;
  std::string directory_;
  bool one_file_ = false;  // standard output and standard error are the same file
  int current_ = -1;
  int write_error_ = 0;
  int mutex_ = -1;
  std::string mutex_path_;
  bool own_mutex_ = false;
  std::vector<Files> files_;
};

}  // namespace cmz
