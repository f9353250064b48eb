#include "report/documents.h"

#include <strings.h>

#include "base/assert.h"
#include "report/json.h"

static json_t *pack_number(double value)
{
    return value > 0 ? fc_json_rounded(value, 1) : json_null();
}

static json_t *pack_integer(int32_t value)
{
    return value > 0 ? json_integer(value) : json_null();
}

static json_t *pack_text(const char *text)
{
    return text[0] != '\0' ? json_string(text) : json_null();
}

static json_t *pack_range(fc_range range)
{
    return range.min > 0 || range.max > 0 ? json_pack("{s:o, s:o}", "min", pack_number(range.min),
                                                      "max", pack_number(range.max))
                                          : json_null();
}

json_t *fc_documents_pack_preset(const fc_preset *preset)
{
    FC_ASSERT(preset != NULL);
    return json_pack(
        "{s:s, s:o, s:s, s:i, s:i, s:o, s:o, s:o, s:s, s:o, s:o, s:o, s:s, s:s, s:o, "
        "s:b, s:o, s:o, s:s, s:b, s:s, s:s, s:o, s:o}",
        "name", preset->name, "country", pack_text(preset->country), "document", preset->document,
        "width", preset->width, "height", preset->height, "width_mm", pack_number(preset->width_mm),
        "height_mm", pack_number(preset->height_mm), "dpi", pack_integer(preset->dpi), "unit",
        fc_preset_unit(preset), "head_height", pack_range(preset->head), "eye_line",
        pack_range(preset->eye_line), "top_margin", pack_range(preset->top), "crown",
        fc_crown_name(preset->crown), "background",
        preset->edits == FC_EDITS_FREE ? preset->background : "keep", "background_rule",
        pack_text(preset->ground), "grey", preset->grey, "kb_min", pack_integer(preset->kb_min),
        "kb_max", pack_integer(preset->kb_max), "edits", fc_edits_name(preset->edits),
        "office_only", preset->office_only, "confidence", fc_confidence_name(preset->confidence),
        "source", preset->source, "seen", pack_text(preset->seen), "note", pack_text(preset->note));
}

json_t *fc_documents_pack_presets(const char *country)
{
    json_t *list = json_array();
    for (int32_t i = 1; i <= fc_presets_count(); i++) {
        const fc_preset *preset = fc_preset_at(i);
        if (country == NULL || strcasecmp(preset->country, country) == 0) {
            list = fc_json_append(list, fc_documents_pack_preset(preset));
        }
    }
    return list;
}
