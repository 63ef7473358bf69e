#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace cmz {

// Where temporary files go: MAKE_TMPDIR, TMPDIR, or /tmp. Manual, "Temporary Files".
// `value_of` gives an environment variable's value or nullptr; `complain` hears of a value that is no
// directory, and of the fall-back.
std::string temporary_directory(const std::function<const char*(const char*)>& value_of,
                                const std::function<void(const std::string&)>& complain);

}  // namespace cmz
