# The libraries that others wrote. Each has one home room; tools/check_rooms.py watches that.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
pkg_check_modules(JPEG REQUIRED IMPORTED_TARGET libjpeg>=2.1)
pkg_check_modules(SPNG REQUIRED IMPORTED_TARGET spng>=0.7.3)
pkg_check_modules(WEBP REQUIRED IMPORTED_TARGET libwebp>=1.2)
pkg_check_modules(TIFF REQUIRED IMPORTED_TARGET libtiff-4>=4.5)
pkg_check_modules(DE265 REQUIRED IMPORTED_TARGET libde265>=1.0.11)
pkg_check_modules(DAV1D REQUIRED IMPORTED_TARGET dav1d>=1.0)
pkg_check_modules(LCMS REQUIRED IMPORTED_TARGET lcms2)
pkg_check_modules(ZLIB REQUIRED IMPORTED_TARGET zlib>=1.2.9)
pkg_check_modules(DEFLATE REQUIRED IMPORTED_TARGET libdeflate)
pkg_check_modules(ISAL REQUIRED IMPORTED_TARGET libisal>=2.30)
pkg_check_modules(XXHASH REQUIRED IMPORTED_TARGET libxxhash>=0.8)
pkg_check_modules(NETTLE REQUIRED IMPORTED_TARGET nettle)
pkg_check_modules(JANSSON REQUIRED IMPORTED_TARGET jansson)
pkg_check_modules(PROTOBUF_C REQUIRED IMPORTED_TARGET libprotobuf-c)
pkg_check_modules(MICROHTTPD REQUIRED IMPORTED_TARGET libmicrohttpd>=0.9.75)
pkg_check_modules(CURL REQUIRED libcurl>=7.87) # its header alone, as of libpq
pkg_check_modules(LDAP REQUIRED IMPORTED_TARGET ldap>=2.5)
pkg_check_modules(SASL REQUIRED libsasl2) # its header alone; libldap calls it
pkg_check_modules(LIBPQ REQUIRED libpq) # its header alone: the library is opened where it is wanted
pkg_check_modules(GNUTLS REQUIRED IMPORTED_TARGET gnutls>=3.7)
pkg_check_modules(SQLITE REQUIRED IMPORTED_TARGET sqlite3>=3.40)
pkg_check_modules(UTF8PROC REQUIRED IMPORTED_TARGET libutf8proc>=2.3)
# giflib has a file for pkg-config in few distributions.
find_path(FC_GIF_DIR gif_lib.h REQUIRED)
find_library(FC_GIF gif REQUIRED)

add_library(fc_foreign INTERFACE)
target_include_directories(fc_foreign SYSTEM INTERFACE ${FC_GIF_DIR} ${LIBPQ_INCLUDE_DIRS}
    ${CURL_INCLUDE_DIRS})
target_link_libraries(fc_foreign INTERFACE
    PkgConfig::JPEG PkgConfig::SPNG PkgConfig::WEBP PkgConfig::TIFF PkgConfig::DE265
    PkgConfig::DAV1D ${FC_GIF} PkgConfig::LCMS PkgConfig::ZLIB PkgConfig::DEFLATE PkgConfig::ISAL PkgConfig::XXHASH
    PkgConfig::NETTLE PkgConfig::JANSSON PkgConfig::PROTOBUF_C PkgConfig::MICROHTTPD PkgConfig::SQLITE
    PkgConfig::LDAP PkgConfig::GNUTLS PkgConfig::UTF8PROC Threads::Threads ${CMAKE_DL_LIBS} m)

# ONNX Runtime: the library comes with tools/fetch, its header is kept in third_party/.
set(fc_ort ${CMAKE_SOURCE_DIR}/deps/lib/libonnxruntime.so.1)
if(NOT EXISTS ${fc_ort})
    message(FATAL_ERROR "deps/lib/libonnxruntime.so.1 is missing: run tools/fetch (or ./dev setup)")
endif()
add_library(fc_onnxruntime SHARED IMPORTED)
set_target_properties(fc_onnxruntime PROPERTIES
    IMPORTED_LOCATION ${fc_ort}
    IMPORTED_SONAME libonnxruntime.so.1
    INTERFACE_INCLUDE_DIRECTORIES ${CMAKE_SOURCE_DIR}/third_party/onnxruntime)
target_link_libraries(fc_foreign INTERFACE fc_onnxruntime)

# The ONNX file format: C code made by protoc-c from Debian's onnx.proto.
find_program(FC_PROTOC_C protoc-c REQUIRED)
find_path(FC_ONNX_PROTO_DIR onnx/onnx.proto REQUIRED)
set(fc_onnx_pb ${fc_generated}/onnx/onnx.pb-c)
add_custom_command(
    OUTPUT ${fc_onnx_pb}.c ${fc_onnx_pb}.h
    COMMAND ${CMAKE_COMMAND} -E make_directory ${fc_generated}/onnx
    COMMAND ${FC_PROTOC_C} --proto_path=${FC_ONNX_PROTO_DIR} --c_out=${fc_generated}
        onnx/onnx.proto
    DEPENDS ${FC_ONNX_PROTO_DIR}/onnx/onnx.proto
    COMMENT "Generating onnx/onnx.pb-c.c"
    VERBATIM)
add_library(fc_onnx_format STATIC ${fc_onnx_pb}.c ${fc_onnx_pb}.h)
target_include_directories(fc_onnx_format SYSTEM PUBLIC ${fc_generated})
target_link_libraries(fc_onnx_format PUBLIC PkgConfig::PROTOBUF_C PRIVATE fc_flags)
target_link_libraries(fc_foreign INTERFACE fc_onnx_format)
