#pragma once

#include <string>
#include <string_view>

namespace cmz {

// The functions for file names that look at names only. The result is appended to `out`, which the
// arguments may not point into. Manual, "Functions for File Names".

// All to the last slash, or `./`.
void dir(std::string_view names, std::string& out);
// All behind the last slash.
void notdir(std::string_view names, std::string& out);
// The last dot behind the last slash and what follows; names without one give nothing.
void suffix(std::string_view names, std::string& out);
// All but the suffix.
void basename(std::string_view names, std::string& out);

void addsuffix(std::string_view suffix, std::string_view names, std::string& out);
void addprefix(std::string_view prefix, std::string_view names, std::string& out);

// The first word of `a` with the first of `b`, the second with the second, and so on.
void join(std::string_view a, std::string_view b, std::string& out);

// Absolute names without `.`, `..` and repeated slashes; the disk is not asked.
// `working_directory` is absolute and clean itself.
void abspath(std::string_view names, std::string_view working_directory, std::string& out);

}  // namespace cmz
