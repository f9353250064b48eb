/* "OPTIONS/ADDRESS" as a stranger's path has it, and the first part of it as a signature. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "service/image_path.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char path[8200];
    static fc_params defaults;
    bool valid = false;
    if (size >= sizeof path || memchr(data, 0, size) != NULL) {
        return 0;
    }
    memcpy(path, data, size);
    path[size] = '\0';
    char *address = strchr(path, '/');
    if (address == NULL) {
        return 0;
    }
    *address++ = '\0';
    defaults = fc_params_default();
    fc_form form = fc_form_start(&defaults);
    fc_buffer url = { 0 };
    (void)(fc_image_options_read(path, &form, NULL) == FC_OK);
    (void)(fc_image_address_read(address, &url, NULL) == FC_OK);
    (void)(fc_image_signed("a key of some length", path, address, &valid, NULL) == FC_OK);
    fc_buffer_clear(&url);
    return 0;
}
