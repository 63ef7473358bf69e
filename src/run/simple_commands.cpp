#include "simple_commands.h"

#include <fcntl.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>
#include <span>
#include <string_view>

#include "cmzmake/run/executor.h"

namespace cmz {
namespace {

using Words = std::span<const std::string>;

// What the dynamic loader is told (LD_PRELOAD, LD_LIBRARY_PATH, ...), and what changes the defaults of some programs.
bool is_special(char* const* envp) {
  for (char* const* entry = envp; entry && *entry; ++entry)
    if (std::strncmp(*entry, "LD_", 3) == 0) return true;
  return find_in_environment(envp, "POSIXLY_CORRECT") || find_in_environment(envp, "_POSIX2_VERSION");
}

// Whether execve would hand over all of these: Linux always has room for 128 KiB, and a NUL ends a word.
bool can_be_executed_with(const std::vector<std::string>& argv, char* const* envp) {
  constexpr size_t kRoom = 128 * 1024 - 4096;
  size_t size = 0;
  for (; envp && *envp; ++envp) size += std::strlen(*envp) + 1 + sizeof(char*);
  for (const std::string& word : argv) {
    if (word.find('\0') != std::string::npos) return false;
    size += word.size() + 1 + sizeof(char*);
  }
  return size <= kRoom;
}

// Takes the options at the beginning of `words`; false when one of them is not in `known`.
bool take_options(Words& words, std::initializer_list<std::string_view> known) {
  for (; !words.empty() && words.front().starts_with('-'); words = words.subspan(1))
    if (std::find(known.begin(), known.end(), words.front()) == known.end()) return false;
  return true;
}

// Not an option, a directory for what it ends with, or a name that may mean something else in another process.
bool is_plain_name(const std::string& word) {
  return !word.empty() && word[0] != '-' && word.back() != '/' && !word.starts_with("/dev/") &&
         !word.starts_with("/proc/");
}

bool are_plain_names(Words words) { return std::all_of(words.begin(), words.end(), is_plain_name); }

bool is_directory(const char* name) {
  struct stat st;
  return ::stat(name, &st) == 0 && S_ISDIR(st.st_mode);
}

// Appends what a plain file holds; false when that is not all of it, or too much. Other files are not opened: who waits
// for the other end of a FIFO would take this for it.
bool read_file(const std::string& name, std::string& out) {
  constexpr off_t kLargest = 1 << 20;
  struct stat st;
  if (::stat(name.c_str(), &st) != 0 || !S_ISREG(st.st_mode) || st.st_size > kLargest) return false;
  const int fd = ::open(name.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (fd < 0) return false;
  const size_t before = out.size(), size = static_cast<size_t>(st.st_size);
  out.resize(before + size + 1);  // and one more, to see the end
  const bool whole = ::read(fd, &out[before], size + 1) == st.st_size;
  out.resize(before + size);
  ::close(fd);
  return whole;
}

// mkdir gives the folders above the last the permissions to write and search, whatever the umask.
bool umask_is_usual() {
  const mode_t mask = ::umask(077);
  ::umask(mask);
  return (mask & (S_IWUSR | S_IXUSR)) == 0;
}

bool make_directory(const std::string& name) {
  if (is_directory(name.c_str())) return true;
  if (!umask_is_usual()) return false;
  std::string part;
  for (size_t end = 0; end != std::string::npos;) {
    end = name.find('/', end + 1);
    part.assign(name, 0, end);
    if (::mkdir(part.c_str(), 0777) != 0 && errno != EEXIST) return false;
  }
  return is_directory(name.c_str());
}

// With what touch asks for: a FIFO must not block, a terminal not become ours.
bool touch(const std::string& name) {
  const int fd = ::open(name.c_str(), O_WRONLY | O_CREAT | O_NOCTTY | O_NONBLOCK | O_CLOEXEC, 0666);
  if (fd < 0) return false;
  const bool ok = ::futimens(fd, nullptr) == 0;
  return ::close(fd) == 0 && ok;
}

// A directory is an error to the system, too.
bool remove(const std::string& name) { return ::unlink(name.c_str()) == 0 || errno == ENOENT; }

bool do_true(Words words, std::string&) { return words.empty(); }

bool do_mkdir(Words words, std::string&) {
  if (words.empty() || words.front() != "-p" || !take_options(words, {"-p"}) || words.empty()) return false;
  return are_plain_names(words) && std::all_of(words.begin(), words.end(), make_directory);
}

bool do_touch(Words words, std::string&) {
  return !words.empty() && are_plain_names(words) && std::all_of(words.begin(), words.end(), touch);
}

bool do_rm(Words words, std::string&) {
  if (words.empty() || !words.front().starts_with('-') || !take_options(words, {"-f", "-rf", "-fr"})) return false;
  return are_plain_names(words) && std::all_of(words.begin(), words.end(), remove);
}

bool do_echo(Words words, std::string& output) {
  if (!words.empty() && words.front().starts_with('-')) return false;
  for (size_t i = 0; i < words.size(); ++i) output.append(i > 0, ' ').append(words[i]);
  output += '\n';
  return true;
}

bool do_cat(Words words, std::string& output) {
  return !words.empty() && are_plain_names(words) &&
         std::all_of(words.begin(), words.end(), [&](const auto& name) { return read_file(name, output); });
}

bool do_pwd(Words words, std::string& output) {
  char buffer[PATH_MAX];
  if (!words.empty() || ::getcwd(buffer, sizeof buffer) == nullptr || buffer[0] != '/') return false;
  output.append(buffer).append(1, '\n');
  return true;
}

bool do_uname(Words words, std::string& output) {
  utsname system;
  if (words.size() > 1 || ::uname(&system) != 0) return false;
  const std::string_view option = words.empty() ? "-s" : std::string_view(words.front());
  const char* const text = option == "-s"   ? system.sysname
                           : option == "-n" ? system.nodename
                           : option == "-r" ? system.release
                           : option == "-m" ? system.machine
                                            : nullptr;
  if (text == nullptr) return false;
  output.append(text).append(1, '\n');
  return true;
}

// Names whose folder and last part are what stands before and after their last slash.
bool is_plain_path(const std::string& name) {
  return !name.empty() && name[0] != '-' && name.back() != '/' && name.find("//") == std::string::npos;
}

bool do_dirname(Words words, std::string& output) {
  if (words.size() != 1 || !is_plain_path(words[0])) return false;
  const size_t slash = words[0].rfind('/');
  output.append(slash == std::string::npos ? "." : slash == 0 ? "/" : words[0].substr(0, slash)).append(1, '\n');
  return true;
}

bool do_basename(Words words, std::string& output) {
  if (words.empty() || words.size() > 2 || !is_plain_path(words[0]) || words.back().starts_with('-')) return false;
  std::string_view last = words[0];
  last.remove_prefix(last.rfind('/') + 1);
  if (words.size() == 2 && last != words[1] && last.ends_with(words[1])) last.remove_suffix(words[1].size());
  output.append(last).append(1, '\n');
  return true;
}

struct Command {
  std::string_view name;
  bool (*run)(Words words, std::string& output);
  bool prints;
};

constexpr Command kCommands[] = {
    {"true", do_true, false},      {"mkdir", do_mkdir, false},
    {"touch", do_touch, false},    {"rm", do_rm, false},
    {"echo", do_echo, true},       {"cat", do_cat, true},
    {"pwd", do_pwd, true},         {"uname", do_uname, true},
    {"dirname", do_dirname, true}, {"basename", do_basename, true},
};

const Command* find_command(std::string_view file) {
  for (const std::string_view folder : {"/usr/bin/", "/bin/"})
    if (file.starts_with(folder)) {
      file.remove_prefix(folder.size());
      const auto* const found = std::find_if(std::begin(kCommands), std::end(kCommands),
                                             [&](const Command& command) { return command.name == file; });
      return found == std::end(kCommands) ? nullptr : found;
    }
  return nullptr;
}

// Whether the file is a program of GNU coreutils: not a script, another implementation or a wrapper. One that holds all
// of them is too large to be read.
bool says_coreutils(const std::string& file) {
  std::string text;
  return read_file(file, text) && text.starts_with("\177ELF") && text.find("GNU coreutils") != std::string::npos;
}

}  // namespace

// A make that has got rights by being executed (it is setuid, or its file has capabilities) may do what its children
// may not.
SimpleCommands::SimpleCommands() : is_special_(is_special(environ) || ::getauxval(AT_SECURE) != 0) {}

bool SimpleCommands::run(const Program& program, const std::vector<std::string>& argv, char* const* envp,
                         std::string* output) {
  const Command* const command = find_command(program.file);
  if (!command || (command->prints && !output)) return false;
  if (is_special_ || is_special(envp) || !can_be_executed_with(argv, envp) || !is_genuine(program)) return false;
  std::string nothing;
  return command->run(Words(argv).subspan(1), output ? *output : nothing);
}

// A file is looked into once, and again when it has been changed.
bool SimpleCommands::is_genuine(const Program& program) {
  struct stat st;
  if (program.found)
    st = *program.found;
  else if (::stat(program.file.c_str(), &st) != 0 || ::access(program.file.c_str(), X_OK) != 0)
    return false;
  if ((st.st_mode & (S_ISUID | S_ISGID)) != 0) return false;
  auto known = std::find_if(known_.begin(), known_.end(), [&](const Known& k) { return k.file == program.file; });
  if (known == known_.end()) {
    known_.push_back({program.file, {}, {}, {}, false});
    known = known_.end() - 1;
  } else if (known->device == st.st_dev && known->inode == st.st_ino && known->changed.tv_sec == st.st_ctim.tv_sec &&
             known->changed.tv_nsec == st.st_ctim.tv_nsec) {
    return known->genuine;
  }
  const bool has_rights = ::getxattr(program.file.c_str(), "security.capability", nullptr, 0) >= 0;
  *known = {program.file, st.st_dev, st.st_ino, st.st_ctim, !has_rights && says_coreutils(program.file)};
  return known->genuine;
}

}  // namespace cmz
