#pragma once

#include <stdexcept>
#include <string>

#include "cmzmake/base/location.h"

namespace cmz {

// A fatal makefile error: "FILE:LINE: *** MESSAGE.  Stop." and exit status 2.
// Thrown anywhere below `cli`, caught in `cli` alone.
class Fatal : public std::runtime_error {
 public:
  // `where` may be unknown: then the message starts with the program's name.
  // `message` has no trailing period: the reporter ends it with ".  Stop.".
  Fatal(Location where, const std::string& message) : std::runtime_error(message), where_(where) {}

  const Location& where() const { return where_; }

 private:
  Location where_;
};

}  // namespace cmz
