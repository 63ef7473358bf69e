# A floor is one folder: include/cmzmake/NAME, src/NAME, test/unit/NAME.

# cmz_floor(NAME [USES FLOOR...]): compiles src/NAME as an object library.
# USES names the floors directly below; what they use comes along.
function(cmz_floor NAME)
  cmake_parse_arguments(ARG "" "" "USES" ${ARGN})
  file(GLOB SOURCES CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/src/${NAME}/*.cpp")
  add_library(cmz_${NAME} OBJECT ${SOURCES})
  target_link_libraries(cmz_${NAME} PUBLIC cmz_flags)
  set(ALL ${NAME})
  foreach(LOWER IN LISTS ARG_USES)
    get_property(BELOW GLOBAL PROPERTY CMZ_BELOW_${LOWER})
    list(APPEND ALL ${BELOW})
  endforeach()
  list(REMOVE_DUPLICATES ALL)
  set_property(GLOBAL PROPERTY CMZ_BELOW_${NAME} ${ALL})
endfunction()

# cmz_library(NAME FLOORS FLOOR...): the floors as one static library.
function(cmz_library NAME)
  cmake_parse_arguments(ARG "" "" "FLOORS" ${ARGN})
  add_library(${NAME} STATIC)
  foreach(FLOOR IN LISTS ARG_FLOORS)
    target_sources(${NAME} PRIVATE $<TARGET_OBJECTS:cmz_${FLOOR}>)
  endforeach()
  set_target_properties(${NAME} PROPERTIES LINKER_LANGUAGE CXX)
  target_link_libraries(${NAME} PUBLIC cmz_flags ${CMZ_BOOST_PROGRAM_OPTIONS} ${CMAKE_DL_LIBS} Threads::Threads)
endfunction()

# cmz_program(NAME): what the released program is linked with.
function(cmz_program NAME)
  # Loaded objects call gmk_*, and find nothing else in the program: an object in C++ must not get half of its
  # standard library from here.
  target_link_options(${NAME} PRIVATE -Wl,--as-needed -Wl,-z,now -Wl,--export-dynamic-symbol=gmk_*)
endfunction()

find_package(Threads REQUIRED)
