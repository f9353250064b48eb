#include "infer/onnx_data.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/fc_test.h"

#define FOLDER "tests/data/onnx"

static fc_bytes text(const char *words)
{
    return (fc_bytes){ (const uint8_t *)words, strlen(words) };
}

static fc_onnx_data place(const char *location, const char *offset, const char *length)
{
    fc_onnx_data data = { 0 };
    assert_true(fc_onnx_data_set(&data, text("location"), text(location)));
    assert_true(fc_onnx_data_set(&data, text("offset"), text(offset)));
    assert_true(fc_onnx_data_set(&data, text("length"), text(length)));
    return data;
}

static void assert_refused(fc_onnx_data data, const char *folder, const char *why)
{
    fc_error err = { 0 };
    uint64_t stamp = 0;
    ASSERT_FAILS(FC_MODEL_UNAVAILABLE, fc_onnx_data_check("m", &data, folder, &stamp, &err), err);
    if (strstr(err.text, why) == NULL) {
        fail_msg("\"%s\" does not say \"%s\"", err.text, why);
    }
}

static void a_part_of_a_file_beside_the_model_is_fine(void **state)
{
    (void)state;
    fc_error err = { 0 };
    uint64_t stamp = 0;
    fc_onnx_data data = place("weights.bin", "4096", "8");
    ASSERT_OK(fc_onnx_data_check("m", &data, FOLDER, &stamp, &err), err);
    data = place("weights.bin", "4104", "0");
    ASSERT_OK(fc_onnx_data_check("m", &data, FOLDER, &stamp, &err), err);
    assert_true(fc_onnx_data_set(&data, text("checksum"), text("anything")));
    data.offset = (fc_bytes){ 0 }; /* the format's way to say: from the beginning */
    ASSERT_OK(fc_onnx_data_check("m", &data, FOLDER, &stamp, &err), err);
}

static void names_that_leave_the_folder_are_refused(void **state)
{
    (void)state;
    static const char *const NAMES[] = {
        "../secret", "/etc/passwd", "a/b", "..", ".", "", "*/_ORT_MEM_ADDR_/*", "a\\b", "a\nb",
    };
    for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++) {
        assert_refused(place(NAMES[i], "0", "8"), FOLDER, "plain name");
    }
    fc_onnx_data hidden = place("weights.bin", "0", "8");
    hidden.location = (fc_bytes){ (const uint8_t *)"weights.bin\0x", 13 };
    assert_refused(hidden, FOLDER, "plain name");
    assert_refused((fc_onnx_data){ 0 }, FOLDER, "plain name");
}

static void data_outside_the_file_is_refused(void **state)
{
    (void)state;
    assert_refused(place("weights.bin", "4097", "8"), FOLDER, "which has 4104");
    assert_refused(place("weights.bin", "0", "9223372036854775807"), FOLDER, "which has 4104");
    assert_refused(place("weights.bin", "9223372036854775807", "9223372036854775807"), FOLDER,
                   "which has 4104");
    assert_refused(place("weights.bin", "-1", "8"), FOLDER, "whole numbers");
    assert_refused(place("weights.bin", "0", "8 "), FOLDER, "whole numbers");
    assert_refused(place("weights.bin", "0", "99999999999999999999"), FOLDER, "whole numbers");
    fc_onnx_data endless = place("weights.bin", "0", "8");
    endless.length = (fc_bytes){ 0 };
    assert_refused(endless, FOLDER, "whole numbers");
}

static void only_plain_files_hold_data(void **state)
{
    (void)state;
    char folder[] = "/tmp/fc_onnx_data_XXXXXX";
    assert_non_null(mkdtemp(folder));
    char link[sizeof folder + 8];
    (void)snprintf(link, sizeof link, "%s/link", folder);
    assert_int_equal(symlink("/etc/hostname", link), 0);
    assert_refused(place("link", "0", "1"), folder, "not a link");
    assert_refused(place("nothing", "0", "1"), folder, "no data file 'nothing'");
    assert_refused(place("onnx", "0", "1"), "tests/data", "plain file");
    assert_int_equal(unlink(link), 0);
    assert_int_equal(rmdir(folder), 0);
}

static void pairs_that_nobody_knows_are_refused(void **state)
{
    (void)state;
    fc_onnx_data data = { 0 };
    assert_false(fc_onnx_data_set(&data, text("basepath"), text("/")));
    assert_false(fc_onnx_data_set(&data, (fc_bytes){ 0 }, text("x")));
    assert_false(fc_onnx_data_set(&data, text("location"), (fc_bytes){ 0 }));
    assert_true(fc_onnx_data_set(&data, text("location"), text("a")));
    assert_false(fc_onnx_data_set(&data, text("location"), text("b")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_part_of_a_file_beside_the_model_is_fine),
        cmocka_unit_test(names_that_leave_the_folder_are_refused),
        cmocka_unit_test(data_outside_the_file_is_refused),
        cmocka_unit_test(only_plain_files_hold_data),
        cmocka_unit_test(pairs_that_nobody_knows_are_refused),
    };
    return cmocka_run_group_tests_name("infer/onnx_data", tests, NULL, NULL);
}
