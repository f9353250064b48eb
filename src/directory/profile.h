/** Profile: the picture that one kind of receiver takes. The rows of profiles.def. Any thread. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/error.h"
#include "config/options.h"

typedef struct fc_profile {
    const char *name;
    int32_t width; /* px */
    int32_t height;
    int32_t bytes_max;
    int32_t dpi; /* 0: not said */
    const char *purpose;
} fc_profile;

extern const fc_profile fc_profiles[];
extern const size_t fc_profiles_count;

/** Errors: FC_NOT_FOUND, naming all that there are. */
FC_MUST_CHECK fc_status fc_profile_find(const char *name, const fc_profile **out, fc_error *err);

/** Ask for the picture of a profile; what it does not say stays. */
void fc_profile_apply(const fc_profile *profile, fc_params *params);
