/* Files of ui/ as constant data, and the table of them; see cmake/pack_page.py, which writes the
 * rows ASSET(symbol, file, name, language, type, digest). */
#include "api/page_assets.h"

#define ASSET(symbol, file, name, language, type, digest)                                          \
    __asm__(".pushsection .rodata, \"a\"\n"                                                        \
            ".globl fc_page_" #symbol "\n"                                                         \
            "fc_page_" #symbol ":\n"                                                               \
            ".incbin \"" FC_PAGE "/" file "\"\n"                                                   \
            ".globl fc_page_" #symbol "_end\n"                                                     \
            "fc_page_" #symbol "_end:\n"                                                           \
            ".popsection\n");                                                                      \
    extern const uint8_t fc_page_##symbol[];                                                       \
    extern const uint8_t fc_page_##symbol##_end[];
#include "assets.def"
#undef ASSET

#define ASSET(symbol, file, name, language, type, digest)                                          \
    { name, language, type, digest, fc_page_##symbol, fc_page_##symbol##_end },
const fc_page_asset fc_page_assets[] = {
#include "assets.def"
};
const size_t fc_page_assets_count = sizeof fc_page_assets / sizeof fc_page_assets[0];
