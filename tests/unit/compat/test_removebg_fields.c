#include "compat/removebg_fields.h"

#include "support/fc_test.h"

static fc_removebg_problem read_one(const char *name, const char *value, fc_removebg_order *order)
{
    const fc_http_pair pair = { name, value };
    return fc_removebg_read((fc_http_pairs){ &pair, 1 }, "preview", order);
}

static void defaults_are_those_of_the_original(void **state)
{
    (void)state;
    fc_removebg_order order = { 0 };
    assert_null(fc_removebg_read((fc_http_pairs){ NULL, 0 }, "preview", &order).code);
    assert_int_equal(order.plan.pixels_max, 250000);
    assert_int_equal(order.plan.format, FC_CUTOUT_AUTO);
    assert_true(order.tells_type);
    assert_false(order.plan.crop || order.plan.has_roi || order.plan.placed || order.has_colour);
    assert_null(fc_removebg_read((fc_http_pairs){ NULL, 0 }, "full", &order).code);
    assert_int_equal(order.plan.pixels_max, 25000000);
}

static void values_become_the_plan(void **state)
{
    (void)state;
    static const fc_http_pair PAIRS[] = {
        { "size", "50MP" },
        { "format", "zip" },
        { "type", "person" },
        { "channels", "alpha" },
        { "roi", "0 10% 5px 20%" },
        { "crop", "true" },
        { "crop_margin", "1% 2px" },
        { "scale", "80%" },
        { "position", "10%" },
        { "bg_color", "#0f08" },
        { "type_level", "none" },
        { "shadow_method", "3d" },
        { "semitransparency", "false" },
    };
    fc_removebg_order order = { 0 };
    assert_null(fc_removebg_read((fc_http_pairs){ PAIRS, sizeof PAIRS / sizeof PAIRS[0] },
                                 "preview", &order)
                    .code);
    const fc_cutout_plan *plan = &order.plan;
    assert_int_equal(plan->pixels_max, 50000000);
    assert_int_equal(plan->format, FC_CUTOUT_PAIR);
    assert_true(plan->alpha_only && plan->has_roi && plan->crop && plan->placed);
    assert_true(plan->margin[FC_TOP].percent && plan->margin[FC_BOTTOM].percent);
    assert_int_equal((int)plan->margin[FC_LEFT].value, 2);
    assert_int_equal((int)(plan->scale * 100 + 0.5), 80);
    assert_int_equal((int)(plan->position.y * 100 + 0.5), 10);
    assert_int_equal(plan->colour[3], 0x88);
    assert_true(order.has_colour);
    assert_false(order.tells_type);
}

static void empty_values_are_absent_and_unknown_fields_ignored(void **state)
{
    (void)state;
    fc_removebg_order order = { 0 };
    assert_null(read_one("size", "", &order).code);
    assert_null(read_one("bg_color", "", &order).code);
    assert_false(order.has_colour);
    assert_null(read_one("image_base64", "x", &order).code);
}

static void each_field_refuses_by_its_own_code(void **state)
{
    (void)state;
    static const char *const CASES[][3] = {
        { "size", "huge", "invalid_size" },
        { "format", "gif", "invalid_format" },
        { "channels", "rgb", "invalid_channels" },
        { "roi", "0 0 1", "invalid_roi" },
        { "roi", "a b c d", "invalid_roi" },
        { "crop", "maybe", "invalid_crop" },
        { "crop_margin", "1 2 3", "invalid_crop_margin" },
        { "crop_margin", "51%", "invalid_crop_margin" },
        { "crop_margin", "501px", "invalid_crop_margin" },
        { "scale", "9%", "invalid_scale" },
        { "scale", "50", "invalid_scale" },
        { "scale", "101%", "invalid_scale" },
        { "position", "101%", "invalid_position" },
        { "position", "5px", "invalid_position" },
        { "position", "1% 2% 3%", "invalid_position" },
        { "bg_color", "nocolour", "invalid_bg_color" },
        { "semitransparency", "half", "invalid_semitransparency" },
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        fc_removebg_order order = { 0 };
        const fc_removebg_problem problem = read_one(CASES[i][0], CASES[i][1], &order);
        assert_non_null(problem.code);
        assert_string_equal(problem.code, CASES[i][2]);
        assert_string_equal(problem.name, CASES[i][0]);
        assert_true(problem.allowed[0] != '\0');
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_are_those_of_the_original),
        cmocka_unit_test(values_become_the_plan),
        cmocka_unit_test(empty_values_are_absent_and_unknown_fields_ignored),
        cmocka_unit_test(each_field_refuses_by_its_own_code),
    };
    return cmocka_run_group_tests_name("compat/removebg_fields", tests, NULL, NULL);
}
