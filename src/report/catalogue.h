/**
 * Catalogue: the program's tables as JSON, one line each - what `facecraft version`, `options`,
 * `stages` and `models` print with --json. Any thread.
 *
 * Each appends to `out`. Errors: FC_OUT_OF_MEMORY, FC_LIMIT_EXCEEDED; then unchanged.
 */
#pragma once

#include <jansson.h>

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"
#include "config/options.h"
#include "engine/engine.h"
#include "report/schema.h"

/** {"name","version","revision","onnxruntime"} */
FC_MUST_CHECK fc_status fc_catalogue_version(fc_buffer *out, fc_error *err);

/** {"params":[{"name","flag","variable","kind","default","value","min","max","choices","unit",
 *  "help"}],"settings":[...],"server":[...]}; `value` is the one in force. */
FC_MUST_CHECK fc_status fc_catalogue_options(const fc_params *params, const fc_settings *settings,
                                             const fc_server_settings *server, fc_buffer *out,
                                             fc_error *err);

/** [{"name","purpose","scope":"photo|face","needs":[...],"gives":[...],"optional"}] */
FC_MUST_CHECK fc_status fc_catalogue_stages(fc_buffer *out, fc_error *err);

/**
 * [{"name","role","file","licence","commercial_use","purpose","optional","path","state","found",
 *   "bytes","published_bytes","sha256","source":{"kind","package","version"},"loaded","device"}]
 *
 * engine   that has loaded them: then `loaded` and `device` tell and `path` is null. NULL: nothing
 *          is loaded, so they are null
 *
 * Owner: caller. NULL when memory ran out.
 */
json_t *fc_catalogue_pack_models(const fc_settings *settings, const fc_engine *engine);

/** The same without an engine, as text. */
FC_MUST_CHECK fc_status fc_catalogue_models(const fc_settings *settings, fc_buffer *out,
                                            fc_error *err);

/** Size of a model file in bytes; -1 where there is none to read. `path` as fc_model_file_path. */
int64_t fc_catalogue_model_bytes(const char *path);

/** ModelFile, one of the list of models. */
extern const fc_schema fc_catalogue_schemas[];
