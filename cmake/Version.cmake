# facecraft_version.h: the version from the file VERSION and the revision from git. It is written
# again with each build, but only when its text changes, so that a commit recompiles what shows it.
set(fc_generated ${CMAKE_BINARY_DIR}/generated)
set(FC_REVISION "" CACHE STRING "Revision to show, where the source lies without its git")
add_custom_target(fc_version
    COMMAND ${CMAKE_COMMAND}
        -D SOURCE=${CMAKE_SOURCE_DIR} -D VERSION=${PROJECT_VERSION} -D REVISION=${FC_REVISION}
        -D OUT=${fc_generated}/facecraft_version.h -P ${CMAKE_SOURCE_DIR}/cmake/WriteVersion.cmake
    BYPRODUCTS ${fc_generated}/facecraft_version.h
    COMMENT "Checking the version"
    VERBATIM)
