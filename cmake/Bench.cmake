# Benchmarks: bench/bench_NAME.c becomes the program bench_NAME beside facecraft.
file(GLOB fc_bench_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/bench/bench_*.c)
foreach(source IN LISTS fc_bench_sources)
    cmake_path(GET source STEM target)
    add_executable(${target} ${source} ${CMAKE_SOURCE_DIR}/bench/bench.c)
    fc_program(${target} .)
    target_include_directories(${target} PRIVATE ${CMAKE_SOURCE_DIR}/bench)
endforeach()
