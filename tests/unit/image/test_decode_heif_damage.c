/* HEIC and AVIF files that are damaged, that lie, or that ask for much. */
#define _DEFAULT_SOURCE /* fork, wait4 */
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/memory.h"
#include "image/codecs.h"
#include "image/raster.h"
#include "support/fc_photo.h"

static const fc_source_limits LIMITS = { .pixels_max = 100000000, .bytes_max = INT64_C(1) << 30 };

/* Open, decode and turn upright. */
static fc_status decode(fc_bytes file, fc_image **out, fc_error *err)
{
    FC_AUTO(fc_source) source = NULL;
    FC_TRY(fc_heic_codec.open(file, &LIMITS, &source, err));
    const fc_rect all = { 0, 0, source->size.width, source->size.height };
    FC_AUTO(fc_rows) rows = NULL;
    FC_TRY(source->rows(source, 1, all, &rows, err));
    static const uint8_t WHITE[3] = { 255, 255, 255 };
    bool invisible = false;
    return fc_raster_fill(rows, 1, fc_orientation_lookup(source->orientation), WHITE, &invisible,
                          out, err);
}

static void assert_refused(const char *name, const char *reason)
{
    fc_error err = { 0 };
    FC_AUTO(fc_mapping) file = fc_photo_open(name);
    FC_AUTO(fc_image) image = NULL;
    ASSERT_FAILS(FC_CORRUPT_IMAGE, decode(file->bytes, &image, &err), err);
    assert_null(image);
    if (strstr(err.text, reason) == NULL) {
        fail_msg("%s: %s", name, err.text);
    }
}

static void picture_larger_than_its_header_says_is_refused(void **state)
{
    (void)state;
    assert_refused("lie.heic", "coded as 1024 x 1024, its header says 128 x 64");
    assert_refused("lie.avif", "coded as 1024 x 1024, its header says 128 x 64");
}

static void slices_that_are_missing_or_cut_are_refused(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_mapping) file = fc_photo_open("slices.heic");
    FC_AUTO(fc_image) image = NULL;
    ASSERT_OK(decode(file->bytes, &image, &err), err);
    assert_refused("slice_missing.heic", "part of its data is missing");
    assert_refused("slice_cut.heic", "damaged");
}

static void every_cut_is_refused(void **state)
{
    (void)state;
    static const char *const NAMES[] = { "quadrants.heic", "quadrants.avif", "grid.heic",
                                         "alpha.avif",     "inside.avif",    "pieces.heic" };
    for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++) {
        FC_AUTO(fc_mapping) file = fc_photo_open(NAMES[i]);
        for (size_t size = 0; size < file->bytes.size; size++) {
            fc_error err = { 0 };
            FC_AUTO(fc_octets) cut = NULL;
            ASSERT_OK(fc_memory_new(size, 1, (void **)&cut, &err), err);
            memcpy(cut, file->bytes.data, size);
            FC_AUTO(fc_image) image = NULL;
            const fc_status status = decode((fc_bytes){ cut, size }, &image, &err);
            /* Of the file whose pixels lie in its head only the empty last box is cut off. */
            if (status == FC_OK && !(i == 4 && size + 8 >= file->bytes.size)) {
                fail_msg("%s cut to %zu bytes was decoded", NAMES[i], size);
            }
            assert_true(status == FC_OK || status == FC_CORRUPT_IMAGE);
            assert_true(status == FC_OK || err.text[0] != '\0');
        }
    }
}

static void limits_are_kept(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_mapping) file = fc_photo_open("quadrants.heic");
    FC_AUTO(fc_source) source = NULL;
    fc_source_limits limits = LIMITS;
    limits.pixels_max = 128 * 64 - 1;
    ASSERT_FAILS(FC_LIMIT_EXCEEDED, fc_heic_codec.open(file->bytes, &limits, &source, &err), err);
    limits = LIMITS;
    limits.bytes_max = 20000;
    ASSERT_FAILS(FC_LIMIT_EXCEEDED, fc_heic_codec.open(file->bytes, &limits, &source, &err), err);
    assert_null(source);
}

/* With four letters of the file exchanged, everywhere. */
static fc_status decode_with(const char *name, const char *from, const char *to, fc_error *err)
{
    FC_AUTO(fc_mapping) file = fc_photo_open(name);
    FC_AUTO(fc_octets) copy = NULL;
    ASSERT_OK(fc_memory_new(file->bytes.size, 1, (void **)&copy, err), *err);
    memcpy(copy, file->bytes.data, file->bytes.size);
    for (size_t i = 0; i + 4 <= file->bytes.size; i++) {
        if (memcmp(copy + i, from, 4) == 0) {
            memcpy(copy + i, to, 4);
        }
    }
    FC_AUTO(fc_image) image = NULL;
    return decode((fc_bytes){ copy, file->bytes.size }, &image, err);
}

static void other_codecs_are_refused_by_name(void **state)
{
    (void)state;
    fc_error err = { 0 };
    ASSERT_FAILS(FC_UNSUPPORTED_FORMAT, decode_with("quadrants.heic", "hvc1", "vvc1", &err), err);
    assert_non_null(strstr(err.text, "'vvc1'"));
    ASSERT_FAILS(FC_UNSUPPORTED_FORMAT, decode_with("grid.avif", "av01", "jpeg", &err), err);
    assert_non_null(strstr(err.text, "'jpeg'"));
    ASSERT_FAILS(FC_UNSUPPORTED_FORMAT, decode_with("quadrants.avif", "meta", "moov", &err), err);
    ASSERT_FAILS(FC_CORRUPT_IMAGE, decode_with("quadrants.avif", "meta", "free", &err), err);
    ASSERT_FAILS(FC_CORRUPT_IMAGE, decode_with("quadrants.heic", "ispe", "free", &err), err);
    ASSERT_FAILS(FC_CORRUPT_IMAGE, decode_with("grid.heic", "iref", "free", &err), err);
}

static void decoding_survives_every_allocation_failure(void **state)
{
    (void)state;
    static const char *const NAMES[] = { "grid.heic", "alpha.avif", "pieces.heic" };
    for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++) {
        fc_error err = { 0 };
        FC_AUTO(fc_mapping) file = fc_photo_open(NAMES[i]);
        FC_AUTO(fc_image) image = NULL;
        SWEEP_ALLOCATIONS(decode(file->bytes, &image, &err), image == NULL);
    }
}

/* Status of a larger file, decoded in a process of its own; its peak memory in KB. */
static fc_status decode_apart(const char *path, long *peak_kb)
{
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        fc_error err = { 0 };
        FC_AUTO(fc_mapping) file = NULL;
        FC_AUTO(fc_image) image = NULL;
        fc_status status = fc_mapping_new(path, (size_t)32 << 20, &file, &err);
        if (status == FC_OK) {
            status = decode(file->bytes, &image, &err);
        }
        _exit((int)status);
    }
    int ended = 0;
    struct rusage usage;
    assert_int_equal(wait4(child, &ended, 0, &usage), child);
    assert_true(WIFEXITED(ended));
    *peak_kb = usage.ru_maxrss;
    return (fc_status)WEXITSTATUS(ended);
}

/* All rows are read and none is kept: what is measured is the decoder alone. */
static void read_all_rows(const char *name)
{
    fc_error err = { 0 };
    FC_AUTO(fc_mapping) file = fc_photo_open(name);
    FC_AUTO(fc_source) source = NULL;
    ASSERT_OK(fc_heic_codec.open(file->bytes, &LIMITS, &source, &err), err);
    FC_AUTO(fc_rows) rows = NULL;
    const fc_rect all = { 0, 0, source->size.width, source->size.height };
    ASSERT_OK(source->rows(source, 1, all, &rows, &err), err);
    for (int32_t y = 0; y < all.height; y++) {
        const void *pixels = NULL;
        ASSERT_OK(rows->read(rows, y, &pixels, &err), err);
    }
}

static int64_t peak_of_rows(const char *name)
{
    (void)fflush(NULL);
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        read_all_rows(name);
        _exit(0);
    }
    int ended = 0;
    struct rusage usage;
    assert_int_equal(wait4(child, &ended, 0, &usage), child);
    assert_int_equal(ended, 0);
    return (int64_t)usage.ru_maxrss << 10;
}

/* As phones write them. Within 5 % and 4 MB of what the header made us say. */
static void photos_of_48_megapixels_take_what_they_say(void **state)
{
    (void)state;
    static const char *const NAMES[] = { "grid48.heic", "single50.avif" };
    for (size_t i = 0; i < 2; i++) {
        fc_error err = { 0 };
        FC_AUTO(fc_mapping) file = fc_photo_open(NAMES[i]);
        FC_AUTO(fc_source) source = NULL;
        ASSERT_OK(fc_heic_codec.open(file->bytes, &LIMITS, &source, &err), err);
        const int64_t pixels = (int64_t)source->size.width * source->size.height;
        assert_true(source->kept_bytes < 9 * pixels / 4);
        const int64_t before = peak_of_rows("quadrants.heic");
        const int64_t taken = peak_of_rows(NAMES[i]) - before;
        assert_true(taken > 0);
#ifndef __SANITIZE_ADDRESS__
        assert_true(taken < source->kept_bytes + source->kept_bytes / 20 + (4 << 20));
        assert_true(taken > source->kept_bytes / 4 * 3);
#endif
    }
}

static void hostile_photos_get_the_right_answer_within_little_memory(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        fc_status status;
    } FILES[] = {
        { "faults/01_gray_icc.heic", FC_OK },
        { "faults/03_ios18_auxl.heic", FC_OK },
        { "faults/04_cut.heic", FC_CORRUPT_IMAGE },
        { "faults/heic_uninitialised.heic", FC_CORRUPT_IMAGE },
        { "faults/13_hdr_pq.avif", FC_OK },
        { "faults/sp_24000_lie.avif", FC_CORRUPT_IMAGE },
    };
    if (fc_test_shared_dir() == NULL) {
        skip();
    }
    for (size_t i = 0; i < sizeof FILES / sizeof FILES[0]; i++) {
        long peak_kb = 0;
        const fc_status status = decode_apart(fc_test_shared_file(FILES[i].name), &peak_kb);
        assert_string_equal(fc_status_lookup(status)->slug,
                            fc_status_lookup(FILES[i].status)->slug);
#ifndef __SANITIZE_ADDRESS__
        assert_in_range(peak_kb, 0, 64 << 10);
#endif
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(picture_larger_than_its_header_says_is_refused),
        cmocka_unit_test(slices_that_are_missing_or_cut_are_refused),
        cmocka_unit_test(every_cut_is_refused),
        cmocka_unit_test(limits_are_kept),
        cmocka_unit_test(other_codecs_are_refused_by_name),
        cmocka_unit_test(decoding_survives_every_allocation_failure),
        cmocka_unit_test(photos_of_48_megapixels_take_what_they_say),
        cmocka_unit_test(hostile_photos_get_the_right_answer_within_little_memory),
    };
    return cmocka_run_group_tests_name("image/decode_heif_damage", tests, NULL, NULL);
}
