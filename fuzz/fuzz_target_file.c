/** Any bytes as a target file: what is read is checked, and what is refused says why. */
#include <stddef.h>
#include <stdint.h>

#include "base/assert.h"
#include "directory/target_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fc_error err = { 0 };
    fc_target_config configs[FC_TARGETS_MAX] = { 0 };
    size_t count = 0;
    const fc_status status = fc_target_file_parse((fc_bytes){ data, size }, configs, &count, &err);
    FC_ASSERT(count <= FC_TARGETS_MAX);
    FC_ASSERT(status == FC_OK || err.text[0] != '\0');
    for (size_t i = 0; i < count; i++) {
        FC_ASSERT(status != FC_OK || fc_target_config_check(&configs[i], &err) == FC_OK);
        fc_target_config_clear(&configs[i]);
    }
    return 0;
}
