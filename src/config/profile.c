#include "config/profile.h"

#include <stdio.h>
#include <string.h>

#include "base/assert.h"
#include "base/memory.h"
#include "base/suggest.h"

#define FC_PROFILE(called, wide, high, bytes, density, for_whom)                                   \
    { .name = (called),                                                                            \
      .width = (wide),                                                                             \
      .height = (high),                                                                            \
      .bytes_max = (bytes),                                                                        \
      .dpi = (density),                                                                            \
      .purpose = (for_whom) },
const fc_profile fc_profiles[] = {
#include "config/profiles.def"
};
#undef FC_PROFILE

const size_t fc_profiles_count = sizeof fc_profiles / sizeof fc_profiles[0];

/* Which rows of params.def are set is one bit each. */
struct fc_own_profile {
    fc_profile profile; /* its name is the one below */
    char name[FC_PROFILE_NAME_SIZE];
    fc_params params;
    uint64_t rows;
};

static fc_own_profile *last_of(const fc_profile_list *list)
{
    FC_ASSERT(list != NULL && list->count > 0);
    return list->items[list->count - 1];
}

/* ---- one's own ------------------------------------------------------------------------------- */

static void set_by_itself(fc_params *params)
{
    params->preset = 0; /* has a size of its own */
    params->min_jpeg_kb = 0;
    params->use_oval_mask = false;
    params->enlarge = false;
}

fc_status fc_profile_list_begin(fc_profile_list *list, const char *name, fc_error *err)
{
    FC_ASSERT(list != NULL);
    const fc_profile *other = NULL;
    fc_own_profile *own = NULL;
    if (name[0] == '\0' || strlen(name) >= FC_PROFILE_NAME_SIZE) {
        return fc_fail(err, FC_INVALID_ARGUMENT, "a profile's name has %zu bytes, allowed: 1 to %d",
                       strlen(name), FC_PROFILE_NAME_SIZE - 1);
    }
    if (fc_profile_find(list, name, &other, NULL) == FC_OK) {
        return fc_fail(err, FC_INVALID_ARGUMENT, "%s \"%s\"; give this one another name",
                       other->own == NULL ? "Facecraft itself has a profile" : "a second profile",
                       name);
    }
    if (list->count == FC_OWN_PROFILES_MAX) {
        return fc_fail(err, FC_LIMIT_EXCEEDED, "more than %d profiles", FC_OWN_PROFILES_MAX);
    }
    FC_TRY(fc_memory_new_zeroed(1, sizeof *own, (void **)&own, err));
    (void)snprintf(own->name, sizeof own->name, "%s", name);
    own->params = fc_params_default();
    set_by_itself(&own->params);
    own->profile = (fc_profile){ .name = own->name, .purpose = "of the target file", .own = own };
    list->items[list->count++] = own;
    return FC_OK;
}

static fc_status refuse_unknown(const char *name, fc_error *err)
{
    const fc_options table = fc_params_options();
    fc_suggestion suggestion = { .word = name };
    for (size_t i = 0; i < table.count; i++) {
        fc_suggestion_offer(&suggestion, table.rows[i].name);
    }
    return fc_fail(
        err, FC_INVALID_ARGUMENT,
        "a profile has no \"%.40s\"%s%s, allowed: what docs/options.md has of a portrait", name,
        suggestion.best != NULL ? "; did you mean " : "",
        suggestion.best != NULL ? suggestion.best : "");
}

fc_status fc_profile_list_set(fc_profile_list *list, const char *name, const char *value,
                              fc_error *err)
{
    const fc_options table = fc_params_options();
    const fc_option *option = fc_option_lookup(table, name);
    fc_own_profile *own = last_of(list);
    if (option == NULL) {
        return refuse_unknown(name, err);
    }
    FC_ASSERT(table.count <= 64);
    const uint64_t bit = UINT64_C(1) << (option - table.rows);
    if ((own->rows & bit) != 0) {
        return fc_fail(err, FC_INVALID_ARGUMENT, "a second \"%s\"", option->name);
    }
    if (option->kind == FC_OPTION_PRESET && own->rows != 0) {
        return fc_fail(err, FC_INVALID_ARGUMENT,
                       "preset sets other options, so it stands first in a profile");
    }
    fc_params params = own->params;
    FC_TRY(fc_option_set(option, &params, value, err));
    if (params.background.kind == FC_BACKGROUND_PICTURE || params.face == FC_FACE_ALL) {
        return fc_fail(err, FC_INVALID_ARGUMENT, "a profile cannot have %s = %.20s", option->name,
                       value);
    }
    own->params = params;
    own->rows |= bit;
    return FC_OK;
}

static bool has_row(const fc_own_profile *own, const char *name)
{
    const fc_options table = fc_params_options();
    return (own->rows >> (fc_option_lookup(table, name) - table.rows) & 1) != 0;
}

fc_status fc_profile_list_finish(fc_profile_list *list, fc_error *err)
{
    fc_own_profile *own = last_of(list);
    if (own->params.preset == 0 && !(has_row(own, "width") && has_row(own, "height"))) {
        return fc_fail(err, FC_INVALID_ARGUMENT,
                       "profile %s: write width and height, or a preset, which has them",
                       own->name);
    }
    own->profile.width = own->params.width;
    own->profile.height = own->params.height;
    own->profile.bytes_max = own->params.max_jpeg_kb << 10;
    own->profile.dpi = own->params.dpi;
    return FC_OK;
}

const fc_profile *fc_profile_list_at(const fc_profile_list *list, size_t index)
{
    FC_ASSERT(list != NULL && index < list->count);
    return &list->items[index]->profile;
}

void fc_profile_list_clear(fc_profile_list *list)
{
    FC_ASSERT(list != NULL);
    for (size_t i = 0; i < list->count; i++) {
        fc_memory_free(list->items[i]);
    }
    *list = (fc_profile_list){ 0 };
}

/* ---- all ------------------------------------------------------------------------------------- */

static size_t count_all(const fc_profile_list *own)
{
    return fc_profiles_count + (own != NULL ? own->count : 0);
}

static const fc_profile *at(const fc_profile_list *own, size_t index)
{
    return index < fc_profiles_count ? &fc_profiles[index]
                                     : fc_profile_list_at(own, index - fc_profiles_count);
}

fc_status fc_profile_find(const fc_profile_list *own, const char *name, const fc_profile **out,
                          fc_error *err)
{
    FC_ASSERT(name != NULL);
    char all[FC_ERROR_TEXT_SIZE] = "";
    size_t used = 0;
    for (size_t i = 0; i < count_all(own); i++) {
        if (strcmp(at(own, i)->name, name) == 0) {
            *out = at(own, i);
            return FC_OK;
        }
        used += used < sizeof all ? (size_t)snprintf(all + used, sizeof all - used, "%s%s",
                                                     i > 0 ? ", " : "", at(own, i)->name)
                                  : 0;
    }
    return fc_fail(err, FC_NOT_FOUND, "there is no profile \"%.40s\"; there are: %s", name, all);
}

/* Row by row, so that what a profile does not say stays; the preset is the first. */
static void apply_own(const fc_own_profile *own, fc_params *params)
{
    const fc_options table = fc_params_options();
    for (size_t i = 0; i < table.count; i++) {
        char value[FC_OPTION_TEXT_SIZE];
        if ((own->rows >> i & 1) != 0) {
            fc_option_print(&table.rows[i], &own->params, value, sizeof value);
            const fc_status status = fc_option_set(&table.rows[i], params, value, NULL);
            FC_ASSERT(status == FC_OK);
        }
    }
}

void fc_profile_apply(const fc_profile *profile, fc_params *params)
{
    FC_ASSERT(profile != NULL);
    FC_ASSERT(params != NULL);
    set_by_itself(params);
    params->width = profile->width;
    params->height = profile->height;
    params->max_jpeg_kb = profile->bytes_max >> 10;
    params->dpi = profile->dpi;
    if (profile->own != NULL) {
        apply_own(profile->own, params);
    }
}
