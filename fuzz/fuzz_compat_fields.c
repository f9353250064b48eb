/* Fields of other services' interfaces: the first byte picks one, the rest is its value. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "compat/rembg_fields.h"
#include "compat/removebg_fields.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const NAMES[] = { "size",  "format",      "channels", "roi",      "crop",
                                         "scale", "crop_margin", "position", "bg_color", "bgc",
                                         "model", "extras",      "af",       "ae" };
    char value[1025];
    if (size == 0 || size > sizeof value) {
        return 0;
    }
    memcpy(value, data + 1, size - 1);
    value[size - 1] = '\0';
    const fc_http_pair pair = { NAMES[data[0] % (sizeof NAMES / sizeof NAMES[0])], value };
    const fc_http_request request = { .fields = { &pair, 1 } };
    fc_removebg_order order;
    fc_rembg_order other;
    (void)(fc_removebg_read(request.fields, "full", &order).code == NULL);
    json_t *problems = json_array();
    (void)(fc_rembg_read(&request, &other, problems, NULL) == FC_OK);
    json_decref(problems);
    return 0;
}
