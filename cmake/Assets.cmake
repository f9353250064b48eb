# The page /docs: files of src/api/docs and of deps/swagger-ui, packed by gzip and carried inside
# the program, so that the page works without any network. src/api/assets.h declares them.
find_program(FC_GZIP gzip REQUIRED)
set(fc_assets ${fc_generated}/assets)
set(fc_packed)
foreach(file IN ITEMS
        src/api/docs/index.html src/api/docs/init.js
        deps/swagger-ui/swagger-ui.css deps/swagger-ui/swagger-ui-bundle.js)
    if(NOT EXISTS ${CMAKE_SOURCE_DIR}/${file})
        message(FATAL_ERROR "${file} is missing: run tools/fetch (or ./dev setup)")
    endif()
    cmake_path(GET file FILENAME name)
    add_custom_command(
        OUTPUT ${fc_assets}/${name}.gz
        COMMAND ${CMAKE_COMMAND} -E make_directory ${fc_assets}
        COMMAND ${FC_GZIP} -9 -n -c ${CMAKE_SOURCE_DIR}/${file} > ${fc_assets}/${name}.gz
        DEPENDS ${CMAKE_SOURCE_DIR}/${file}
        COMMENT "Packing ${name}"
        VERBATIM)
    list(APPEND fc_packed ${fc_assets}/${name}.gz)
endforeach()

# Read by the program itself, so not packed.
add_custom_command(
    OUTPUT ${fc_assets}/openapi.json
    COMMAND ${CMAKE_COMMAND} -E copy ${CMAKE_SOURCE_DIR}/src/api/docs/openapi.json ${fc_assets}
    DEPENDS ${CMAKE_SOURCE_DIR}/src/api/docs/openapi.json
    VERBATIM)
list(APPEND fc_packed ${fc_assets}/openapi.json)

# The photo of `facecraft doctor`.
add_custom_command(
    OUTPUT ${fc_assets}/face.jpg
    COMMAND ${CMAKE_COMMAND} -E copy ${CMAKE_SOURCE_DIR}/src/cli/doctor/face.jpg ${fc_assets}
    DEPENDS ${CMAKE_SOURCE_DIR}/src/cli/doctor/face.jpg
    VERBATIM)
list(APPEND fc_packed ${fc_assets}/face.jpg)

# Assembled from a string in C, so that no second language is needed; never with LTO, which moves
# such strings away from the symbols that they define.
add_library(fc_assets STATIC ${CMAKE_SOURCE_DIR}/cmake/assets.c)
set_source_files_properties(${CMAKE_SOURCE_DIR}/cmake/assets.c PROPERTIES
    OBJECT_DEPENDS "${fc_packed}" COMPILE_OPTIONS -fno-lto)
target_compile_definitions(fc_assets PRIVATE FC_ASSETS="${fc_assets}")
target_link_libraries(fc_foreign INTERFACE fc_assets)

# The page / : ui/ packed by cmake/pack_page.py, which also writes the table of the files.
find_package(Python3 REQUIRED COMPONENTS Interpreter)
file(GLOB fc_ui LIST_DIRECTORIES false CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/ui/* ${CMAKE_SOURCE_DIR}/ui/texts/*.json)
set(fc_page ${fc_assets}/page)
# Tables whose rows have texts of their own.
set(fc_told ${CMAKE_SOURCE_DIR}/src/base/status.def ${CMAKE_SOURCE_DIR}/src/check/measures.def)
add_custom_command(
    OUTPUT ${fc_page}/assets.def
    COMMAND ${Python3_EXECUTABLE} -B ${CMAKE_SOURCE_DIR}/cmake/pack_page.py
        ${CMAKE_SOURCE_DIR}/ui ${fc_told} ${fc_page}
    DEPENDS ${fc_ui} ${CMAKE_SOURCE_DIR}/cmake/pack_page.py ${fc_told}
    COMMENT "Packing the page"
    VERBATIM)
target_sources(fc_assets PRIVATE ${CMAKE_SOURCE_DIR}/cmake/page_assets.c)
set_source_files_properties(${CMAKE_SOURCE_DIR}/cmake/page_assets.c PROPERTIES
    OBJECT_DEPENDS ${fc_page}/assets.def COMPILE_OPTIONS -fno-lto)
target_include_directories(fc_assets PRIVATE ${CMAKE_SOURCE_DIR}/src ${fc_page})
target_compile_definitions(fc_assets PRIVATE FC_PAGE="${fc_page}")
