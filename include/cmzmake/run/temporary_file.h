#pragma once

#include <string>
#include <system_error>

namespace cmz {

// A file that others find by its name, and that is gone when make ends, also by a signal that nobody attends to: as
// long as there is one, what would end make at once removes it first. A process has one of them at most.
class TemporaryFile {
 public:
  TemporaryFile() = default;
  // One that this program has made before it executed itself.
  explicit TemporaryFile(std::string path);
  ~TemporaryFile() { remove(); }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  // Makes an empty file; `name` ends in XXXXXX, which becomes something that no other file has, or what was tried last.
  std::error_code make(std::string& name);
  // Empty when there is none. After make() has failed, there is none either.
  const std::string& path() const { return path_; }
  void remove();

 private:
  void own(std::string path);

  std::string path_;
};

}  // namespace cmz
