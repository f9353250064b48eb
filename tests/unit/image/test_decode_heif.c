#define _DEFAULT_SOURCE /* fork, getrusage */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/memory.h"
#include "image/codecs.h"
#include "image/raster.h"
#include "support/fc_photo.h"

static const fc_source_limits LIMITS = { .pixels_max = 100000000, .bytes_max = INT64_C(1) << 30 };

/* All kinds that show the four quadrants, with the size as a person sees them. */
static const struct {
    const char *name;
    fc_size upright;
    int tolerance;
} PICTURES[] = {
    { "quadrants.heic", { 128, 64 }, 4 },   { "quadrants.avif", { 128, 64 }, 4 },
    { "turned.heic", { 128, 64 }, 4 },      { "turned.avif", { 128, 64 }, 4 },
    { "grid.heic", { 120, 63 }, 4 },        { "grid.avif", { 120, 63 }, 4 },
    { "identity.heic", { 128, 64 }, 4 },    { "pieces.heic", { 128, 64 }, 4 },
    { "inside.avif", { 128, 64 }, 4 },      { "two_owners.heic", { 128, 64 }, 4 },
    { "ten_bits.heic", { 128, 64 }, 4 },    { "pq.avif", { 128, 64 }, 4 },
    { "p3_lossless.heic", { 128, 64 }, 1 },
};
enum { PICTURE_COUNT = sizeof PICTURES / sizeof PICTURES[0] };

static fc_status open_bytes(fc_bytes file, fc_source **out, fc_error *err)
{
    return fc_heif_open(file, &LIMITS, out, err);
}

static fc_source *open_source(fc_bytes file)
{
    fc_error err = { 0 };
    fc_source *source = NULL;
    ASSERT_OK(open_bytes(file, &source, &err), err);
    return source;
}

static fc_rect whole(const fc_source *source)
{
    return (fc_rect){ 0, 0, source->size.width, source->size.height };
}

/* Open, decode and turn upright. */
static fc_status decode(fc_bytes file, fc_image **out, fc_error *err)
{
    FC_AUTO(fc_source) source = NULL;
    FC_TRY(open_bytes(file, &source, err));
    FC_AUTO(fc_rows) rows = NULL;
    FC_TRY(source->rows(source, 1, whole(source), &rows, err));
    static const uint8_t WHITE[3] = { 255, 255, 255 };
    return fc_raster_fill(rows, 1, fc_orientation_lookup(source->orientation), WHITE, out, err);
}

/* One pixel of a part that is one pixel large. */
static void read_pixel(fc_source *source, int32_t x, int32_t y, void *pixel, size_t size)
{
    fc_error err = { 0 };
    FC_AUTO(fc_rows) rows = NULL;
    ASSERT_OK(source->rows(source, 1, (fc_rect){ x, y, 1, 1 }, &rows, &err), err);
    const void *row = NULL;
    ASSERT_OK(rows->read(rows, 0, &row, &err), err);
    assert_int_equal(size, rows->channels * rows->bits / 8);
    memcpy(pixel, row, size);
}

static void every_kind_shows_its_quadrants_upright(void **state)
{
    (void)state;
    for (size_t i = 0; i < PICTURE_COUNT; i++) {
        fc_error err = { 0 };
        FC_AUTO(fc_mapping) file = fc_photo_open(PICTURES[i].name);
        FC_AUTO(fc_image) image = NULL;
        ASSERT_OK(decode(file->bytes, &image, &err), err);
        assert_int_equal(image->size.width, PICTURES[i].upright.width);
        assert_int_equal(image->size.height, PICTURES[i].upright.height);
        fc_photo_assert_quadrants(image, PICTURES[i].tolerance);
    }
}

/* Every pixel of the part is the same as in the whole, from a source that holds the whole already
 * and from one that decodes the part alone. */
static void assert_part(fc_bytes file, fc_source *held, fc_rect part)
{
    fc_error err = { 0 };
    FC_AUTO(fc_source) fresh = open_source(file);
    FC_AUTO(fc_rows) all = NULL;
    FC_AUTO(fc_rows) again = NULL;
    FC_AUTO(fc_rows) alone = NULL;
    ASSERT_OK(held->rows(held, 1, whole(held), &all, &err), err);
    ASSERT_OK(held->rows(held, 1, part, &again, &err), err);
    ASSERT_OK(fresh->rows(fresh, 1, part, &alone, &err), err);
    const size_t pixel = (size_t)(all->channels * all->bits / 8);
    for (int32_t y = 0; y < part.y + part.height; y++) {
        const void *row = NULL;
        ASSERT_OK(all->read(all, y, &row, &err), err);
        if (y < part.y) {
            continue;
        }
        const void *other = NULL;
        const uint8_t *expected = (const uint8_t *)row + (size_t)part.x * pixel;
        ASSERT_OK(again->read(again, y - part.y, &other, &err), err);
        assert_memory_equal(other, expected, (size_t)part.width * pixel);
        ASSERT_OK(alone->read(alone, y - part.y, &other, &err), err);
        assert_memory_equal(other, expected, (size_t)part.width * pixel);
    }
}

static void part_is_what_the_whole_has_there(void **state)
{
    (void)state;
    static const char *const NAMES[] = { "turned.heic",  "grid.heic",    "grid.avif",
                                         "alpha.heic",   "overlay.heic", "cropped.heic",
                                         "ten_bits.heic" };
    for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++) {
        FC_AUTO(fc_mapping) file = fc_photo_open(NAMES[i]);
        FC_AUTO(fc_source) source = open_source(file->bytes);
        const int32_t width = source->size.width;
        const int32_t height = source->size.height;
        assert_part(file->bytes, source, (fc_rect){ 0, 0, 1, 1 });
        assert_part(file->bytes, source, (fc_rect){ width - 1, height - 1, 1, 1 });
        assert_part(file->bytes, source, (fc_rect){ 3, 5, width - 7, height - 11 });
        assert_part(file->bytes, source, (fc_rect){ width / 2 - 1, 0, 3, height });
    }
}

/* The second call takes the rows and one line, and could not take a frame. */
static void picture_is_decoded_once(void **state)
{
    (void)state;
    static const char *const NAMES[] = { "quadrants.heic", "grid.avif" };
    for (size_t i = 0; i < 2; i++) {
        fc_error err = { 0 };
        FC_AUTO(fc_mapping) file = fc_photo_open(NAMES[i]);
        FC_AUTO(fc_source) source = open_source(file->bytes);
        FC_AUTO(fc_rows) first = NULL;
        ASSERT_OK(source->rows(source, 1, whole(source), &first, &err), err);
        FC_AUTO(fc_rows) second = NULL;
        fc_memory_fail_after(3);
        const fc_status status = source->rows(source, 1, whole(source), &second, &err);
        fc_memory_fail_after(0);
        assert_int_equal(status, FC_OK);
    }
}

/* The left tile alone: the right one is damaged, and nobody asks for it. */
static void tile_outside_the_part_is_not_decoded(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_mapping) file = fc_photo_open("grid.heic");
    FC_AUTO(fc_octets) damaged = NULL;
    ASSERT_OK(fc_memory_new(file->bytes.size, 1, (void **)&damaged, &err), err);
    memcpy(damaged, file->bytes.data, file->bytes.size);
    memset(damaged + file->bytes.size - 8, 0, 8); /* the end of the last tile's data */
    memset(damaged + file->bytes.size - 40, 0xff, 8);
    FC_AUTO(fc_source) source = open_source((fc_bytes){ damaged, file->bytes.size });
    FC_AUTO(fc_rows) left = NULL;
    ASSERT_OK(source->rows(source, 1, (fc_rect){ 0, 0, 64, 63 }, &left, &err), err);
}

static void crop_keeps_the_right_pixels(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_mapping) file = fc_photo_open("cropped.heic");
    FC_AUTO(fc_source) source = open_source(file->bytes);
    assert_int_equal(source->size.width, 65);
    assert_int_equal(source->size.height, 33);
    assert_int_equal(source->orientation, 8);
    FC_AUTO(fc_image) image = NULL;
    ASSERT_OK(decode(file->bytes, &image, &err), err);
    assert_int_equal(image->size.width, 33);
    assert_int_equal(image->size.height, 65);
    /* Turned left: what was at the right is above. */
    fc_photo_assert_colour(image, 4, 4, fc_photo_quadrants[1], 6);
    fc_photo_assert_colour(image, 28, 4, fc_photo_quadrants[3], 6);
    fc_photo_assert_colour(image, 4, 60, fc_photo_quadrants[0], 6);
    fc_photo_assert_colour(image, 28, 60, fc_photo_quadrants[2], 6);
    /* The picture's middle, 64 px from its left and 32 from its top, is 32 and 17 from the crop's.
     */
    fc_photo_assert_colour(image, 14, 33, fc_photo_quadrants[0], 40);
    fc_photo_assert_colour(image, 19, 31, fc_photo_quadrants[3], 40);
}

static void overlay_lays_later_parts_above_and_shows_its_background(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_mapping) file = fc_photo_open("overlay.heic");
    FC_AUTO(fc_image) image = NULL;
    ASSERT_OK(decode(file->bytes, &image, &err), err);
    static const uint8_t ORANGE[3] = { 255, 128, 0 };
    fc_photo_assert_colour(image, 1, 1, ORANGE, 0);
    fc_photo_assert_colour(image, 137, 68, ORANGE, 0);
    fc_photo_assert_colour(image, 20, 20, fc_photo_quadrants[0], 4);
    fc_photo_assert_colour(image, 120, 20, fc_photo_quadrants[1], 4);
    fc_photo_assert_colour(image, 120, 50, fc_photo_quadrants[3], 4);
    fc_photo_assert_colour(image, 10, 60, fc_photo_quadrants[3], 4); /* of the second part */
}

static void grey_is_one_channel(void **state)
{
    (void)state;
    static const char *const NAMES[] = { "grey.heic", "grey.avif" };
    for (size_t i = 0; i < 2; i++) {
        FC_AUTO(fc_mapping) file = fc_photo_open(NAMES[i]);
        FC_AUTO(fc_source) source = open_source(file->bytes);
        assert_int_equal(source->space.model, FC_COLOUR_GREY);
        assert_false(source->space.has_alpha);
        assert_int_equal(source->bits, 8);
        uint8_t value = 0;
        read_pixel(source, 30, 16, &value, 1);
        assert_in_range(value, 85, 91); /* luma of (200, 40, 40) */
    }
}

static void declared_alpha_comes_out(void **state)
{
    (void)state;
    static const char *const NAMES[] = { "alpha.heic", "alpha.avif" };
    for (size_t i = 0; i < 2; i++) {
        FC_AUTO(fc_mapping) file = fc_photo_open(NAMES[i]);
        FC_AUTO(fc_source) source = open_source(file->bytes);
        assert_true(source->space.has_alpha);
        uint8_t pixel[4];
        read_pixel(source, 30, 16, pixel, 4);
        assert_in_range(pixel[3], 253, 255);
        read_pixel(source, 30, 48, pixel, 4);
        assert_in_range(pixel[3], 125, 131);
        read_pixel(source, 100, 48, pixel, 4);
        assert_in_range(pixel[3], 0, 2);
    }
}

/* A gain map is auxiliary too, and here it belongs to two pictures. */
static void other_auxiliary_pictures_are_no_alpha(void **state)
{
    (void)state;
    FC_AUTO(fc_mapping) file = fc_photo_open("two_owners.heic");
    FC_AUTO(fc_source) source = open_source(file->bytes);
    assert_false(source->space.has_alpha);
}

static void more_than_eight_bits_fill_sixteen(void **state)
{
    (void)state;
    static const char *const NAMES[] = { "ten_bits.heic", "pq.avif" };
    for (size_t i = 0; i < 2; i++) {
        FC_AUTO(fc_mapping) file = fc_photo_open(NAMES[i]);
        FC_AUTO(fc_source) source = open_source(file->bytes);
        assert_int_equal(source->bits, 16);
        uint16_t pixel[3] = { 0 };
        read_pixel(source, 30, 16, pixel, sizeof pixel);
        assert_in_range(pixel[0], 196 * 257, 204 * 257);
        assert_in_range(pixel[1], 36 * 257, 44 * 257);
    }
}

static void colours_are_declared_as_the_file_has_them(void **state)
{
    (void)state;
    FC_AUTO(fc_mapping) pq = fc_photo_open("pq.avif");
    FC_AUTO(fc_source) bright = open_source(pq->bytes);
    assert_int_equal(bright->space.primaries, FC_CICP_PRIMARIES_BT2020);
    assert_int_equal(bright->space.transfer, FC_CICP_TRANSFER_PQ);
    assert_int_equal(bright->space.profile.size, 0);
    FC_AUTO(fc_mapping) p3 = fc_photo_open("p3_lossless.heic");
    FC_AUTO(fc_source) wide = open_source(p3->bytes);
    assert_int_equal(wide->space.model, FC_COLOUR_RGB);
    assert_true(wide->space.profile.size > 128);
    assert_memory_equal(wide->space.profile.data + 36, "acsp", 4);
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
    ASSERT_FAILS(FC_LIMIT_EXCEEDED, fc_heif_open(file->bytes, &limits, &source, &err), err);
    limits = LIMITS;
    limits.bytes_max = 20000;
    ASSERT_FAILS(FC_LIMIT_EXCEEDED, fc_heif_open(file->bytes, &limits, &source, &err), err);
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

static void version_names_both_libraries(void **state)
{
    (void)state;
    assert_non_null(strstr(fc_heif_version(), "HEVC"));
    assert_non_null(strstr(fc_heif_version(), "AV1"));
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
        cmocka_unit_test(every_kind_shows_its_quadrants_upright),
        cmocka_unit_test(part_is_what_the_whole_has_there),
        cmocka_unit_test(picture_is_decoded_once),
        cmocka_unit_test(tile_outside_the_part_is_not_decoded),
        cmocka_unit_test(crop_keeps_the_right_pixels),
        cmocka_unit_test(overlay_lays_later_parts_above_and_shows_its_background),
        cmocka_unit_test(grey_is_one_channel),
        cmocka_unit_test(declared_alpha_comes_out),
        cmocka_unit_test(other_auxiliary_pictures_are_no_alpha),
        cmocka_unit_test(more_than_eight_bits_fill_sixteen),
        cmocka_unit_test(colours_are_declared_as_the_file_has_them),
        cmocka_unit_test(picture_larger_than_its_header_says_is_refused),
        cmocka_unit_test(slices_that_are_missing_or_cut_are_refused),
        cmocka_unit_test(every_cut_is_refused),
        cmocka_unit_test(limits_are_kept),
        cmocka_unit_test(other_codecs_are_refused_by_name),
        cmocka_unit_test(decoding_survives_every_allocation_failure),
        cmocka_unit_test(version_names_both_libraries),
        cmocka_unit_test(hostile_photos_get_the_right_answer_within_little_memory),
    };
    return cmocka_run_group_tests_name("image/decode_heif", tests, NULL, NULL);
}
