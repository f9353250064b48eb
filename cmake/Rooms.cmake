# facecraft_core: every room of src/ but the program's main(). A room without sources is skipped.
set(fc_rooms base config sandbox image infer ops convert models check pipeline engine jobs net store report http
    service compat directory api cli)
set(fc_sources)
set(fc_headers)
foreach(room IN LISTS fc_rooms)
    file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${room}/*.c)
    file(GLOB headers CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${room}/*.h)
    list(APPEND fc_sources ${sources})
    list(APPEND fc_headers ${headers})
endforeach()
set(fc_main ${CMAKE_SOURCE_DIR}/src/cli/main.c)
list(REMOVE_ITEM fc_sources ${fc_main})

# Their loops do so little to a value that counting is up to half of it: several values a turn. The
# order of additions stays (no -ffast-math), and with it the pixels. The program has 2 % more bytes.
set(fc_unrolled attach_alpha bilinear box_rows guided_filter reduce resample)
list(TRANSFORM fc_unrolled REPLACE "(.+)" "${CMAKE_SOURCE_DIR}/src/ops/\\1.c")
set_source_files_properties(${fc_unrolled} PROPERTIES COMPILE_OPTIONS -funroll-loops)

# A program next to deps/: it finds ONNX Runtime from where it lies itself, so the folder can be
# moved; installed, it looks into the library folder of the same prefix.
set(CMAKE_BUILD_WITH_INSTALL_RPATH ON)
function(fc_program target folder)
    set(where ${CMAKE_BINARY_DIR}/${folder})
    file(RELATIVE_PATH to_deps ${where} ${CMAKE_SOURCE_DIR}/deps/lib)
    set_target_properties(${target} PROPERTIES
        RUNTIME_OUTPUT_DIRECTORY ${where}
        INSTALL_RPATH "$ORIGIN/${to_deps};$ORIGIN/../${CMAKE_INSTALL_LIBDIR}/facecraft")
    target_link_libraries(${target} PRIVATE facecraft_core fc_warnings)
endfunction()

# All files of a library, one unused one too many, would else end in "no sources".
add_library(facecraft_core STATIC ${fc_sources} ${CMAKE_SOURCE_DIR}/cmake/empty.c)
target_include_directories(facecraft_core PUBLIC ${CMAKE_SOURCE_DIR}/src ${fc_generated})
target_link_libraries(facecraft_core PUBLIC fc_flags fc_foreign PRIVATE fc_warnings)
add_dependencies(facecraft_core fc_version)

if(EXISTS ${fc_main})
    add_executable(facecraft ${fc_main})
    fc_program(facecraft .)
endif()
