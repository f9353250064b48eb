#include "report/documents.h"

#include <strings.h>

#include "base/assert.h"
#include "report/json.h"

static const fc_schema_field RANGE[] = {
    { "min", "number or null", NULL },
    { "max", "number or null", NULL },
    { 0 },
};

static const fc_schema_field MEASURE[] = {
    { "value", "number", NULL },
    { "min", "number or null", NULL },
    { "max", "number or null", NULL },
    { 0 },
};

#define UNIT "one of mm, %"
#define CROWN "one of hair, skull, forehead"
#define EDITS "one of free, no_edits"
#define CONFIDENCE "one of authority, secondary, conflicting, own"

static const fc_schema_field PRESET[] = {
    { "name", "string", NULL },
    { "country", "string or null", "ISO 3166, or EU; null where it is no state's" },
    { "document", "string", NULL },
    { "width", "count", "px" },
    { "height", "count", "px" },
    { "width_mm", "number or null", NULL },
    { "height_mm", "number or null", NULL },
    { "dpi", "count or null", NULL },
    { "unit", UNIT, "of the ranges; % of the height where only px are said" },
    { "head_height", "Range or null", "null: the rule does not say" },
    { "eye_line", "Range or null", "above the lower edge" },
    { "top_margin", "Range or null", "above the hair" },
    { "crown", CROWN, "where the head ends, as its height is counted" },
    { "background", "string", "the new background; keep: the photo's own" },
    { "background_rule", "string or null", NULL },
    { "grey", "boolean", NULL },
    { "kb_min", "count or null", "of the JPEG" },
    { "kb_max", "count or null", "of the JPEG" },
    { "edits", EDITS, "no_edits: altered photos are refused, so the photo is only cropped" },
    { "office_only", "boolean", "no home-made picture is taken" },
    { "confidence", CONFIDENCE, "how well the rule is sourced" },
    { "source", "string", NULL },
    { "seen", "string or null", "date on which the source was read" },
    { "note", "string or null", NULL },
    { 0 },
};

static const fc_schema_field DOCUMENT[] = {
    { "preset", "string", NULL },
    { "preset_changed", "list of string", "options that have another value than the preset's" },
    { "unit", UNIT, "% of the height where only px are said" },
    { "head_height", "Measure", NULL },
    { "head_height_hair", "number", "chin to the hair's end" },
    { "head_height_skull", "number", "chin to the skull's top, by proportion" },
    { "crown", CROWN, "which of both `head_height` is" },
    { "eye_line", "Measure", "above the lower edge" },
    { "top_margin", "Measure", "above the hair" },
    { "chin_margin", "number", "below the chin" },
    { "compliant", "boolean", "size, place of the head and file; not expression or light" },
    { "reasons", "list of string", "what cannot be met, with numbers" },
    { "not_stated", "list of string", "measures that the rule does not have" },
    { "office_only", "boolean", NULL },
    { "edits", EDITS, NULL },
    { "confidence", CONFIDENCE, NULL },
    { "source", "string", NULL },
    { "seen", "string or null", NULL },
    { "note", "string or null", NULL },
    { 0 },
};

const fc_schema fc_document_schemas[] = {
    { "Range", RANGE },
    { "Measure", MEASURE },
    { "Preset", PRESET },
    { "Document", DOCUMENT },
    { 0 },
};

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
        fc_crown_name(preset->crown), "background", fc_preset_background(preset), "background_rule",
        pack_text(preset->ground), "grey", preset->grey, "kb_min", pack_integer(preset->kb_min),
        "kb_max", pack_integer(preset->kb_max), "edits", fc_edits_name(preset->edits),
        "office_only", preset->office_only, "confidence", fc_confidence_name(preset->confidence),
        "source", preset->source, "seen", pack_text(preset->seen), "note", pack_text(preset->note));
}

static json_t *pack_changes(const fc_params *params)
{
    const fc_option *changed[FC_PRESET_OPTIONS_MAX];
    const size_t count = fc_params_preset_changes(params, changed);
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++) {
        list = fc_json_append(list, json_string(changed[i]->name));
    }
    return list;
}

static json_t *pack_measure(double value, fc_range range)
{
    return json_pack("{s:o, s:o, s:o}", "value", fc_json_rounded(value, 2), "min",
                     pack_number(range.min), "max", pack_number(range.max));
}

static json_t *pack_reasons(const fc_document_reasons *reasons)
{
    json_t *list = json_array();
    for (int32_t i = 0; i < reasons->count; i++) {
        list = fc_json_append(list, json_sprintf("cannot be met: %s", reasons->items[i]));
    }
    return list;
}

/* Measures that the rule does not have. */
static json_t *pack_not_stated(const fc_preset *preset)
{
    const struct {
        const char *name;
        fc_range range;
    } all[] = { { "head_height", preset->head },
                { "eye_line", preset->eye_line },
                { "top_margin", preset->top } };
    json_t *list = json_array();
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        if (all[i].range.min <= 0 && all[i].range.max <= 0) {
            list = fc_json_append(list, json_string(all[i].name));
        }
    }
    return list;
}

json_t *fc_documents_pack_portrait(const fc_portrait *portrait)
{
    FC_ASSERT(portrait != NULL);
    const fc_params *params = &portrait->photo->params;
    const fc_preset *preset = fc_preset_at(params->preset);
    FC_ASSERT(preset != NULL);
    const fc_document *document = &portrait->frame.document;
    const fc_document_reasons reasons =
        fc_document_judge(preset, document, portrait->frame.canvas, portrait->jpeg.size);
    return json_pack(
        "{s:s, s:o, s:s, s:o, s:o, s:o, s:s, s:o, s:o, s:o, s:b, s:o, s:o, s:b, s:s, s:s, s:s, "
        "s:o, s:o}",
        "preset", preset->name, "preset_changed", pack_changes(params), "unit",
        fc_preset_unit(preset), "head_height", pack_measure(document->head, preset->head),
        "head_height_hair", fc_json_rounded(document->head_hair, 2), "head_height_skull",
        fc_json_rounded(document->head_skull, 2), "crown", fc_crown_name(preset->crown), "eye_line",
        pack_measure(document->eye_line, preset->eye_line), "top_margin",
        pack_measure(document->top, preset->top), "chin_margin",
        fc_json_rounded(document->chin_room, 2), "compliant", reasons.count == 0, "reasons",
        pack_reasons(&reasons), "not_stated", pack_not_stated(preset), "office_only",
        preset->office_only, "edits", fc_edits_name(preset->edits), "confidence",
        fc_confidence_name(preset->confidence), "source", preset->source, "seen",
        pack_text(preset->seen), "note", pack_text(preset->note));
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
