#include "report/documents.h"

#include <string.h>

#include "base/memory.h"
#include "support/fc_test.h"

static const char *text_at(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

static void a_preset_has_all_keys_and_null_for_what_is_not_said(void **state)
{
    (void)state;
    json_t *preset = fc_documents_pack_preset(fc_preset_at(fc_preset_number("us-visa")));
    assert_int_equal(json_object_size(preset), 24);
    assert_string_equal(text_at(preset, "country"), "US");
    assert_string_equal(text_at(preset, "background"), "keep");
    assert_int_equal(json_integer_value(json_object_get(preset, "kb_max")), 240);
    assert_true(json_is_null(json_object_get(preset, "top_margin")));
    assert_true(json_is_null(json_object_get(preset, "kb_min")));
    json_decref(preset);
}

static void presets_are_listed_by_country(void **state)
{
    (void)state;
    json_t *all = fc_documents_pack_presets(NULL);
    json_t *japanese = fc_documents_pack_presets("jp");
    json_t *nobody = fc_documents_pack_presets("xx");
    assert_int_equal(json_array_size(all), fc_presets_count());
    assert_int_equal(json_array_size(japanese), 2);
    assert_int_equal(json_array_size(nobody), 0);
    json_decref(all);
    json_decref(japanese);
    json_decref(nobody);
}

static json_t *tell(const char *preset, int32_t width, fc_document document)
{
    static fc_photo photo;
    static fc_portrait portrait;
    photo = (fc_photo){ .params = fc_params_default() };
    fc_params_select_preset(&photo.params, fc_preset_number(preset));
    photo.params.width = width > 0 ? width : photo.params.width;
    portrait = (fc_portrait){ .photo = &photo };
    portrait.frame.canvas = (fc_size){ photo.params.width, photo.params.height };
    portrait.frame.document = document;
    return fc_documents_pack_portrait(&portrait);
}

static void a_portrait_tells_how_far_the_rule_is_met(void **state)
{
    (void)state;
    json_t *met =
        tell("us-visa", 0, (fc_document){ .head = 30, .eye_line = 31, .top = 4, .chin_room = 16 });
    assert_true(json_is_true(json_object_get(met, "compliant")));
    assert_int_equal(json_array_size(json_object_get(met, "reasons")), 0);
    assert_int_equal(json_array_size(json_object_get(met, "preset_changed")), 0);
    assert_string_equal(json_string_value(json_array_get(json_object_get(met, "not_stated"), 0)),
                        "top_margin");
    json_decref(met);
    json_t *missed = tell("us-visa", 500,
                          (fc_document){ .head = 40, .eye_line = 31, .top = 4, .chin_room = 16 });
    assert_true(json_is_false(json_object_get(missed, "compliant")));
    const json_t *reasons = json_object_get(missed, "reasons");
    assert_int_equal(json_array_size(reasons), 2);
    assert_memory_equal(json_string_value(json_array_get(reasons, 0)),
                        "cannot be met: the head is 40.0 mm", 34);
    assert_string_equal(
        json_string_value(json_array_get(json_object_get(missed, "preset_changed"), 0)), "width");
    json_decref(missed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_preset_has_all_keys_and_null_for_what_is_not_said),
        cmocka_unit_test(presets_are_listed_by_country),
        cmocka_unit_test(a_portrait_tells_how_far_the_rule_is_met),
    };
    return cmocka_run_group_tests_name("report/documents", tests, NULL, NULL);
}
