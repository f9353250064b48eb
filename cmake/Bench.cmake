# Benchmarks: bench/bench_NAME.c becomes the program bench_NAME next to facecraft; every other file
# of the folder is linked into all of them.
file(GLOB fc_bench_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/bench/bench_*.c)
file(GLOB fc_bench_support CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/bench/*.c)
list(REMOVE_ITEM fc_bench_support ${fc_bench_sources})
add_library(fc_bench_support STATIC ${fc_bench_support} ${CMAKE_SOURCE_DIR}/cmake/empty.c)
target_include_directories(fc_bench_support PUBLIC ${CMAKE_SOURCE_DIR}/bench)
target_link_libraries(fc_bench_support PUBLIC facecraft_core PRIVATE fc_warnings)
foreach(source IN LISTS fc_bench_sources)
    cmake_path(GET source STEM target)
    add_executable(${target} ${source})
    fc_program(${target} .)
    target_link_libraries(${target} PRIVATE fc_bench_support)
endforeach()
