#include "cli/inputs.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "image/decode.h"
#include "support/fc_test.h"

static const uint8_t JPEG_START[] = { 0xFF, 0xD8, 0xFF, 0xE0, 0, 16, 'J', 'F', 'I', 'F', 0, 1 };

static const fc_inputs_request RECURSIVE = { .recursive = true, .formats = 1u << FC_FORMAT_JPEG };

static void make_file(const char *path, const void *content, size_t size)
{
    fc_error err = { 0 };
    ASSERT_OK(fc_file_write(path, (fc_bytes){ content, size }, &err), err);
}

/* A small tree in a folder of its own, which becomes the current one. */
static int enter_tree(void **state)
{
    static char folder[] = "/tmp/fc_inputs_XXXXXX";
    if (mkdtemp(folder) == NULL || chdir(folder) != 0) {
        return -1;
    }
    *state = folder;
    assert_int_equal(
        mkdir("t", 0700) | mkdir("t/b", 0700) | mkdir("t/.h", 0700) | mkdir("t/out", 0700), 0);
    make_file("t/z.jpg", JPEG_START, sizeof JPEG_START);
    make_file("t/b/a.dat", JPEG_START, sizeof JPEG_START);
    make_file("t/.h/hidden.jpg", JPEG_START, sizeof JPEG_START);
    make_file("t/.hidden.jpg", JPEG_START, sizeof JPEG_START);
    make_file("t/out/old.jpg", JPEG_START, sizeof JPEG_START);
    make_file("t/words.txt", "words", 5);
    make_file("t/page.jpg", "<!doctype html>", 15);
    make_file("t/b/empty.JPEG", "", 0);
    make_file("t/drawing.png", "words", 5); /* a type that is not accepted */
    make_file("t/moving.jpg", "GIF89a", 6); /* nor this one, by its content */
    assert_int_equal(symlink("..", "t/b/loop"), 0);
    assert_int_equal(symlink("../z.jpg", "t/b/link.jpg"), 0);
    assert_int_equal(mkfifo("t/pipe.jpg", 0600), 0);
    return 0;
}

static int leave_tree(void **state)
{
    static const char *const ALL[] = { "t/z.jpg",
                                       "t/b/a.dat",
                                       "t/.h/hidden.jpg",
                                       "t/.hidden.jpg",
                                       "t/out/old.jpg",
                                       "t/words.txt",
                                       "t/page.jpg",
                                       "t/b/empty.JPEG",
                                       "t/drawing.png",
                                       "t/moving.jpg",
                                       "t/b/loop",
                                       "t/b/link.jpg",
                                       "t/pipe.jpg",
                                       "t/b",
                                       "t/.h",
                                       "t/out",
                                       "t" };
    for (size_t i = 0; i < sizeof ALL / sizeof ALL[0]; i++) {
        (void)remove(ALL[i]);
    }
    return chdir("/") | rmdir(*state);
}

static void a_folder_gives_its_pictures_in_order(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_inputs inputs = { 0 };
    fc_inputs_request request = RECURSIVE;
    request.excluded = "t/out";
    ASSERT_OK(fc_inputs_collect((char *[]){ "t//" }, 1, &request, &inputs, &err), err);
    assert_int_equal(inputs.count, 5);
    assert_string_equal(inputs.items[0].below, "b/a.dat");
    assert_string_equal(inputs.items[1].below, "b/empty.JPEG");
    assert_string_equal(inputs.items[2].below, "b/link.jpg");
    assert_string_equal(inputs.items[3].below, "page.jpg");
    assert_string_equal(inputs.items[4].below, "z.jpg");
    assert_true(inputs.folders);
    /* hidden, words, the pipe, the looping link, the two of other types */
    assert_int_equal(inputs.skipped, 6);
    fc_inputs_clear(&inputs);
}

/* A download that came empty, or as a page that says why there is none, is missed by somebody. */
static void what_is_only_called_a_picture_is_listed_as_that(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_inputs inputs = { 0 };
    ASSERT_OK(fc_inputs_collect((char *[]){ "t" }, 1, &RECURSIVE, &inputs, &err), err);
    assert_string_equal(inputs.items[0].below, "b/a.dat");
    assert_int_equal(inputs.items[0].kind, FC_INPUT_PHOTO);
    assert_string_equal(inputs.items[1].below, "b/empty.JPEG");
    assert_int_equal(inputs.items[1].kind, FC_INPUT_NO_PICTURE);
    assert_string_equal(inputs.items[4].below, "page.jpg");
    assert_int_equal(inputs.items[4].kind, FC_INPUT_NO_PICTURE);
    fc_inputs_clear(&inputs);
}

static void a_folder_that_is_shut_is_listed_with_the_reason(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_inputs inputs = { 0 };
    assert_int_equal(chmod(".", 0755) | chmod("t", 0755) | chmod("t/b", 0), 0);
    const bool almighty = geteuid() == 0;
    assert_int_equal(almighty ? seteuid(65534) : 0, 0);
    ASSERT_OK(fc_inputs_collect((char *[]){ "t" }, 1, &RECURSIVE, &inputs, &err), err);
    assert_int_equal(almighty ? seteuid(0) : 0, 0);
    assert_int_equal(chmod("t/b", 0700), 0);
    assert_string_equal(inputs.items[0].below, "b");
    assert_int_equal(inputs.items[0].kind, FC_INPUT_SHUT);
    assert_int_equal(inputs.items[0].reason, EACCES);
    fc_inputs_clear(&inputs);
}

static void named_files_are_taken_as_they_are(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_inputs inputs = { 0 };
    char *const names[] = { "t/words.txt", "missing.jpg", "-", "t" };
    const fc_inputs_request flat = { .formats = 1u << FC_FORMAT_JPEG };
    ASSERT_OK(fc_inputs_collect(names, 4, &flat, &inputs, &err), err);
    assert_int_equal(inputs.count, 4);
    assert_string_equal(inputs.items[0].below, "words.txt");
    assert_string_equal(inputs.items[3].path, "t");
    assert_false(inputs.folders);
    fc_inputs_clear(&inputs);
    ASSERT_FAILS(FC_INVALID_ARGUMENT,
                 fc_inputs_collect((char *[]){ "-", "-" }, 2, &flat, &inputs, &err), err);
    fc_inputs_clear(&inputs);
    ASSERT_FAILS(FC_INVALID_ARGUMENT, fc_inputs_collect((char *[]){ "" }, 1, &flat, &inputs, &err),
                 err);
    fc_inputs_clear(&inputs);
}

static void a_photo_is_known_under_any_name(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_inputs inputs = { 0 };
    ASSERT_OK(fc_inputs_collect((char *[]){ "t/z.jpg" }, 1, &RECURSIVE, &inputs, &err), err);
    assert_true(fc_inputs_contain(&inputs, "t/b/../z.jpg"));
    assert_true(fc_inputs_contain(&inputs, "t/b/link.jpg"));
    assert_false(fc_inputs_contain(&inputs, "t/words.txt"));
    assert_false(fc_inputs_contain(&inputs, "t/new.jpg"));
    fc_inputs_clear(&inputs);
}

static fc_status collect_and_clear(fc_error *err)
{
    fc_inputs inputs = { 0 };
    const fc_status status = fc_inputs_collect((char *[]){ "t" }, 1, &RECURSIVE, &inputs, err);
    fc_inputs_clear(&inputs);
    return status;
}

static void collecting_survives_every_allocation_failure(void **state)
{
    (void)state;
    fc_error err = { 0 };
    SWEEP_ALLOCATIONS(collect_and_clear(&err), true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_folder_gives_its_pictures_in_order),
        cmocka_unit_test(what_is_only_called_a_picture_is_listed_as_that),
        cmocka_unit_test(a_folder_that_is_shut_is_listed_with_the_reason),
        cmocka_unit_test(named_files_are_taken_as_they_are),
        cmocka_unit_test(a_photo_is_known_under_any_name),
        cmocka_unit_test(collecting_survives_every_allocation_failure),
    };
    return cmocka_run_group_tests_name("cli/inputs", tests, enter_tree, leave_tree);
}
