/**
 * Profile: the picture that one kind of receiver takes. The rows of profiles.def, and those of
 * one's own, which set any options of params.def. Constant once it is made; then any thread.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/error.h"
#include "config/options.h"

/** Profiles of one's own in a list. */
#define FC_OWN_PROFILES_MAX 32

/** Longest name of one, with its final zero. */
#define FC_PROFILE_NAME_SIZE 41

typedef struct fc_own_profile fc_own_profile;

typedef struct fc_profile {
    const char *name;
    int32_t width; /* px */
    int32_t height;
    int32_t bytes_max; /* 0: as option max_jpeg_kb has it by itself */
    int32_t dpi;       /* 0: not said */
    const char *purpose;
    const fc_own_profile *own; /* NULL: a row of profiles.def */
} fc_profile;

extern const fc_profile fc_profiles[];
extern const size_t fc_profiles_count;

/** Profiles of one's own. Zeroed: none. Release with fc_profile_list_clear; where the list is, its
 *  profiles may be borrowed, also when more are added. */
typedef struct fc_profile_list {
    fc_own_profile *items[FC_OWN_PROFILES_MAX];
    size_t count;
} fc_profile_list;

/**
 * Begin one; fc_profile_list_set and fc_profile_list_finish are about the last that was begun.
 *
 * Errors: FC_INVALID_ARGUMENT (the name is taken, or too long), FC_LIMIT_EXCEEDED,
 * FC_OUT_OF_MEMORY.
 */
FC_MUST_CHECK fc_status fc_profile_list_begin(fc_profile_list *list, const char *name,
                                              fc_error *err);

/** Set an option of it, by its name in params.def. Errors: FC_INVALID_ARGUMENT (no such option; one
 *  that a profile cannot have; twice; no such value). */
FC_MUST_CHECK fc_status fc_profile_list_set(fc_profile_list *list, const char *name,
                                            const char *value, fc_error *err);

/** Errors: FC_INVALID_ARGUMENT (neither a size nor a preset that has one). */
FC_MUST_CHECK fc_status fc_profile_list_finish(fc_profile_list *list, fc_error *err);

/** The one at `index`, as others see it. */
const fc_profile *fc_profile_list_at(const fc_profile_list *list, size_t index);

void fc_profile_list_clear(fc_profile_list *list);

/** One by its name. `own`: NULL for none. Errors: FC_NOT_FOUND, naming all that there are. */
FC_MUST_CHECK fc_status fc_profile_find(const fc_profile_list *own, const char *name,
                                        const fc_profile **out, fc_error *err);

/** Ask for the picture of a profile; what it does not say stays. */
void fc_profile_apply(const fc_profile *profile, fc_params *params);
