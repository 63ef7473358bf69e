#pragma once

#include <string>
#include <string_view>

#include "cmzmake/base/strings.h"
#include "cmzmake/disk/disk.h"

namespace cmz {

// The file names of a rule's side or of `include`: words, with backslashes quoting blanks, `./` at
// the start removed, wildcards and `~` expanded, and `lib(a b)` split into `lib(a) lib(b)`.
class FileNames {
 public:
  // Whether round brackets mean members of archives.
  enum class Archives : bool { unknown, known };
  // `disk` expands wildcards; without it they stay.
  FileNames(std::string_view text, Disk* disk, Archives archives = Archives::known)
      : text_(text), disk_(disk), archives_(archives) {}

  // Calls `take(std::string_view)` for each name. The view lives until the next call.
  template <class Take>
  void for_each(Take take) const {
    static constexpr ByteSet kSpecial("\\*?[~(");
    if (!kSpecial.any_in(text_)) {
      std::string_view rest = text_;
      for (std::string_view w = next_name(rest); !w.empty(); w = next_name(rest)) take(without_dot_slash(w));
      return;
    }
    Careful careful{text_, disk_, archives_};
    for (std::string_view name; careful.next(&name);) take(name);
  }

 private:
  // The general case, one name at a time.
  class Careful {
   public:
    Careful(std::string_view text, Disk* disk, Archives archives)
        : rest_(text), disk_(disk), archives_(archives == Archives::known) {}
    bool next(std::string_view* out);

   private:
    bool next_quoted_word();
    bool join_members();
    std::string_view rest_;
    Disk* disk_;
    bool archives_;
    std::string word_;
    std::string archive_;  // "lib(" while its members are read
    std::vector<std::string> found_;
    size_t found_at_ = 0;
  };

  std::string_view text_;
  Disk* disk_;
  Archives archives_;
};

// Where the first `|` is that no backslash quotes. Of the backslashes before it and before the quoted
// ones half are left; then `text` becomes a view of `buffer`.
size_t find_bar(std::string_view& text, std::string& buffer);

}  // namespace cmz
