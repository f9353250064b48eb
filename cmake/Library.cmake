# libfacecraft: engine and all rooms below it as a shared library. It exports what
# src/engine/exports.txt lists; the linker takes from facecraft_core what those need.
set(fc_exports ${CMAKE_SOURCE_DIR}/src/engine/exports.txt)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${fc_exports})
file(STRINGS ${fc_exports} names REGEX "^fc_")
list(JOIN names "; " exported)
set(script ${fc_generated}/libfacecraft.map)
file(CONFIGURE OUTPUT ${script} CONTENT "{ global: @exported@; local: *; };\n" @ONLY)

add_library(libfacecraft SHARED ${CMAKE_SOURCE_DIR}/cmake/empty.c)
set_target_properties(libfacecraft PROPERTIES
    PREFIX "" LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR} LINK_DEPENDS ${script})
file(RELATIVE_PATH to_deps ${CMAKE_BINARY_DIR} ${CMAKE_SOURCE_DIR}/deps/lib)
set_target_properties(libfacecraft PROPERTIES
    INSTALL_RPATH "$ORIGIN/${to_deps};$ORIGIN/facecraft")
list(TRANSFORM names PREPEND "LINKER:--undefined=" OUTPUT_VARIABLE wanted)
target_link_options(libfacecraft PRIVATE
    ${wanted} LINKER:--as-needed LINKER:--version-script=${script})
if(NOT FC_SANITIZE AND NOT FC_FUZZ) # there the names of the sanitizers come with the program
    target_link_options(libfacecraft PRIVATE LINKER:-z,defs)
endif()
target_link_libraries(libfacecraft PRIVATE facecraft_core)
# Who uses it: the headers of src/, and what the build writes next to them.
target_include_directories(libfacecraft INTERFACE ${CMAKE_SOURCE_DIR}/src ${fc_generated})
