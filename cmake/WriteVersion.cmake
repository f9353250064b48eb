# Run as a script by Version.cmake. A tree without git (an archive) says "unknown".
cmake_minimum_required(VERSION 3.25)
set(revision "${REVISION}")
if(NOT revision)
    execute_process(COMMAND git -C ${SOURCE} rev-parse --short=12 HEAD
        OUTPUT_VARIABLE revision OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET
        RESULT_VARIABLE failed)
    if(failed)
        set(revision unknown)
    endif()
endif()
file(CONFIGURE OUTPUT ${OUT} CONTENT "/** Which Facecraft this is. Written by the build. */
#pragma once

#define FC_VERSION \"@VERSION@\"
#define FC_REVISION \"@revision@\"
" @ONLY)
