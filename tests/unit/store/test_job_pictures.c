#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "store/job_pictures.h"
#include "store/sqlite_store_private.h"
#include "support/fc_test.h"
#include "support/stores.h"

/* Its kind, and whose it is. */
static fc_file_kind parse(const char *name, char id[FC_JOB_ID_SIZE], fc_picture_type *type,
                          int32_t *number)
{
    id[0] = '\0';
    *type = FC_PICTURE_PNG;
    *number = 0;
    return fc_picture_parse_name(name, id, type, number);
}

static void names_are_read_as_they_are_written(void **state)
{
    (void)state;
    char name[FC_PICTURE_NAME_SIZE];
    char id[FC_JOB_ID_SIZE];
    fc_picture_type type = FC_PICTURE_PNG;
    int32_t number = 0;
    static const int32_t NUMBERS[] = { 1, 10, FC_FACES_MAX };
    for (int t = 0; t < FC_PICTURE_TYPES_COUNT; t++) {
        for (size_t i = 0; i < sizeof NUMBERS / sizeof NUMBERS[0]; i++) {
            fc_picture_name(FC_STORES_A, (fc_picture_type)t, NUMBERS[i], name);
            assert_int_equal(parse(name, id, &type, &number), FC_FILE_PICTURE);
            assert_string_equal(id, FC_STORES_A);
            assert_int_equal(type, t);
            assert_int_equal(number, NUMBERS[i]);
        }
    }
    fc_kept_photo_name(FC_STORES_B, name);
    assert_string_equal(name, FC_STORES_B ".photo");
    assert_int_equal(parse(name, id, &type, &number), FC_FILE_PHOTO);
    assert_string_equal(id, FC_STORES_B);
}

static void what_was_begun_and_not_finished_is_known(void **state)
{
    (void)state;
    char id[FC_JOB_ID_SIZE];
    fc_picture_type type = FC_PICTURE_PNG;
    int32_t number = 0;
    static const char *const NAMES[] = { FC_STORES_A "-1.png.part", FC_STORES_A ".photo.part",
                                         FC_STORES_A "-1.png.1234-5.part",
                                         FC_STORES_A "-2.webp.1-1.part",
                                         FC_STORES_A ".photo.77-0.part" };
    for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++) {
        assert_int_equal(parse(NAMES[i], id, &type, &number), FC_FILE_PART);
        assert_string_equal(id, FC_STORES_A);
    }
}

static void files_of_others_are_not_ours(void **state)
{
    (void)state;
    char id[FC_JOB_ID_SIZE];
    fc_picture_type type = FC_PICTURE_PNG;
    int32_t number = 0;
    static const char *const NAMES[] = { "",
                                         ".",
                                         "facecraft.db",
                                         "notes.txt",
                                         FC_STORES_A,
                                         FC_STORES_A ".png",
                                         FC_STORES_A "-.png",
                                         FC_STORES_A "-0.png",
                                         FC_STORES_A "-101.png",
                                         FC_STORES_A "-1",
                                         FC_STORES_A "-1.",
                                         FC_STORES_A "-1.gif",
                                         FC_STORES_A "-1.png.bak",
                                         FC_STORES_A "-1.png~",
                                         FC_STORES_A "-1.pngpart",
                                         FC_STORES_A "-99999999999999999999.png",
                                         FC_STORES_A "--1.png",
                                         FC_STORES_A ".photograph",
                                         "0000000000000000000000000000000A-1.png",
                                         "0000000000000000000000000000000-1.png" };
    for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++) {
        if (parse(NAMES[i], id, &type, &number) != FC_FILE_FOREIGN) {
            fail_msg("%s", NAMES[i]);
        }
    }
}

static void a_picture_that_is_saved_is_told_with_what_to_record(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_job_store) store = fc_stores_open();
    fc_stored_picture saved = { 0 };
    const fc_job_picture picture = { FC_PICTURE_JPEG, 3, fc_stores_bytes("123456789") };
    ASSERT_OK(fc_picture_save(fc_sqlite_of(store)->blobs, FC_STORES_A, &picture, &saved, &err),
              err);
    assert_string_equal(saved.job_id, FC_STORES_A);
    assert_int_equal(saved.type, FC_PICTURE_JPEG);
    assert_int_equal(saved.number, 3);
    assert_int_equal(saved.bytes, 9);
    assert_true(saved.crc32 == 0xCBF43926U); /* the check value of CRC-32 */
    assert_string_equal(saved.digest,
                        "15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225");
    assert_true(saved.saved_s > 0);
    char path[256];
    struct stat facts = { 0 };
    (void)snprintf(path, sizeof path, "%s/" FC_STORES_A "-3.jpg", fc_stores_folder);
    assert_int_equal(stat(path, &facts), 0);
    assert_int_equal(facts.st_mode & 0777, 0600); /* for nobody else to read */
    fc_picture_remove(fc_sqlite_of(store)->blobs, FC_STORES_A, FC_PICTURE_JPEG, 3);
    assert_false(fc_stores_has(FC_STORES_A "-3.jpg"));
    fc_picture_remove(fc_sqlite_of(store)->blobs, FC_STORES_A, FC_PICTURE_JPEG,
                      3); /* it is gone already */
}

static void the_photo_of_a_job_is_kept_until_it_is_removed(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_job_store) store = fc_stores_open();
    ASSERT_OK(fc_kept_photo_save(fc_sqlite_of(store)->blobs, FC_STORES_A, fc_stores_bytes("photo"),
                                 (fc_bytes){ 0 }, &err),
              err);
    assert_true(fc_stores_has(FC_STORES_A ".photo"));
    fc_kept_photo_remove(fc_sqlite_of(store)->blobs, FC_STORES_A);
    assert_false(fc_stores_has(FC_STORES_A ".photo"));
    fc_kept_photo_remove(fc_sqlite_of(store)->blobs, FC_STORES_A);
}

static void a_file_that_cannot_be_written_is_refused_without_its_path(void **state)
{
    (void)state;
    char path[256];
    fc_error err = { 0 };
    FC_AUTO(fc_job_store) store = fc_stores_open();
    fc_stored_picture saved = { 0 };
    const fc_job_picture picture = { FC_PICTURE_PNG, 1, fc_stores_bytes("png bytes") };
    (void)snprintf(path, sizeof path, "%s/" FC_STORES_A "-1.png", fc_stores_folder);
    assert_int_equal(mkdir(path, 0700), 0); /* in its place */
    ASSERT_FAILS(FC_IO,
                 fc_picture_save(fc_sqlite_of(store)->blobs, FC_STORES_A, &picture, &saved, &err),
                 err);
    assert_null(strstr(err.text, fc_stores_folder));
    assert_non_null(strstr(err.text, "the portrait could not be kept"));
    assert_string_equal(saved.job_id, "");
    (void)snprintf(path, sizeof path, "%s/" FC_STORES_A ".photo", fc_stores_folder);
    assert_int_equal(mkdir(path, 0700), 0);
    ASSERT_FAILS(FC_IO,
                 fc_kept_photo_save(fc_sqlite_of(store)->blobs, FC_STORES_A,
                                    fc_stores_bytes("photo"), (fc_bytes){ 0 }, &err),
                 err);
    assert_non_null(strstr(err.text, "the photo could not be kept"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_read_as_they_are_written),
        cmocka_unit_test(what_was_begun_and_not_finished_is_known),
        cmocka_unit_test(files_of_others_are_not_ours),
        FC_STORES_TEST(a_picture_that_is_saved_is_told_with_what_to_record),
        FC_STORES_TEST(the_photo_of_a_job_is_kept_until_it_is_removed),
        FC_STORES_TEST(a_file_that_cannot_be_written_is_refused_without_its_path),
    };
    return cmocka_run_group_tests_name("store/job_pictures", tests, NULL, NULL);
}
