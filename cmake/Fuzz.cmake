# Fuzz targets: fuzz/fuzz_NAME.c defines LLVMFuzzerTestOneInput. The fuzz preset links libFuzzer;
# every other build links fuzz/replay_main.c, and ctest fuzz/NAME feeds it fuzz/corpus/NAME and
# fuzz/regression/NAME, so that each crash ever found stays fixed under GCC as well.
file(GLOB fc_fuzz_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/fuzz/fuzz_*.c)
if(FC_FUZZ)
    include(CheckCSourceCompiles)
    set(CMAKE_REQUIRED_FLAGS -fsanitize=fuzzer,address,undefined)
    check_c_source_compiles("#include <stddef.h>
        int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t size)
        { return size > 0 && bytes[0] == 0; }" FC_HAS_LIBFUZZER)
    unset(CMAKE_REQUIRED_FLAGS)
    if(NOT FC_HAS_LIBFUZZER)
        message(FATAL_ERROR "no libFuzzer here: it needs clang and its runtime libraries "
            "(Debian 12: clang libclang-rt-14-dev, Debian 13: clang libclang-rt-19-dev)")
    endif()
endif()
if(NOT FC_FUZZ AND NOT BUILD_TESTING)
    return()
endif()
foreach(source IN LISTS fc_fuzz_sources)
    cmake_path(GET source STEM target)
    string(REGEX REPLACE "^fuzz_" "" name ${target})
    add_executable(${target} ${source})
    fc_program(${target} fuzz)
    # The one function of a target is called by libFuzzer and declared nowhere.
    set_source_files_properties(${source} PROPERTIES COMPILE_OPTIONS -Wno-missing-prototypes)
    if(FC_FUZZ)
        target_link_options(${target} PRIVATE -fsanitize=fuzzer,address,undefined)
    else()
        target_sources(${target} PRIVATE ${CMAKE_SOURCE_DIR}/fuzz/replay_main.c)
        fc_test(fuzz/${name} $<TARGET_FILE:${target}> fuzz/corpus/${name} fuzz/regression/${name})
    endif()
endforeach()
