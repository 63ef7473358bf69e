# How every target is compiled.
option(CMZMAKE_TESTS "Build the tests" ON)
option(CMZMAKE_WERROR "Treat warnings as errors" OFF)
option(CMZMAKE_STATIC_RUNTIME "Link libstdc++ and libgcc statically: at a fixed address: the program starts faster" ON)
set(CMZMAKE_SANITIZE "" CACHE STRING "Sanitizers, as in -fsanitize=: 'address,undefined' or 'thread'")

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)

add_library(cmz_flags INTERFACE)
target_include_directories(cmz_flags INTERFACE "${PROJECT_SOURCE_DIR}/include")
target_compile_options(cmz_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual
  -Wno-restrict  # g++ 12 sees overlaps in std::string that are none
  $<$<BOOL:${CMZMAKE_WERROR}>:-Werror>)
target_compile_definitions(cmz_flags INTERFACE CMZMAKE_VERSION="${PROJECT_VERSION}"
  CMZMAKE_HOST="${CMAKE_HOST_SYSTEM_PROCESSOR}-pc-linux-gnu")

if(CMZMAKE_SANITIZE)
  target_compile_options(cmz_flags INTERFACE
    -fsanitize=${CMZMAKE_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all
    -fno-sanitize=vptr  # it opens a pipe to look at an object, and takes that there is no descriptor for a fault
    -Wno-maybe-uninitialized)  # g++ 12 sees uninitialised parts of std::regex in instrumented code
  target_link_options(cmz_flags INTERFACE -fsanitize=${CMZMAKE_SANITIZE})
  if(CMZMAKE_SANITIZE MATCHES thread)
    # ThreadSanitizer knows no fences. Asio's are for loops with several threads; ours has one.
    target_compile_definitions(cmz_flags INTERFACE BOOST_ASIO_DISABLE_FENCED_BLOCK)
  endif()
elseif(CMZMAKE_STATIC_RUNTIME)
  target_link_options(cmz_flags INTERFACE -static-libstdc++ -static-libgcc)
  # At a fixed address nothing is relocated at start: 5,000 relocations touch 40 pages.
  target_compile_options(cmz_flags INTERFACE -fno-pie)
  target_link_options(cmz_flags INTERFACE -no-pie)
endif()
