#include "image/heif_coded.h"

#include <string.h>

#include "base/memory.h"
#include "support/fc_photo.h"

/* A file that is one coded picture of 128 x 64 px, where its size can be changed. */
typedef struct sample {
    uint8_t bytes[2048];
    fc_heif_file file;
} sample;

static sample *read_sample(const char *name, const char *property, const void *value, size_t size)
{
    static sample self;
    fc_error err = { 0 };
    FC_AUTO(fc_mapping) mapping = fc_photo_open(name);
    assert_true(mapping->bytes.size <= sizeof self.bytes);
    memcpy(self.bytes, mapping->bytes.data, mapping->bytes.size);
    for (size_t i = 0; property != NULL && i + 16 < mapping->bytes.size; i++) {
        if (memcmp(self.bytes + i, property, 4) == 0) {
            memcpy(self.bytes + i + (size == 4 ? 0 : 4), value, size);
        }
    }
    ASSERT_OK(fc_heif_file_read((fc_bytes){ self.bytes, mapping->bytes.size }, &self.file, &err),
              err);
    return &self;
}

static fc_status read_coded(const sample *from, fc_size otherwise, fc_heif_coded *out,
                            fc_error *err)
{
    return fc_heif_coded_read(&from->file, from->file.primary, otherwise, out, err);
}

static const fc_size UNKNOWN = { 0, 0 };

static void items_of_a_known_coding_are_coded_pictures(void **state)
{
    (void)state;
    assert_true(fc_heif_is_coded(FC_HEIF_TYPE('h', 'v', 'c', '1')));
    assert_true(fc_heif_is_coded(FC_HEIF_TYPE('h', 'e', 'v', '1')));
    assert_true(fc_heif_is_coded(FC_HEIF_TYPE('a', 'v', '0', '1')));
    assert_false(fc_heif_is_coded(FC_HEIF_TYPE('g', 'r', 'i', 'd')));
    assert_false(fc_heif_is_coded(0));
}

static void a_picture_is_decoded_as_it_was_announced(void **state)
{
    (void)state;
    static const char *const NAMES[] = { "quadrants.heic", "quadrants.avif" };
    for (size_t i = 0; i < 2; i++) {
        fc_error err = { 0 };
        const sample *from = read_sample(NAMES[i], NULL, NULL, 0);
        fc_heif_coded coded = { 0 };
        ASSERT_OK(read_coded(from, UNKNOWN, &coded, &err), err);
        assert_int_equal(coded.size.width, 128);
        assert_int_equal(coded.size.height, 64);
        assert_int_equal(coded.extents.count, 1);
        assert_true(fc_heif_coded_peak_bytes(&coded) >= INT64_C(128) * 64 * 3 / 2);
        FC_AUTO(fc_heif_picture) picture = NULL;
        ASSERT_OK(fc_heif_coded_decode(&from->file, &coded, &picture, &err), err);
        assert_int_equal(picture->size.width, 128);
        assert_int_equal(picture->sampling.bits, coded.facts.sampling.bits);
        assert_non_null(picture->planes[0]);
    }
}

static void a_size_that_is_not_said_must_be_known_otherwise(void **state)
{
    (void)state;
    fc_error err = { 0 };
    const sample *from = read_sample("quadrants.heic", "ispe", "free", 4);
    fc_heif_coded coded = { 0 };
    ASSERT_FAILS(FC_CORRUPT_IMAGE, read_coded(from, UNKNOWN, &coded, &err), err);
    assert_string_equal(err.text, "a damaged HEIF file: a picture without a size");
    ASSERT_OK(read_coded(from, (fc_size){ 128, 64 }, &coded, &err), err);
    assert_int_equal(coded.size.width, 128);
}

static void a_side_that_is_too_long_is_refused(void **state)
{
    (void)state;
    fc_error err = { 0 };
    static const uint8_t HUGE_SIZE[12] = { 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1 };
    const sample *from = read_sample("quadrants.heic", "ispe", HUGE_SIZE, sizeof HUGE_SIZE);
    fc_heif_coded coded = { 0 };
    ASSERT_FAILS(FC_LIMIT_EXCEEDED, read_coded(from, UNKNOWN, &coded, &err), err);
    assert_non_null(strstr(err.text, "65536 x 1 px"));
}

static void a_picture_smaller_than_announced_is_refused(void **state)
{
    (void)state;
    fc_error err = { 0 };
    static const uint8_t LARGER[12] = { 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0 };
    const sample *from = read_sample("quadrants.heic", "ispe", LARGER, sizeof LARGER);
    fc_heif_coded coded = { 0 };
    ASSERT_OK(read_coded(from, UNKNOWN, &coded, &err), err);
    fc_heif_picture *picture = NULL;
    ASSERT_FAILS(FC_CORRUPT_IMAGE, fc_heif_coded_decode(&from->file, &coded, &picture, &err), err);
    assert_null(picture);
}

static fc_status decode_and_free(const sample *from, fc_error *err)
{
    fc_heif_coded coded = { 0 };
    FC_TRY(read_coded(from, UNKNOWN, &coded, err));
    FC_AUTO(fc_heif_picture) picture = NULL;
    return fc_heif_coded_decode(&from->file, &coded, &picture, err);
}

static void what_lies_in_pieces_survives_every_allocation_failure(void **state)
{
    (void)state;
    fc_error err = { 0 };
    const sample *from = read_sample("pieces.heic", NULL, NULL, 0);
    SWEEP_ALLOCATIONS(decode_and_free(from, &err), true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(items_of_a_known_coding_are_coded_pictures),
        cmocka_unit_test(a_picture_is_decoded_as_it_was_announced),
        cmocka_unit_test(a_size_that_is_not_said_must_be_known_otherwise),
        cmocka_unit_test(a_side_that_is_too_long_is_refused),
        cmocka_unit_test(a_picture_smaller_than_announced_is_refused),
        cmocka_unit_test(what_lies_in_pieces_survives_every_allocation_failure),
    };
    return cmocka_run_group_tests_name("image/heif_coded", tests, NULL, NULL);
}
