#define _GNU_SOURCE /* O_DIRECTORY */
#include "store/folder_blobs.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/fc_test.h"
#include "support/stores.h"

static int folder;

static fc_blobs *open_blobs(void)
{
    fc_error err = { 0 };
    fc_blobs *blobs = NULL;
    assert_int_equal(mkdir(fc_stores_folder, 0700), 0);
    folder = open(fc_stores_folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(folder >= 0);
    ASSERT_OK(fc_folder_blobs_new(folder, &blobs, &err), err);
    return blobs;
}

static void close_blobs(fc_blobs *blobs)
{
    fc_blobs_close(blobs);
    assert_int_equal(close(folder), 0);
}

static void what_is_put_is_read_until_it_is_removed(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_blobs *blobs = open_blobs();
    ASSERT_OK(fc_blobs_put(blobs, "1.png", fc_stores_bytes("first"), &err), err);
    ASSERT_OK(fc_blobs_put(blobs, "1.png", fc_stores_bytes("second"), &err), err);
    int64_t size = 0;
    ASSERT_OK(fc_blobs_size(blobs, "1.png", &size, &err), err);
    assert_int_equal(size, 6);
    int descriptor = -1;
    ASSERT_OK(fc_blobs_open(blobs, "1.png", &descriptor, &err), err);
    ASSERT_OK(fc_blobs_remove(blobs, "1.png", &err), err);
    ASSERT_OK(fc_blobs_remove(blobs, "1.png", &err), err);
    char bytes[8] = "";
    assert_int_equal(read(descriptor, bytes, sizeof bytes), 6); /* it stays readable */
    assert_string_equal(bytes, "second");
    assert_int_equal(close(descriptor), 0);
    ASSERT_FAILS(FC_NOT_FOUND, fc_blobs_open(blobs, "1.png", &descriptor, &err), err);
    ASSERT_FAILS(FC_NOT_FOUND, fc_blobs_size(blobs, "1.png", &size, &err), err);
    close_blobs(blobs);
}

static void reading_wants_so_many_bytes(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_blobs *blobs = open_blobs();
    ASSERT_OK(fc_blobs_put(blobs, "1.photo", fc_stores_bytes("photo"), &err), err);
    FC_AUTO_BUFFER(whole, 0);
    ASSERT_OK(fc_blobs_read(blobs, "1.photo", 5, &whole, &err), err);
    assert_string_equal(fc_buffer_text(&whole), "photo");
    FC_AUTO_BUFFER(more, 0);
    ASSERT_FAILS(FC_IO, fc_blobs_read(blobs, "1.photo", 6, &more, &err), err);
    assert_string_equal(err.text, "it is cut short");
    FC_AUTO_BUFFER(less, 0);
    ASSERT_FAILS(FC_LIMIT_EXCEEDED, fc_blobs_read(blobs, "1.photo", 4, &less, &err), err);
    FC_AUTO_BUFFER(none, 0);
    ASSERT_FAILS(FC_NOT_FOUND, fc_blobs_read(blobs, "2.photo", 5, &none, &err), err);
    close_blobs(blobs);
}

static void nobody_else_may_read_it_and_links_are_not_followed(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_blobs *blobs = open_blobs();
    char path[256];
    struct stat facts = { 0 };
    ASSERT_OK(fc_blobs_put(blobs, "1.png", fc_stores_bytes("mine"), &err), err);
    (void)snprintf(path, sizeof path, "%s/1.png", fc_stores_folder);
    assert_int_equal(stat(path, &facts), 0);
    assert_int_equal(facts.st_mode & 0777, 0600);
    (void)snprintf(path, sizeof path, "%s/2.png", fc_stores_folder);
    assert_int_equal(symlink("1.png", path), 0);
    int descriptor = -1;
    int64_t size = 0;
    ASSERT_FAILS(FC_IO, fc_blobs_open(blobs, "2.png", &descriptor, &err), err);
    ASSERT_FAILS(FC_IO, fc_blobs_size(blobs, "2.png", &size, &err), err);
    close_blobs(blobs);
}

static void a_refusal_tells_the_reason_without_the_folder(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_blobs *blobs = open_blobs();
    char path[256];
    (void)snprintf(path, sizeof path, "%s/1.png", fc_stores_folder);
    assert_int_equal(mkdir(path, 0700), 0); /* in its place */
    ASSERT_FAILS(FC_IO, fc_blobs_put(blobs, "1.png", fc_stores_bytes("mine"), &err), err);
    assert_null(strchr(err.text, '/'));
    assert_null(strchr(err.text, ':'));
    ASSERT_FAILS(FC_IO, fc_blobs_remove(blobs, "1.png", &err), err);
    ASSERT_OK(fc_blobs_probe(blobs, 1 << 20, &err), err);
    close_blobs(blobs);
}

/* By another node, so that only the name of the blob is known. */
static void what_was_begun_by_one_who_was_killed_is_removed(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_blobs *blobs = open_blobs();
    fc_stores_put("1.png.part");
    fc_stores_put("2.png.part");
    ASSERT_OK(fc_blobs_remove(blobs, "1.png", &err), err);
    assert_false(fc_stores_has("1.png.part"));
    assert_true(fc_stores_has("2.png.part"));
    ASSERT_OK(fc_blobs_put(blobs, "2.png", fc_stores_bytes("again"), &err), err);
    assert_false(fc_stores_has("2.png.part"));
    assert_true(fc_stores_has("2.png"));
    close_blobs(blobs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FC_STORES_TEST(what_is_put_is_read_until_it_is_removed),
        FC_STORES_TEST(reading_wants_so_many_bytes),
        FC_STORES_TEST(nobody_else_may_read_it_and_links_are_not_followed),
        FC_STORES_TEST(what_was_begun_by_one_who_was_killed_is_removed),
        FC_STORES_TEST(a_refusal_tells_the_reason_without_the_folder),
    };
    return cmocka_run_group_tests_name("store/folder_blobs", tests, NULL, NULL);
}
