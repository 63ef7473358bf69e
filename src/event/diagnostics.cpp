#include "cmzmake/event/diagnostics.h"

namespace cmz {

void Diagnostics::say(Severity severity, const Location& where, std::string_view text, bool bare) {
  sink_.on(event::Message{severity, where, text, bare});
}

}  // namespace cmz
