# cmake --install puts the program, the header for loaded objects, licence and documentation in place.
include(GNUInstallDirs)

# Where `include` looks last: the headers' folder of the place where the program is installed.
set_property(SOURCE src/cli/session_variables.cpp APPEND PROPERTY COMPILE_DEFINITIONS
  CMZMAKE_INCLUDE_DIR="${CMAKE_INSTALL_FULL_INCLUDEDIR}")
install(TARGETS cmzmake RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(FILES include/gnumake.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(FILES README.md LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY docs/ DESTINATION ${CMAKE_INSTALL_DOCDIR}/docs)
