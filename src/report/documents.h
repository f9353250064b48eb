/** Documents: presets as JSON, and how well a portrait meets its preset. Any thread. */
#pragma once

#include <jansson.h>

#include "config/presets.h"
#include "pipeline/portrait.h"
#include "report/schema.h"

/** Schemas of Preset and Document. */
extern const fc_schema fc_document_schemas[];

/**
 * {"name","country","document","width","height","width_mm","height_mm","dpi","unit":"mm|%",
 *  "head_height":{"min","max"},"eye_line","top_margin","crown","background","background_rule",
 *  "grey","kb_min","kb_max","edits","office_only","confidence","source","seen","note"}; null is
 * what the rule does not say.
 *
 * Owner: caller. NULL when memory ran out.
 */
json_t *fc_documents_pack_preset(const fc_preset *preset);

/**
 * {"preset","preset_changed":[...],"unit","head_height":{"value","min","max"},"head_height_hair",
 *  "head_height_skull","crown","eye_line":{"value","min","max"},"top_margin":{...},"chin_margin","compliant",
 *  "reasons":[...],"not_stated":[...],"office_only","edits","confidence","source","seen","note"};
 * Of a portrait with a preset. Owner and NULL as above.
 */
json_t *fc_documents_pack_portrait(const fc_portrait *portrait);

/** The presets of one country ("DE", in any case); NULL: all. Owner and NULL as above. */
json_t *fc_documents_pack_presets(const char *country);
