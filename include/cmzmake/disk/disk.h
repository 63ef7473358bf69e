#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "cmzmake/base/counts.h"
#include "cmzmake/disk/file_time.h"
#include "cmzmake/disk/files_ahead.h"
#include "cmzmake/disk/name_set.h"
#include "cmzmake/disk/times_ahead.h"

namespace cmz {

// What the disk says. The real one answers from caches where make may (see each function);
// the fake is an in-memory tree with settable times.
// Paths are relative to the session's working directory, or absolute; they need no NUL at the end.
class Disk {
 public:
  virtual ~Disk() = default;

  // The modification time of `path`, symbolic links followed; absent() when there is no such file.
  // Always the disk's present answer for a file that exists (a `stat`); a file whose directory was
  // already listed, and that was not in it, may be answered absent without asking.
  // Any other error than a missing file or directory is returned in `error` (ENOENT, ENOTDIR are
  // not errors).
  virtual FileTime mtime(std::string_view path, std::error_code* error = nullptr) = 0;

  // Begins to ask for the times of `names`, which mtime() is likely to be asked for in this order;
  // each has a NUL at its end. nullptr: it does not pay. Its answers are as good as mtime()'s until
  // generation() changes.
  // NOLINTNEXTLINE(performance-unnecessary-value-param): for those who keep them
  virtual std::unique_ptr<TimesAhead> times_ahead(std::vector<const char*> /*names*/) { return nullptr; }

  // As mtime, but the newest of the times of all links on the way and of the file: option -L. A
  // dangling link exists.
  virtual FileTime mtime_newest_link(std::string_view path, std::error_code* error = nullptr) = 0;

  // Whether `path` exists, answered from a cached listing of its directory: one readdir answers
  // any number of questions about it. The manual calls this the directory cache.
  // Files made since the listing are unknown to it until changed() or forget_all() told it. Nothing is listed in a
  // directory that may not be; an error in the middle of one is Fatal here, in names() and in glob().
  virtual bool listed(std::string_view path) = 0;

  // All names for which listed() would say yes in `directory` (with or without a `/` at its end),
  // and perhaps others: what is not in the set is not there. nullptr: ask listed(). Valid until
  // generation() changes.
  virtual const NameSet* names(std::string_view) { return nullptr; }
  virtual uint64_t generation() const { return 0; }

  // Whether there is a file of that name, be it as a dangling link. As with mtime(), the disk is
  // asked; but once only until generation() changes, unless something runs: $(wildcard) asks for
  // the same names over and over.
  virtual bool exists(std::string_view path) = 0;
  // Whether something that make has started runs now, and may make or remove any file at any time.
  virtual void set_something_runs(bool) {}

  virtual bool is_directory(std::string_view path) = 0;

  // The whole file appended to `out`. An error leaves `out` as it was; `*step` becomes what failed: "open" or "read".
  // `time` becomes the modification time of what was read.
  virtual std::error_code read(std::string_view path, std::string& out, FileTime* time = nullptr,
                               const char** step = nullptr) = 0;

  // Begins to read `names`, which read() is likely to be asked for in this order. nullptr: it does not pay. What it has
  // is as good as what read() gives until generation() changes.
  virtual std::unique_ptr<FilesAhead> files_ahead(const std::vector<std::string>& /*names*/) { return nullptr; }

  // Writes (truncating) or appends `text`. `*step` becomes what failed: "open", "write" or "close".
  virtual std::error_code write(std::string_view path, std::string_view text, bool append,
                                const char** step = nullptr) = 0;

  // Sets the modification time to now; makes an empty file when there is none. For -t.
  virtual std::error_code touch(std::string_view path) = 0;
  virtual std::error_code remove(std::string_view path) = 0;

  // The names that match a shell pattern (`*`, `?`, `[...]`, leading `~`), sorted bytewise, as
  // glob(3) gives them, with GLOB_PERIOD off; empty when none matches. A pattern without wildcards
  // matches itself (without its backslashes) when it exists.
  virtual std::vector<std::string> glob(std::string_view pattern) = 0;

  // `~` and `~user` at the start replaced by the home directory; unchanged when there is none.
  // `home` is that of `~` alone; when it is empty, the environment's HOME or the user's is taken.
  virtual std::string expand_tilde(std::string_view path, std::string_view home = {}) = 0;

  // The canonical absolute name, or empty when it does not exist: $(realpath).
  virtual std::string real_path(std::string_view path) = 0;

  // The time of member `member` of the archive `archive`; absent() when either does not exist, when
  // it is no archive, and for a member without a date (deterministic archives have none): it is
  // always made anew. A directory in `member` does not count.
  virtual FileTime member_mtime(std::string_view archive, std::string_view member) = 0;
  // Sets the time of that member in the archive to now: -t for `lib(member)`. Errors: ENOENT, no such archive, or
  // none that may be read; EINVAL, not a valid archive; ENXIO, no such member; others of open and write.
  virtual std::error_code touch_member(std::string_view archive, std::string_view member) = 0;
  // Members of `archive` whose names match the shell pattern, sorted bytewise: for `lib(*.o)`.
  virtual std::vector<std::string> glob_members(std::string_view archive, std::string_view pattern) = 0;

  // A recipe has made (or removed) `path`: cached answers about it are dropped.
  virtual void changed(std::string_view path) = 0;
  // Anything may have changed: after each recipe, after $(shell), before re-reading makefiles.
  // Costs nothing by itself: a listing is read again only if its directory's times have changed.
  virtual void forget_all() = 0;

  virtual DiskCounts counts() const { return {}; }
};

// The real disk, seen from the process's working directory.
std::unique_ptr<Disk> make_real_disk();

}  // namespace cmz
