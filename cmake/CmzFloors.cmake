# A floor is one folder: include/cmzmake/NAME, src/NAME, test/unit/NAME.

# cmz_floor(NAME [USES FLOOR...]): compiles src/NAME as an object library.
# USES names the floors directly below; what they use comes along. These calls are the one table of floors: the global
# property CMZ_FLOORS has their names, lowest first, CMZ_BELOW_NAME those that NAME may include, itself among them;
# test/structure checks every #include against it.
function(cmz_floor NAME)
  cmake_parse_arguments(ARG "" "" "USES" ${ARGN})
  get_property(DECLARED GLOBAL PROPERTY CMZ_FLOORS)
  file(GLOB SOURCES CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/src/${NAME}/*.cpp")
  add_library(cmz_${NAME} OBJECT ${SOURCES})
  target_link_libraries(cmz_${NAME} PUBLIC cmz_flags)
  set(ALL ${NAME})
  foreach(LOWER IN LISTS ARG_USES)
    if(NOT LOWER IN_LIST DECLARED)
      message(FATAL_ERROR "cmz_floor(${NAME}): uses ${LOWER}, which is no floor declared before it")
    endif()
    get_property(BELOW GLOBAL PROPERTY CMZ_BELOW_${LOWER})
    list(APPEND ALL ${BELOW})
  endforeach()
  list(REMOVE_DUPLICATES ALL)
  set_property(GLOBAL PROPERTY CMZ_BELOW_${NAME} ${ALL})
  set_property(GLOBAL APPEND PROPERTY CMZ_FLOORS ${NAME})
endfunction()

# cmz_library(NAME): all floors declared so far as one static library.
function(cmz_library NAME)
  get_property(FLOORS GLOBAL PROPERTY CMZ_FLOORS)
  add_library(${NAME} STATIC)
  foreach(FLOOR IN LISTS FLOORS)
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
