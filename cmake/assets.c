/* Packed files as constant data between two symbols each; see cmake/Assets.cmake. */
#define ASSET(name, file)                                                                          \
    __asm__(".pushsection .rodata, \"a\"\n"                                                        \
            ".globl fc_asset_" #name "\n"                                                          \
            "fc_asset_" #name ":\n"                                                                \
            ".incbin \"" FC_ASSETS "/" file ".gz\"\n"                                              \
            ".globl fc_asset_" #name "_end\n"                                                      \
            "fc_asset_" #name "_end:\n"                                                            \
            ".popsection\n")

ASSET(index_html, "index.html");
ASSET(init_js, "init.js");
ASSET(swagger_ui_css, "swagger-ui.css");
ASSET(swagger_ui_js, "swagger-ui-bundle.js");
