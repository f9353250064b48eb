# Compiler and linker flags. Three interface targets, so that generated and foreign code can take
# the hardening without the warnings.
include(CheckCCompilerFlag)
include(CheckPIESupported)
check_pie_supported(LANGUAGES C)

add_library(fc_warnings INTERFACE)
target_compile_options(fc_warnings INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wstrict-prototypes
    -Wmissing-prototypes -Wswitch-enum -Wvla -Wundef -Wformat=2 -Wnull-dereference)
if(CMAKE_C_COMPILER_ID MATCHES Clang)
    # FC_ASSERT(!"why this cannot happen") is meant that way.
    target_compile_options(fc_warnings INTERFACE -Wno-string-conversion)
endif()
if(FC_WERROR)
    target_compile_options(fc_warnings INTERFACE -Werror)
endif()

add_library(fc_flags INTERFACE)
# No fused multiply-add behind our back: the same photo gives the same pixels on every processor.
# Nothing here reads errno after a math function, and without it sqrtf is one instruction; nor the
# flags of floating point: compilers may then compute what a condition leaves out, eight at once.
target_compile_options(fc_flags INTERFACE -ffp-contract=off -fno-math-errno -fno-trapping-math)
# Assertions name files as git does, and a build in another folder gives the same bytes; a debugger
# wants the whole path.
target_compile_options(fc_flags INTERFACE
    $<IF:$<CONFIG:Debug>,-fmacro-prefix-map,-ffile-prefix-map>=${CMAKE_SOURCE_DIR}/=)

# Adds the flag only where compiler and processor know it.
function(fc_flag_if_known flag)
    string(MAKE_C_IDENTIFIER "FC_HAS${flag}" known)
    # -Werror: Clang only warns about an option that it does not know.
    set(CMAKE_REQUIRED_FLAGS -Werror)
    check_c_compiler_flag(${flag} ${known})
    if(${known})
        target_compile_options(fc_flags INTERFACE ${flag})
    endif()
endfunction()

if(FC_SANITIZE OR FC_FUZZ)
    if(FC_FUZZ)
        set(fc_sanitize -fsanitize=fuzzer-no-link,address,undefined)
    else()
        set(fc_sanitize -fsanitize=${FC_SANITIZE})
    endif()
    target_compile_options(fc_flags INTERFACE
        ${fc_sanitize} -fno-sanitize-recover=all -fno-omit-frame-pointer)
    target_link_options(fc_flags INTERFACE ${fc_sanitize})
else()
    fc_flag_if_known(-fstack-protector-strong)
    fc_flag_if_known(-fstack-clash-protection)
    fc_flag_if_known(-ftrivial-auto-var-init=zero)
    if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|amd64")
        fc_flag_if_known(-fcf-protection)
    elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "aarch64|arm64")
        fc_flag_if_known(-mbranch-protection=standard)
    endif()
    # Fortified functions need an optimised build.
    target_compile_options(fc_flags INTERFACE
        $<$<NOT:$<CONFIG:Debug>>:-U_FORTIFY_SOURCE>
        $<$<NOT:$<CONFIG:Debug>>:-D_FORTIFY_SOURCE=3>)
    target_link_options(fc_flags INTERFACE -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack)
endif()

# FC_ASSERT stays on in release builds, so NDEBUG is never set.
# -O3: the pixel loops rely on vectors. Shrinking 12 MP to 192 x 192 takes 5 ms, with -O2 27 ms.
set(CMAKE_C_FLAGS_RELEASE "-O3 -g1")
set(CMAKE_C_FLAGS_DEBUG "-Og -g")

if(FC_LTO)
    include(CheckIPOSupported)
    check_ipo_supported(LANGUAGES C)
    set(CMAKE_INTERPROCEDURAL_OPTIMIZATION ON)
endif()
