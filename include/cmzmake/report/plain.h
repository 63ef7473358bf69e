#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "cmzmake/event/sink.h"
#include "cmzmake/report/console.h"

namespace cmz {

// GNU make's own lines, to the byte. Of what the build does (events) the words are here and nowhere else; what is said
// of a makefile, a file or an option comes in the words of whoever found it, and gets its beginning and its end here.
// Where the lines go is the console's business.
class PlainReport final : public EventSink {
 public:
  // `program`: the name before messages; `level`: MAKELEVEL, shown as "make[1]" when above 0.
  PlainReport(Console& console, std::string_view program, unsigned level);
  void set_level(unsigned level);

  void on(const Event& event) override;

  // "make: Entering directory 'DIR'", or Leaving; nothing: the directory is not known.
  std::string directory_line(bool entering, const std::optional<std::string>& directory) const;

  // What lines about directories begin with: "# " where -p makes them comments.
  std::string_view directory_prefix;
  // What the message about a failed recipe ends with.
  std::string failure_suffix;

 private:
  struct Words;  // one function for each kind of event

  Console& console_;
  std::string program_;
  std::string prefix_;  // "make" or "make[2]"
};

}  // namespace cmz
