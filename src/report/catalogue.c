#include "report/catalogue.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/assert.h"
#include "engine/model_files.h"
#include "facecraft_version.h"
#include "infer/session.h"
#include "pipeline/stages.h"
#include "report/json.h"

fc_status fc_catalogue_version(fc_buffer *out, fc_error *err)
{
    return fc_json_write_line(
        json_pack("{s:s, s:s, s:s, s:s, s:o}", "name", "facecraft", "version", FC_VERSION,
                  "revision", FC_REVISION, "onnxruntime", fc_runtime_version(), "cuda",
                  fc_json_text(fc_runtime_has_cuda() ? fc_runtime_version() : NULL)),
        out, err);
}

static const fc_schema_field MODEL_SOURCE[] = {
    { "kind", "one of pip-wheel, debian, release", NULL },
    { "package", "string", NULL },
    { "version", "string", NULL },
    { 0 },
};

static const fc_schema_field MODEL_FILE[] = {
    { "name", "string", NULL },
    { "role", "string", NULL },
    { "file", "string", NULL },
    { "licence", "string", NULL },
    { "commercial_use", "boolean", NULL },
    { "purpose", "string", NULL },
    { "optional", "boolean", NULL },
    { "path", "string or null", "null where a service tells it" },
    { "state", "one of loaded, found, missing, not installed, refused: licence", NULL },
    { "found", "boolean", NULL },
    { "bytes", "count", "of the file that is there; 0 without one" },
    { "published_bytes", "count", NULL },
    { "sha256", "string", "of the published file" },
    { "source", "ModelSource", NULL },
    { "loaded", "boolean or null", "null where nothing is loaded at all" },
    { "device", "string or null", "where it runs" },
    { 0 },
};

const fc_schema fc_catalogue_schemas[] = {
    { "ModelSource", MODEL_SOURCE },
    { "ModelFile", MODEL_FILE },
    { 0 },
};

/* One word for the kind of an option's value: "integer", "number", "boolean"... */
static const char *kind_name(fc_option_kind kind)
{
    switch (kind) {
    case FC_OPTION_INT:
    case FC_OPTION_CHANNEL:
        return "integer";
    case FC_OPTION_REAL:
        return "number";
    case FC_OPTION_BOOL:
        return "boolean";
    case FC_OPTION_BACKGROUND:
        return "background";
    case FC_OPTION_CHOICE:
        return "choice";
    case FC_OPTION_BOX:
        return "box";
    case FC_OPTION_PRESET:
        return "preset";
    case FC_OPTION_TEXT:
        return "text";
    case FC_OPTION_SECRET:
        return "secret";
    }
    FC_ASSERT(!"unknown kind of option");
    return "";
}

static json_t *pack_option(const fc_option *option, const void *values)
{
    const bool number = option->kind == FC_OPTION_INT || option->kind == FC_OPTION_REAL ||
                        option->kind == FC_OPTION_CHANNEL;
    char value[FC_OPTION_TEXT_SIZE];
    fc_option_print(option, values, value, sizeof value);
    char variable[96];
    (void)snprintf(variable, sizeof variable, "FACECRAFT_%s", option->variable);
    return json_pack("{s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:s?, s:s?, s:s}", "name", option->name,
                     "variable", variable, "kind", kind_name(option->kind), "default",
                     option->initial, "value", fc_json_text(value), "min",
                     number ? json_real(option->min) : json_null(), "max",
                     number ? json_real(option->max) : json_null(), "choices", option->choices,
                     "unit", option->unit, "help", option->help);
}

static json_t *pack_options(fc_options options, const void *values)
{
    json_t *list = json_array();
    for (size_t i = 0; i < options.count; i++) {
        list = fc_json_append(list, pack_option(&options.rows[i], values));
    }
    return list;
}

fc_status fc_catalogue_options(const fc_params *params, const fc_settings *settings,
                               const fc_server_settings *server, fc_buffer *out, fc_error *err)
{
    FC_ASSERT(params != NULL);
    FC_ASSERT(settings != NULL);
    FC_ASSERT(server != NULL);
    return fc_json_write_line(json_pack("{s:o, s:o, s:o}", "params",
                                        pack_options(fc_params_options(), params), "settings",
                                        pack_options(fc_settings_options(), settings), "server",
                                        pack_options(fc_server_options(), server)),
                              out, err);
}

static json_t *pack_parts(uint32_t parts)
{
    json_t *list = json_array();
    for (uint32_t rest = parts; rest != 0; rest &= rest - 1) {
        list = fc_json_append(list, json_string(fc_part_name(rest & (~rest + 1))));
    }
    return list;
}

fc_status fc_catalogue_stages(fc_buffer *out, fc_error *err)
{
    json_t *list = json_array();
    for (size_t i = 0; i < fc_stages_count; i++) {
        const fc_stage *stage = &fc_stages[i];
        list = fc_json_append(
            list, json_pack("{s:s, s:s, s:s, s:o, s:o, s:b}", "name", stage->name, "purpose",
                            stage->purpose, "scope", stage->run_photo != NULL ? "photo" : "face",
                            "needs", pack_parts(stage->needs), "gives", pack_parts(stage->gives),
                            "optional", stage->wanted != NULL));
    }
    return fc_json_write_line(list, out, err);
}

int64_t fc_catalogue_model_bytes(const char *path)
{
    struct stat facts = { 0 };
    return stat(path, &facts) == 0 && S_ISREG(facts.st_mode) && access(path, R_OK) == 0
               ? (int64_t)facts.st_size
               : -1;
}

/* A client of the service has no business with the folders of its machine: no path then. */
static json_t *pack_model(int index, const fc_settings *settings, const fc_engine *engine)
{
    const fc_model_file *file = fc_model_file_lookup(index);
    const fc_supply *supply = fc_model_file_supply(index);
    const fc_model_state state = fc_model_file_state(index, settings);
    const bool loaded = engine != NULL && fc_engine_model_loaded(engine, index);
    char path[FC_MODEL_PATH_SIZE];
    fc_model_file_path(index, settings, path);
    return json_pack(
        "{s:s, s:s, s:s, s:s, s:b, s:s, s:b, s:o, s:s, s:b, s:I, s:I, s:s, s:{s:s, s:s, s:s}, "
        "s:o, s:s?}",
        "name", file->name, "role", file->role, "file", file->file, "licence", file->licence,
        "commercial_use", file->commercial, "purpose", file->purpose, "optional", file->optional,
        "path", engine == NULL ? fc_json_text(path) : json_null(), "state",
        loaded ? "loaded" : fc_model_state_name(state), "found", state == FC_MODEL_FOUND, "bytes",
        (json_int_t)(state == FC_MODEL_FOUND ? fc_catalogue_model_bytes(path) : 0),
        "published_bytes", (json_int_t)supply->bytes, "sha256", supply->sha256, "source", "kind",
        supply->kind, "package", supply->package, "version", supply->version, "loaded",
        engine != NULL ? json_boolean(loaded) : json_null(), "device",
        loaded ? fc_engine_model_device(engine, index) : NULL);
}

json_t *fc_catalogue_pack_models(const fc_settings *settings, const fc_engine *engine)
{
    FC_ASSERT(settings != NULL);
    json_t *list = json_array();
    for (int i = 0; i < FC_MODEL_FILES_COUNT; i++) {
        list = fc_json_append(list, pack_model(i, settings, engine));
    }
    return list;
}

fc_status fc_catalogue_models(const fc_settings *settings, fc_buffer *out, fc_error *err)
{
    return fc_json_write_line(fc_catalogue_pack_models(settings, NULL), out, err);
}
