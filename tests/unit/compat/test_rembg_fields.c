#include "compat/rembg_fields.h"

#include "base/memory.h"
#include "support/fc_test.h"

static size_t read_pair(const char *name, const char *value, fc_rembg_order *order)
{
    fc_error err = { 0 };
    const fc_http_pair pair = { name, value };
    const fc_http_request request = { .fields = { &pair, 1 } };
    json_t *problems = json_array();
    ASSERT_OK(fc_rembg_read(&request, order, problems, &err), err);
    const size_t count = json_array_size(problems);
    if (count > 0) {
        const json_t *place = json_object_get(json_array_get(problems, 0), "loc");
        assert_string_equal(json_string_value(json_array_get(place, 1)), name);
    }
    json_decref(problems);
    return count;
}

static void answer_is_a_png_with_alpha_at_full_size(void **state)
{
    (void)state;
    fc_rembg_order order = { 0 };
    assert_int_equal(read_pair("unknown", "x", &order), 0);
    assert_int_equal(order.plan.format, FC_CUTOUT_PNG);
    assert_true(order.plan.keep_alpha);
    assert_false(order.plan.alpha_only || order.coarse);
    assert_int_equal(order.plan.pixels_max, 0);
}

static void values_become_the_plan(void **state)
{
    (void)state;
    fc_rembg_order order = { 0 };
    assert_int_equal(read_pair("om", "true", &order), 0);
    assert_true(order.plan.alpha_only);
    assert_int_equal(read_pair("bgc", " 1, 2 ,3,255 ", &order), 0);
    assert_int_equal(order.plan.colour[1], 2);
    assert_int_equal(read_pair("bgc", "1,2,3,255", &order), 0);
    assert_int_equal(order.plan.colour[2], 3);
    assert_int_equal(read_pair("model", "silueta", &order), 0);
    assert_true(order.coarse);
    assert_int_equal(read_pair("model", "birefnet-general", &order), 0);
    assert_false(order.coarse || order.u2net);
}

static void names_of_u2net_ask_for_it(void **state)
{
    (void)state;
    fc_rembg_order order = { 0 };
    assert_int_equal(read_pair("model", "u2net", &order), 0);
    assert_true(order.u2net && !order.coarse);
    assert_int_equal(read_pair("model", "u2net_human_seg", &order), 0);
    assert_true(order.u2net && !order.coarse);
    assert_int_equal(read_pair("model", "u2netp", &order), 0);
    assert_true(order.coarse && !order.u2net);
    assert_int_equal(read_pair("model", "u2net_cloth_seg", &order), 0);
    assert_false(order.u2net);
}

static void what_has_no_effect_is_checked_all_the_same(void **state)
{
    (void)state;
    static const char *const CASES[][3] = {
        { "model", "u2net", "../u2net" },
        { "model", "sam", "u2net_custom" },
        { "a", "1", "maybe" },
        { "af", "240", "256" },
        { "ab", "0", "-1" },
        { "ae", "1000", "ten" },
        { "om", "false", "2" },
        { "ppm", "yes", "x" },
        { "dc", "no", "x" },
        { "vm", "off", "x" },
        { "bgc", "0,0,0,0", "1,2,3" },
        { "bgc", "255,255,255,255", "1,2,3,256" },
        { "bgc", "9,9,9,9", "1,2,3,4,5" },
        { "bgc", "9,9,9,9", "red" },
        { "extras", "{\"model_path\":\"/etc/passwd\"}", "{" },
        { "extras", "{}", "[]" },
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        fc_rembg_order order = { 0 };
        assert_int_equal(read_pair(CASES[i][0], CASES[i][1], &order), 0);
        assert_int_equal(read_pair(CASES[i][0], CASES[i][2], &order), 1);
    }
}

static void body_counts_more_than_query(void **state)
{
    (void)state;
    fc_error err = { 0 };
    const fc_http_pair query = { "bgc", "1,1,1,1" };
    const fc_http_pair field = { "bgc", "2,2,2,2" };
    const fc_http_request request = { .query = { &query, 1 }, .fields = { &field, 1 } };
    fc_rembg_order order = { 0 };
    json_t *problems = json_array();
    ASSERT_OK(fc_rembg_read(&request, &order, problems, &err), err);
    assert_int_equal(order.plan.colour[0], 2);
    json_decref(problems);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answer_is_a_png_with_alpha_at_full_size),
        cmocka_unit_test(values_become_the_plan),
        cmocka_unit_test(names_of_u2net_ask_for_it),
        cmocka_unit_test(what_has_no_effect_is_checked_all_the_same),
        cmocka_unit_test(body_counts_more_than_query),
    };
    return cmocka_run_group_tests_name("compat/rembg_fields", tests, NULL, NULL);
}
