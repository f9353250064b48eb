#include "compat/rembg_fields.h"

#include <stdio.h>
#include <string.h>

#include "base/assert.h"
#include "base/number.h"
#include "report/json.h"

/* Names of rembg's models. Those of the network that may be installed here ask for it; else a small
 * model asks for the fast way, and every other one for the usual one. */
typedef enum wanted_way { USUAL, U2NET, SMALL } wanted_way;

static const struct {
    const char *name;
    wanted_way way;
} MODELS[] = {
    { "u2net", U2NET },
    { "u2netp", SMALL },
    { "u2net_human_seg", U2NET },
    { "u2net_cloth_seg", USUAL },
    { "silueta", SMALL },
    { "isnet-general-use", USUAL },
    { "isnet-anime", USUAL },
    { "sam", USUAL },
    { "birefnet-general", USUAL },
    { "birefnet-general-lite", SMALL },
    { "birefnet-portrait", USUAL },
    { "birefnet-dis", USUAL },
    { "birefnet-hrsod", USUAL },
    { "birefnet-cod", USUAL },
    { "birefnet-massive", USUAL },
    { "bria-rmbg", USUAL },
};

static bool parse_model(const char *value, fc_rembg_order *order)
{
    for (size_t i = 0; i < sizeof MODELS / sizeof MODELS[0]; i++) {
        if (strcmp(value, MODELS[i].name) == 0) {
            order->u2net = MODELS[i].way == U2NET;
            order->coarse = MODELS[i].way == SMALL;
            return true;
        }
    }
    return false;
}

static bool parse_mask(const char *value, fc_rembg_order *order)
{
    return fc_parse_bool(value, &order->plan.alpha_only);
}

/* Switches of steps that are always done here, or need not be. */
static bool parse_switch(const char *value, fc_rembg_order *order)
{
    (void)order;
    bool ignored = false;
    return fc_parse_bool(value, &ignored);
}

static bool parse_level(const char *value, fc_rembg_order *order)
{
    (void)order;
    int64_t ignored = 0;
    return fc_parse_integer(value, &ignored) && ignored >= 0 && ignored <= 255;
}

static bool parse_size(const char *value, fc_rembg_order *order)
{
    (void)order;
    int64_t ignored = 0;
    return fc_parse_integer(value, &ignored) && ignored >= 0;
}

/* "r,g,b,a", each 0 to 255. */
static bool parse_colour(const char *value, fc_rembg_order *order)
{
    uint8_t colour[4] = { 0 };
    for (int c = 0; c < 4; c++) {
        char number[8];
        value += strspn(value, " ");
        const size_t length = strcspn(value, ", ");
        const size_t end = length + strspn(value + length, " ");
        int64_t level = 0;
        if (length >= sizeof number || value[end] != (c < 3 ? ',' : '\0')) {
            return false;
        }
        memcpy(number, value, length);
        number[length] = '\0';
        if (!fc_parse_integer(number, &level) || level < 0 || level > 255) {
            return false;
        }
        colour[c] = (uint8_t)level;
        value += end + (c < 3 ? 1 : 0);
    }
    memcpy(order->plan.colour, colour, sizeof colour);
    return true;
}

/* Options of its models, which may name files and keys of the server: looked at by nobody. */
static bool parse_extras(const char *value, fc_rembg_order *order)
{
    (void)order;
    json_t *extras = json_loads(value, 0, NULL);
    const bool valid = json_is_object(extras);
    json_decref(extras);
    return valid;
}

static const struct {
    const char *name;
    const char *allowed;
    bool (*parse)(const char *value, fc_rembg_order *order);
} FIELDS[] = {
    { "model", "the name of a model of rembg, such as u2net or birefnet-general", parse_model },
    { "a", "true or false", parse_switch },
    { "af", "an integer from 0 to 255", parse_level },
    { "ab", "an integer from 0 to 255", parse_level },
    { "ae", "an integer of 0 or more", parse_size },
    { "om", "true or false", parse_mask },
    { "ppm", "true or false", parse_switch },
    { "dc", "true or false", parse_switch },
    { "vm", "true or false", parse_switch },
    { "bgc", "r,g,b,a: four integers from 0 to 255", parse_colour },
    { "extras", "a JSON object; it has no effect here", parse_extras },
};

static fc_status report(const char *place, const char *name, const char *value, const char *allowed,
                        json_t *problems, fc_error *err)
{
    json_t *item =
        json_pack("{s:s, s:[s, s], s:o, s:o}", "type", "value_error", "loc", place, name, "msg",
                  json_sprintf("Input should be %s", allowed), "input", fc_json_text(value));
    if (json_array_append_new(problems, item) != 0) {
        return fc_fail(err, FC_OUT_OF_MEMORY, "no memory for an answer");
    }
    return FC_OK;
}

static fc_status take(const char *place, fc_http_pairs pairs, fc_rembg_order *order,
                      json_t *problems, fc_error *err)
{
    for (size_t i = 0; i < sizeof FIELDS / sizeof FIELDS[0]; i++) {
        const char *value = fc_http_pairs_lookup(pairs, FIELDS[i].name);
        if (value != NULL && value[0] != '\0' && !FIELDS[i].parse(value, order)) {
            FC_TRY(report(place, FIELDS[i].name, value, FIELDS[i].allowed, problems, err));
        }
    }
    return FC_OK;
}

fc_status fc_rembg_read(const fc_http_request *request, fc_rembg_order *out, json_t *problems,
                        fc_error *err)
{
    FC_ASSERT(request != NULL && out != NULL);
    if (problems == NULL) {
        return fc_fail(err, FC_OUT_OF_MEMORY, "no memory for an answer");
    }
    *out = (fc_rembg_order){ .plan = { .format = FC_CUTOUT_PNG, .keep_alpha = true } };
    FC_TRY(take("query", request->query, out, problems, err));
    return take("body", request->fields, out, problems, err);
}
