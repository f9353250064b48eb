#include "infer/model_cache.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "support/fc_test.h"

static const fc_model_cache_key KEY = { "cpu", "net", "f32", "1.0", 17 };

static int make_cache(void **state)
{
    static char folder[64];
    (void)snprintf(folder, sizeof folder, "/tmp/fc_compiled_XXXXXX");
    *state = folder;
    return mkdtemp(folder) != NULL ? 0 : -1;
}

static void write_file(const char *folder, const char *name, const char *text)
{
    fc_error err = { 0 };
    char path[PATH_MAX];
    (void)snprintf(path, sizeof path, "%.4000s/%s", folder, name);
    const fc_bytes content = { (const uint8_t *)text, strlen(text) };
    ASSERT_OK(fc_file_write(path, content, &err), err);
}

static fc_model_cache place_of(const char *cache, const fc_model_cache_key *key)
{
    fc_model_cache place;
    assert_true(fc_model_cache_path(cache, key, &place));
    return place;
}

/* As a provider does it: two files in the folder to work in. */
static void make_one(const fc_model_cache *place)
{
    assert_true(fc_model_cache_begin(place));
    write_file(place->work, "model.onnx", "points to weights");
    write_file(place->work, "model.bin", "weights");
    fc_model_cache_commit(place, true);
}

static void what_was_kept_is_found_again(void **state)
{
    const fc_model_cache place = place_of(*state, &KEY);
    assert_false(fc_model_cache_is_whole(&place));
    make_one(&place);
    assert_true(fc_model_cache_is_whole(&place));
    assert_int_equal(access(place.model, R_OK), 0);
    assert_int_not_equal(access(place.work, F_OK), 0);
}

static void damage_is_noticed(void **state)
{
    const fc_model_cache place = place_of(*state, &KEY);
    make_one(&place);
    write_file(place.folder, "model.bin", "weightz");
    assert_false(fc_model_cache_is_whole(&place));
    write_file(place.folder, "model.bin", "weight");
    assert_false(fc_model_cache_is_whole(&place));
    make_one(&place);
    assert_true(fc_model_cache_is_whole(&place));
    write_file(place.folder, "another.bin", "x");
    assert_false(fc_model_cache_is_whole(&place));
    make_one(&place);
    char sum[PATH_MAX + 16];
    (void)snprintf(sum, sizeof sum, "%s/checksum", place.folder);
    assert_int_equal(unlink(sum), 0);
    assert_false(fc_model_cache_is_whole(&place));
}

static void write_bytes(const char *folder, const uint8_t *bytes, size_t size)
{
    char path[PATH_MAX];
    (void)snprintf(path, sizeof path, "%.4000s/model.bin", folder);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static void every_byte_and_every_length_counts(void **state)
{
    enum { SIZE = 300 };
    const fc_model_cache place = place_of(*state, &KEY);
    uint8_t bytes[SIZE] = { 0 };
    assert_true(fc_model_cache_begin(&place));
    write_bytes(place.work, bytes, SIZE);
    fc_model_cache_commit(&place, true);
    for (size_t at = 0; at < SIZE; at++) {
        bytes[at] = (uint8_t)(1U << (at % 8));
        write_bytes(place.folder, bytes, SIZE);
        assert_false(fc_model_cache_is_whole(&place));
        bytes[at] = 0;
    }
    for (size_t size = 0; size < SIZE; size++) {
        write_bytes(place.folder, bytes, size);
        assert_false(fc_model_cache_is_whole(&place));
    }
    write_bytes(place.folder, bytes, SIZE);
    assert_true(fc_model_cache_is_whole(&place));
}

static void another_key_is_another_place_and_takes_the_old_ones_room(void **state)
{
    const fc_model_cache old = place_of(*state, &KEY);
    make_one(&old);
    const fc_model_cache_key keys[] = {
        { "cpu", "net", "f32", "1.0", 18 },
        { "cpu", "net", "f32", "1.1", 17 },
    };
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        const fc_model_cache place = place_of(*state, &keys[i]);
        assert_string_not_equal(place.folder, old.folder);
        assert_false(fc_model_cache_is_whole(&place));
        make_one(&place);
        assert_true(fc_model_cache_is_whole(&place));
        assert_false(fc_model_cache_is_whole(&old));
        make_one(&old);
    }
    const fc_model_cache_key neighbour = { "cpu", "net", "bf16", "1.0", 17 };
    const fc_model_cache beside = place_of(*state, &neighbour);
    make_one(&beside);
    assert_true(fc_model_cache_is_whole(&old)); /* two precisions of one network are both in use */
}

static void what_went_wrong_leaves_nothing(void **state)
{
    const fc_model_cache_key key = { "cpu", "other", "f32", "1.0", 1 };
    const fc_model_cache place = place_of(*state, &key);
    assert_true(fc_model_cache_begin(&place));
    write_file(place.work, "model.onnx", "half of");
    fc_model_cache_commit(&place, false);
    assert_int_not_equal(access(place.work, F_OK), 0);
    assert_int_not_equal(access(place.folder, F_OK), 0);
}

/* The first process of each of two containers has the same number. */
static void each_works_in_a_folder_of_its_own(void **state)
{
    const fc_model_cache one = place_of(*state, &KEY);
    const fc_model_cache other = place_of(*state, &KEY);
    assert_string_equal(one.folder, other.folder);
    assert_string_not_equal(one.work, other.work);
}

static void a_folder_that_cannot_be_used_is_no_cache(void **state)
{
    (void)state;
    fc_model_cache place;
    assert_false(fc_model_cache_path("", &KEY, &place));
    assert_false(fc_model_cache_path("/proc/nothing", &KEY, &place));
    assert_false(fc_model_cache_path("/dev/null/x", &KEY, &place));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_kept_is_found_again),
        cmocka_unit_test(damage_is_noticed),
        cmocka_unit_test(every_byte_and_every_length_counts),
        cmocka_unit_test(another_key_is_another_place_and_takes_the_old_ones_room),
        cmocka_unit_test(what_went_wrong_leaves_nothing),
        cmocka_unit_test(each_works_in_a_folder_of_its_own),
        cmocka_unit_test(a_folder_that_cannot_be_used_is_no_cache),
    };
    return cmocka_run_group_tests_name("infer/model_cache", tests, make_cache, NULL);
}
