# Tests. A file is a test because of its name and folder:
#   tests/unit/ROOM/test_FILE.c   ctest ROOM/FILE        (check_FILE.c: ROOM/check_FILE)
#   tests/contract/NAME.sh        ctest contract/NAME    called with the path of the program
#   tests/contract/NAME.py        ctest contract/NAME    the same, by Python's standard library
#   tests/supply/NAME.sh          ctest supply/NAME      the same
#   tests/library/portrait.c      ctest library/portrait a program that links libfacecraft alone
#   tests/chaos/chaos.py          ctest chaos            a cluster while everything goes wrong
#   tests/golden/golden.c         ctest golden           whole portraits against kept ones
#   src/ROOM/FILE.h               compiled alone and twice, as a part of the build
pkg_check_modules(CMOCKA REQUIRED IMPORTED_TARGET cmocka)

# Leaks that foreign libraries keep on purpose, and a stop at the first fault.
set(fc_test_env
    "XDG_CACHE_HOME=${CMAKE_BINARY_DIR}/cache" # networks that were fit for this processor
    "LSAN_OPTIONS=suppressions=${CMAKE_SOURCE_DIR}/cmake/lsan.supp:print_suppressions=0"
    "UBSAN_OPTIONS=print_stacktrace=1"
    "TSAN_OPTIONS=suppressions=${CMAKE_SOURCE_DIR}/cmake/tsan.supp:ignore_noninstrumented_modules=1")
if(EXISTS ${CMAKE_SOURCE_DIR}/../shared)
    list(APPEND fc_test_env "FC_TEST_SHARED=../shared")
endif()
set(fc_test_timeout 300)
if(FC_SANITIZE)
    set(fc_test_timeout 900)
endif()
# For another processor: an emulator takes twenty times as long and more.
if(CMAKE_CROSSCOMPILING)
    set(fc_test_timeout 3600)
endif()

function(fc_test name)
    add_test(NAME ${name} COMMAND ${ARGN} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
    set_tests_properties(${name} PROPERTIES
        ENVIRONMENT "${fc_test_env}" TIMEOUT ${fc_test_timeout} SKIP_RETURN_CODE 77)
endfunction()

file(GLOB support CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/support/*.c)
add_library(fc_test_support STATIC ${support} ${CMAKE_SOURCE_DIR}/cmake/empty.c)
target_include_directories(fc_test_support PUBLIC ${CMAKE_SOURCE_DIR}/tests)
target_link_libraries(fc_test_support PUBLIC facecraft_core PkgConfig::CMOCKA PRIVATE fc_warnings)
target_link_options(fc_test_support INTERFACE LINKER:--undefined=fc_test_start)

foreach(room IN LISTS fc_rooms)
    file(GLOB tests CONFIGURE_DEPENDS
        ${CMAKE_SOURCE_DIR}/tests/unit/${room}/test_*.c
        ${CMAKE_SOURCE_DIR}/tests/unit/${room}/check_*.c)
    if(FC_SANITIZE) # minutes for what faces look like; the code they run is that of other tests
        list(FILTER tests EXCLUDE REGEX "/check_(face_scenes|solid_faces|series)\\.c$")
    endif()
    add_custom_target(tests_${room}) # for a build of some rooms' tests alone
    foreach(source IN LISTS tests)
        cmake_path(GET source STEM file)
        set(target ${room}_${file})
        add_dependencies(tests_${room} ${target})
        add_executable(${target} ${source})
        fc_program(${target} tests/${room})
        set_target_properties(${target} PROPERTIES OUTPUT_NAME ${file})
        target_link_libraries(${target} PRIVATE fc_test_support)
        string(REGEX REPLACE "^test_" "" name ${file})
        fc_test(${room}/${name} $<TARGET_FILE:${target}>)
    endforeach()
endforeach()

foreach(kind IN ITEMS contract supply)
    file(GLOB scripts CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/${kind}/*.sh)
    foreach(script IN LISTS scripts)
        cmake_path(GET script STEM name)
        fc_test(${kind}/${name} sh ${script} ${CMAKE_BINARY_DIR}/facecraft)
    endforeach()
endforeach()

# libfacecraft as another program would use it: nothing of ours is linked but the library.
add_executable(library_portrait ${CMAKE_SOURCE_DIR}/tests/library/portrait.c)
set_target_properties(library_portrait PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests INSTALL_RPATH "$ORIGIN/..")
target_link_libraries(library_portrait PRIVATE libfacecraft fc_flags fc_warnings)
fc_test(library/portrait $<TARGET_FILE:library_portrait>)

# A library that stands in for one that no test machine has.
add_library(fake_cuda_driver MODULE ${CMAKE_SOURCE_DIR}/tests/fakes/cuda_driver.c)
set_target_properties(fake_cuda_driver PROPERTIES
    PREFIX "" LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests/infer)
target_link_libraries(fake_cuda_driver PRIVATE fc_warnings)

# Whole portraits of the public photos; tools/golden_review shows what a change does to them.
add_executable(golden ${CMAKE_SOURCE_DIR}/tests/golden/golden.c)
fc_program(golden tests)
target_link_libraries(golden PRIVATE fc_test_support)
fc_test(golden $<TARGET_FILE:golden> check)

# What scripts of tests/contract restore faces with.
add_executable(make_checkpoint ${CMAKE_SOURCE_DIR}/tests/contract/make_checkpoint.c)
fc_program(make_checkpoint tests)
target_link_libraries(make_checkpoint PRIVATE fc_test_support)

find_package(Python3 REQUIRED COMPONENTS Interpreter)

file(GLOB scripts CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/contract/*.py)
if(FC_SANITIZE) # a page in a browser says nothing about memory that serve_*.py do not say sooner
    list(FILTER scripts EXCLUDE REGEX "/page_[a-z]+\\.py$")
endif()
foreach(script IN LISTS scripts)
    cmake_path(GET script STEM name)
    fc_test(contract/${name} ${Python3_EXECUTABLE} -B ${script} ${CMAKE_BINARY_DIR}/facecraft)
    if(name MATCHES "^page_") # a browser next to the server: slow where much else runs
        set_tests_properties(contract/${name} PROPERTIES TIMEOUT 400)
    elseif(name MATCHES "^(directory_ldap|serve_cluster.*)$") # servers of others, again and again
        math(EXPR longer "3 * ${fc_test_timeout}")
        set_tests_properties(contract/${name} PROPERTIES TIMEOUT ${longer})
    endif()
endforeach()

# The program with its loops over pixels for one kind of processor alone: contract/cli_same_pixels.
# Other processors and sanitizers have one kind only (FC_WIDE in base/attributes.h).
if(NOT FC_SANITIZE AND CMAKE_C_COMPILER_ID STREQUAL GNU AND
   CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|amd64")
    file(GLOB loops CONFIGURE_DEPENDS
        ${CMAKE_SOURCE_DIR}/src/ops/*.c ${CMAKE_SOURCE_DIR}/src/image/shrunk.c
        ${CMAKE_SOURCE_DIR}/src/models/planes.c)
    foreach(kind IN ITEMS NARROW ONLY_V3)
        add_executable(facecraft_${kind} ${CMAKE_SOURCE_DIR}/src/cli/main.c ${loops})
        fc_program(facecraft_${kind} tests)
        target_compile_definitions(facecraft_${kind} PRIVATE FC_${kind})
    endforeach()
endif()

# A cluster by three schedules of faults. Its nodes are the whole program with work that pretends.
# Sanitizers would find what tests of the rooms find, in many times the time.
if(NOT FC_SANITIZE)
    add_executable(chaos_node ${CMAKE_SOURCE_DIR}/src/cli/main.c
        ${CMAKE_SOURCE_DIR}/tests/chaos/chaos_node.c)
    fc_program(chaos_node tests)
    foreach(name IN ITEMS fc_work_of_engine fc_postgres_open fc_service_new fc_service_free time)
        target_link_options(chaos_node PRIVATE LINKER:--wrap=${name})
    endforeach()
    fc_test(chaos ${Python3_EXECUTABLE} -B tests/chaos/chaos.py $<TARGET_FILE:chaos_node> --seeds 3)
    math(EXPR longer "3 * ${fc_test_timeout}")
    set_tests_properties(chaos PROPERTIES TIMEOUT ${longer})
endif()

# Each header stands on its own: a file that includes only it, twice.
set(alone)
foreach(header IN LISTS fc_headers)
    file(RELATIVE_PATH name ${CMAKE_SOURCE_DIR}/src ${header})
    set(source ${fc_generated}/headers/${name}.c)
    file(CONFIGURE OUTPUT ${source}
        CONTENT "#include \"@name@\"\n#include \"@name@\"\ntypedef int fc_header_is_complete;\n"
        @ONLY)
    list(APPEND alone ${source})
endforeach()
add_library(fc_headers_alone OBJECT ${alone} ${CMAKE_SOURCE_DIR}/cmake/empty.c)
target_link_libraries(fc_headers_alone PRIVATE facecraft_core fc_warnings)
