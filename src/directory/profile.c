#include "directory/profile.h"

#include <stdio.h>
#include <string.h>

#include "base/assert.h"

#define FC_PROFILE(...) { __VA_ARGS__ },
const fc_profile fc_profiles[] = {
#include "directory/profiles.def"
};
#undef FC_PROFILE

const size_t fc_profiles_count = sizeof fc_profiles / sizeof fc_profiles[0];

fc_status fc_profile_find(const char *name, const fc_profile **out, fc_error *err)
{
    FC_ASSERT(name != NULL);
    char all[FC_ERROR_TEXT_SIZE] = "";
    size_t used = 0;
    for (size_t i = 0; i < fc_profiles_count; i++) {
        if (strcmp(fc_profiles[i].name, name) == 0) {
            *out = &fc_profiles[i];
            return FC_OK;
        }
        used += (size_t)snprintf(all + used, sizeof all - used, "%s%s", i > 0 ? ", " : "",
                                 fc_profiles[i].name);
        FC_ASSERT(used < sizeof all);
    }
    return fc_fail(err, FC_NOT_FOUND, "there is no profile \"%.40s\"; there are: %s", name, all);
}

void fc_profile_apply(const fc_profile *profile, fc_params *params)
{
    FC_ASSERT(profile != NULL);
    FC_ASSERT(params != NULL);
    params->width = profile->width;
    params->height = profile->height;
    params->preset = 0; /* has a size of its own */
    params->min_jpeg_kb = 0;
    params->max_jpeg_kb = profile->bytes_max >> 10;
    params->dpi = profile->dpi;
    params->use_oval_mask = false;
    params->enlarge = false;
}
