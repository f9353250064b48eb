/** Files of src/api/docs and Swagger UI, carried in the program (cmake/Assets.cmake). Those of the
 *  page /docs are packed by gzip. */
#pragma once

#include <stdint.h>

extern const uint8_t fc_asset_index_html[];
extern const uint8_t fc_asset_index_html_end[];
extern const uint8_t fc_asset_init_js[];
extern const uint8_t fc_asset_init_js_end[];
extern const uint8_t fc_asset_swagger_ui_css[];
extern const uint8_t fc_asset_swagger_ui_css_end[];
extern const uint8_t fc_asset_swagger_ui_js[];
extern const uint8_t fc_asset_swagger_ui_js_end[];
extern const uint8_t fc_asset_openapi_json[];
extern const uint8_t fc_asset_openapi_json_end[];
