// Debian ships fmt as a shared library only. Its non-inline half is compiled here, once, so that the
// program starts without loading another library.
#include <fmt/format-inl.h>

FMT_BEGIN_NAMESPACE
template void detail::buffer<char>::append(const char*, const char*);
template void detail::vformat_to(detail::buffer<char>&, string_view, basic_format_args<FMT_BUFFER_CONTEXT(char)>,
                                 detail::locale_ref);
template auto detail::thousands_sep_impl<char>(locale_ref) -> thousands_sep_result<char>;
template auto detail::decimal_point_impl<char>(locale_ref) -> char;

FMT_END_NAMESPACE
