#pragma once

#include <string_view>

#include "cmzmake/base/location.h"

namespace cmz {

// Where words for a person go while makefiles are read and expanded. The lower floors say what
// happened; `report` knows how make prints it.
class Diagnostics {
 public:
  virtual ~Diagnostics() = default;
  // $(info): `text` and a newline on standard output.
  virtual void info(std::string_view text) = 0;
  // "FILE:LINE: TEXT" (or "make: TEXT" when the place is unknown) on standard error.
  virtual void message(const Location& where, std::string_view text) = 0;
};

}  // namespace cmz
