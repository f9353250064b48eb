#include "cli/outputs.h"

#include <string.h>

#include "base/memory.h"
#include "pipeline/portrait.h"
#include "support/fc_test.h"

static fc_input one[] = { { .path = "in/me.jpeg", .below = "me.jpeg" } };
static const fc_inputs ONE = { .items = one, .count = 1 };
static fc_input two[] = { { .path = "in/a/me.jpg", .below = "a/me.jpg" },
                          { .path = "in/b/me.jpg", .below = "b/me.jpg" } };
static const fc_inputs TWO = { .items = two, .count = 2, .folders = true };
static fc_input same[] = { { .path = "a/me.jpg", .below = "me.jpg" },
                           { .path = "b/me.png", .below = "me.png" } };
static const fc_inputs SAME = { .items = same, .count = 2 };

/* A request with nothing said. */
static fc_outputs_request nothing(void)
{
    return (fc_outputs_request){ .output = "", .png = "", .jpeg = "", .matte = "" };
}

static fc_output_names names_of(const fc_outputs_request *request, const fc_inputs *inputs,
                                size_t index, int32_t number)
{
    fc_error err = { 0 };
    fc_outputs outputs = { 0 };
    fc_output_names names;
    ASSERT_OK(fc_outputs_plan(request, inputs, &outputs, &err), err);
    ASSERT_OK(fc_outputs_name(&outputs, &inputs->items[index], number, &names, &err), err);
    return names;
}

static void without_flags_both_lie_beside_the_photo(void **state)
{
    (void)state;
    const fc_outputs_request request = nothing();
    const fc_output_names names = names_of(&request, &ONE, 0, 1);
    assert_string_equal(names.png, "in/me_portrait.png");
    assert_string_equal(names.jpeg, "in/me_portrait.jpg");
    assert_string_equal(names.matte, "");
}

static void folders_are_mirrored(void **state)
{
    (void)state;
    fc_outputs_request request = nothing();
    request.output = "out";
    request.format = FC_WRITE_PNG;
    assert_string_equal(names_of(&request, &TWO, 0, 1).png, "out/a/me_portrait.png");
    assert_string_equal(names_of(&request, &TWO, 1, 1).png, "out/b/me_portrait.png");
    assert_string_equal(names_of(&request, &TWO, 1, 1).jpeg, "");
}

static void a_file_name_says_its_type(void **state)
{
    (void)state;
    fc_outputs_request request = nothing();
    request.output = "x.JPEG";
    assert_string_equal(names_of(&request, &ONE, 0, 1).jpeg, "x.JPEG");
    assert_string_equal(names_of(&request, &ONE, 0, 1).png, "");
    request.format = FC_WRITE_BOTH;
    assert_string_equal(names_of(&request, &ONE, 0, 1).png, "x.png");
    request.png = "other.png";
    assert_string_equal(names_of(&request, &ONE, 0, 1).png, "other.png");
}

static void several_faces_are_numbered(void **state)
{
    (void)state;
    fc_outputs_request request = nothing();
    request.numbered = true;
    assert_string_equal(names_of(&request, &ONE, 0, 2).png, "in/me_portrait_2.png");
    request.output = "team.v1/x.png";
    assert_string_equal(names_of(&request, &ONE, 0, 10).png, "team.v1/x_10.png");
}

static void standard_input_goes_to_standard_output(void **state)
{
    (void)state;
    fc_input piped[] = { { .path = "-", .below = "-" } };
    const fc_inputs inputs = { .items = piped, .count = 1 };
    fc_outputs_request request = nothing();
    assert_string_equal(names_of(&request, &inputs, 0, 1).png, "-");
    request.format = FC_WRITE_JPEG;
    assert_string_equal(names_of(&request, &inputs, 0, 1).jpeg, "-");
    assert_string_equal(names_of(&request, &inputs, 0, 1).png, "");
    request.output = "/tmp/";
    assert_string_equal(names_of(&request, &inputs, 0, 1).jpeg, "/tmp/stdin_portrait.jpg");
}

static void contradictions_are_refused(void **state)
{
    (void)state;
    const struct {
        const fc_inputs *inputs;
        fc_outputs_request request;
    } wrong[] = {
        { &ONE, { "x.gif", "", "", "", FC_WRITE_AUTO, false } },
        { &ONE, { "x", "", "", "", FC_WRITE_AUTO, false } },
        { &ONE, { "x.png", "", "", "", FC_WRITE_JPEG, false } },
        { &ONE, { "x.png", "y.png", "", "", FC_WRITE_AUTO, false } },
        { &ONE, { "-", "", "", "", FC_WRITE_BOTH, false } },
        { &ONE, { "-", "", "", "", FC_WRITE_AUTO, true } },
        { &ONE, { "-", "", "", "-", FC_WRITE_AUTO, false } },
        { &ONE, { "", "x.jpg", "", "", FC_WRITE_AUTO, false } },
        { &ONE, { "", "", "x.PNG", "", FC_WRITE_AUTO, false } },
        { &ONE, { "", "", "", "x.jpeg", FC_WRITE_AUTO, false } },
        { &TWO, { "", "", "", "", FC_WRITE_AUTO, false } },
        { &TWO, { "x.png", "", "", "", FC_WRITE_AUTO, false } },
        { &TWO, { "out", "", "", "m.png", FC_WRITE_AUTO, false } },
        { &SAME, { "out", "", "", "", FC_WRITE_AUTO, false } },
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        fc_error err = { 0 };
        fc_outputs outputs = { 0 };
        ASSERT_FAILS(FC_INVALID_ARGUMENT,
                     fc_outputs_plan(&wrong[i].request, wrong[i].inputs, &outputs, &err), err);
        assert_int_equal(outputs.mask, 0);
    }
}

static void equal_names_in_different_folders_stay_apart(void **state)
{
    (void)state;
    const fc_outputs_request request = nothing();
    assert_string_equal(names_of(&request, &SAME, 0, 1).png, "a/me_portrait.png");
    assert_string_equal(names_of(&request, &SAME, 1, 1).png, "b/me_portrait.png");
}

/* What is known to give no portrait takes nobody's name. */
static void what_is_no_picture_has_no_name_to_share(void **state)
{
    (void)state;
    fc_input items[] = { { .path = "in/me.jpg", .below = "me.jpg", .kind = FC_INPUT_NO_PICTURE },
                         { .path = "in/me.png", .below = "me.png" },
                         { .path = "in/me", .below = "me", .kind = FC_INPUT_SHUT } };
    const fc_inputs inputs = { .items = items, .count = 3, .folders = true };
    fc_outputs_request request = nothing();
    request.output = "out/";
    assert_string_equal(names_of(&request, &inputs, 1, 1).png, "out/me_portrait.png");
    items[2].kind = FC_INPUT_PHOTO;
    fc_error err = { 0 };
    fc_outputs outputs = { 0 };
    ASSERT_FAILS(FC_INVALID_ARGUMENT, fc_outputs_plan(&request, &inputs, &outputs, &err), err);
}

static void a_name_without_end_is_refused(void **state)
{
    (void)state;
    static char endless[PATH_MAX + 1];
    memset(endless, 'a', sizeof endless - 1);
    fc_input input = { .path = endless, .below = endless };
    fc_error err = { 0 };
    fc_output_names names;
    const fc_outputs beside = { .mask = FC_OUTPUT_PNG, .beside = true };
    ASSERT_FAILS(FC_IO, fc_outputs_name(&beside, &input, 1, &names, &err), err);
}

static void planning_survives_every_allocation_failure(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_outputs outputs = { 0 };
    fc_outputs_request request = nothing();
    request.output = "out";
    SWEEP_ALLOCATIONS(fc_outputs_plan(&request, &TWO, &outputs, &err), outputs.mask == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_flags_both_lie_beside_the_photo),
        cmocka_unit_test(folders_are_mirrored),
        cmocka_unit_test(a_file_name_says_its_type),
        cmocka_unit_test(several_faces_are_numbered),
        cmocka_unit_test(standard_input_goes_to_standard_output),
        cmocka_unit_test(contradictions_are_refused),
        cmocka_unit_test(equal_names_in_different_folders_stay_apart),
        cmocka_unit_test(what_is_no_picture_has_no_name_to_share),
        cmocka_unit_test(a_name_without_end_is_refused),
        cmocka_unit_test(planning_survives_every_allocation_failure),
    };
    return cmocka_run_group_tests_name("cli/outputs", tests, NULL, NULL);
}
