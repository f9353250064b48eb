/** Documents: presets, and how far a portrait meets its own, as JSON. Any thread. */
#pragma once

#include <jansson.h>

#include "config/presets.h"
#include "pipeline/portrait.h"

/**
 * {"name","country","document","width","height","width_mm","height_mm","dpi","unit":"mm|%",
 *  "head_height":{"min","max"},"eye_line","top_margin","crown","background","background_rule",
 *  "grey","kb_min","kb_max","edits","office_only","confidence","source","seen","note"}; null is what
 * the rule does not say.
 *
 * Owner: caller. NULL when memory ran out.
 */
json_t *fc_documents_pack_preset(const fc_preset *preset);

/** All of them, or those of one country ("DE", in any case); NULL: all. Owner and NULL as above. */
json_t *fc_documents_pack_presets(const char *country);
