# Everything comes from Debian 12; what is missing is named with its package.
set(CMZ_MISSING "")

find_path(CMZ_BOOST_INCLUDE boost/process/v2.hpp)
if(NOT CMZ_BOOST_INCLUDE)
  list(APPEND CMZ_MISSING "Boost.Process v2, Boost.Asio: libboost1.81-dev")
endif()
find_library(CMZ_BOOST_PROGRAM_OPTIONS NAMES libboost_program_options.a boost_program_options)
if(NOT CMZ_BOOST_PROGRAM_OPTIONS)
  list(APPEND CMZ_MISSING "Boost.Program_options: libboost-program-options1.81-dev")
endif()
find_path(CMZ_FMT_INCLUDE fmt/format.h)
if(NOT CMZ_FMT_INCLUDE)
  list(APPEND CMZ_MISSING "fmt: libfmt-dev")
endif()
find_path(CMZ_JSON_INCLUDE nlohmann/json.hpp)
if(NOT CMZ_JSON_INCLUDE)
  list(APPEND CMZ_MISSING "JSON for Modern C++: nlohmann-json3-dev")
endif()
if(CMZMAKE_TESTS)
  find_path(CMZ_CATCH2_INCLUDE catch2/catch.hpp)
  if(NOT CMZ_CATCH2_INCLUDE)
    list(APPEND CMZ_MISSING "Catch2 2.13: catch2 (or configure with -DCMZMAKE_TESTS=OFF)")
  endif()
endif()
if(CMZ_MISSING)
  list(JOIN CMZ_MISSING "\n  " CMZ_MISSING)
  message(FATAL_ERROR "Missing libraries (library: Debian package):\n  ${CMZ_MISSING}\n"
                      "Install them with apt-get, or run ./bootstrap, which does.")
endif()

# Debian ships fmt as a shared library only: its inline half is compiled once, in src/base.
target_include_directories(cmz_flags SYSTEM INTERFACE ${CMZ_BOOST_INCLUDE} ${CMZ_FMT_INCLUDE}
  ${CMZ_JSON_INCLUDE})
