#include "api/routes.h"
#include "config/presets.h"
#include "support/fc_test.h"
#include "support/requests.h"

static void all_presets_are_told_with_their_source(void **state)
{
    (void)state;
    fc_service service = { 0 };
    const fc_http_request request = fc_requests_get("/api/v1/presets", NULL, NULL);
    fc_http_response response = fc_requests_ask(fc_handle_presets, &service, &request);
    assert_int_equal(response.code, 200);
    json_t *presets = fc_requests_json(&response);
    assert_int_equal(json_array_size(presets), fc_presets_count());
    for (int32_t i = 1; i <= fc_presets_count(); i++) {
        const json_t *preset = json_array_get(presets, (size_t)i - 1);
        assert_string_equal(fc_requests_string(preset, NULL, "name"), fc_preset_at(i)->name);
        assert_true(fc_requests_string(preset, NULL, "source")[0] != '\0');
    }
    json_decref(presets);
    fc_http_response_clear(&response);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_presets_are_told_with_their_source),
    };
    return cmocka_run_group_tests_name("api/handle_presets", tests, NULL, NULL);
}
