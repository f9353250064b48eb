/** Any bytes as a target file: what is read is checked, and what is refused says why. */
#include <stddef.h>
#include <stdint.h>

#include "base/assert.h"
#include "directory/target_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fc_error err = { 0 };
    fc_target_file file = { 0 };
    const fc_status status = fc_target_file_parse((fc_bytes){ data, size }, &file, &err);
    FC_ASSERT(file.target_count <= FC_TARGETS_MAX);
    FC_ASSERT(status == FC_OK || err.text[0] != '\0');
    for (size_t i = 0; i < file.target_count && status == FC_OK; i++) {
        FC_ASSERT(fc_target_config_check(&file.targets[i], &err) == FC_OK);
    }
    for (size_t i = 0; i < file.profiles.count && status == FC_OK; i++) {
        fc_params params = fc_params_default();
        fc_profile_apply(fc_profile_list_at(&file.profiles, i), &params);
    }
    fc_target_file_clear(&file);
    return 0;
}
