/* Files as constant data between two symbols each; see cmake/Assets.cmake. */
#define ASSET(name, file)                                                                          \
    __asm__(".pushsection .rodata, \"a\"\n"                                                        \
            ".globl fc_asset_" #name "\n"                                                          \
            "fc_asset_" #name ":\n"                                                                \
            ".incbin \"" FC_ASSETS "/" file "\"\n"                                                 \
            ".globl fc_asset_" #name "_end\n"                                                      \
            "fc_asset_" #name "_end:\n"                                                            \
            ".popsection\n")

ASSET(index_html, "index.html.gz");
ASSET(init_js, "init.js.gz");
ASSET(swagger_ui_css, "swagger-ui.css.gz");
ASSET(swagger_ui_js, "swagger-ui-bundle.js.gz");
ASSET(openapi_json, "openapi.json");
ASSET(face_jpg, "face.jpg");
