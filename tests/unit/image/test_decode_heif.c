#include <string.h>

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
    return fc_heic_codec.open(file, &LIMITS, out, err);
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
    bool invisible = false;
    return fc_raster_fill(rows, 1, fc_orientation_lookup(source->orientation), WHITE, &invisible,
                          out, err);
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

static void assert_near(const uint8_t *pixel, const uint8_t *expected, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        assert_in_range(pixel[i] + 5, expected[i], expected[i] + 10);
    }
}

static void alpha_of_a_tile_is_its_own(void **state)
{
    (void)state;
    FC_AUTO(fc_mapping) file = fc_photo_open("part_alpha.avif");
    FC_AUTO(fc_source) source = open_source(file->bytes);
    assert_true(source->space.has_alpha);
    uint8_t pixel[4];
    read_pixel(source, 30, 30, pixel, 4);
    assert_near(pixel, (const uint8_t[4]){ 200, 40, 40, 128 }, 4);
    read_pixel(source, 100, 30, pixel, 4);
    assert_near(pixel, (const uint8_t[4]){ 40, 60, 200, 255 }, 4);
}

static void see_through_part_shows_what_lies_below(void **state)
{
    (void)state;
    FC_AUTO(fc_mapping) file = fc_photo_open("see_through.heic");
    FC_AUTO(fc_source) source = open_source(file->bytes);
    assert_false(source->space.has_alpha);
    uint8_t pixel[3];
    read_pixel(source, 16, 30, pixel, 3);
    assert_near(pixel, fc_photo_quadrants[0], 3);
    read_pixel(source, 48, 30, pixel, 3);
    assert_near(pixel, (const uint8_t[3]){ 120, 50, 120 }, 3);
}

static void multiplied_alpha_is_taken_out_of_the_colour(void **state)
{
    (void)state;
    FC_AUTO(fc_mapping) file = fc_photo_open("premultiplied.avif");
    FC_AUTO(fc_source) source = open_source(file->bytes);
    uint8_t pixel[4];
    read_pixel(source, 30, 30, pixel, 4);
    assert_near(pixel, (const uint8_t[4]){ 220, 200, 60, 128 }, 4);
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
    static const char *const WIDE[] = { "p3_lossless.heic", "tile_profile.heic" };
    for (size_t i = 0; i < 2; i++) {
        FC_AUTO(fc_mapping) p3 = fc_photo_open(WIDE[i]);
        FC_AUTO(fc_source) wide = open_source(p3->bytes);
        assert_int_equal(wide->space.model, FC_COLOUR_RGB);
        assert_true(wide->space.profile.size > 128);
        assert_memory_equal(wide->space.profile.data + 36, "acsp", 4);
    }
}

static void both_libraries_tell_their_versions(void **state)
{
    (void)state;
    assert_non_null(strchr(fc_heic_codec.version(), '.'));
    assert_non_null(strchr(fc_avif_codec.version(), '.'));
}

static void the_last_picture_is_told_where_it_lies_in_one_place(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        bool is_told;
    } FILES[] = { { "quadrants.avif", true }, { "grid.heic", true }, { "pieces.heic", false } };
    for (size_t i = 0; i < sizeof FILES / sizeof FILES[0]; i++) {
        FC_AUTO(fc_mapping) file = fc_photo_open(FILES[i].name);
        FC_AUTO(fc_source) source = open_source(file->bytes);
        assert_int_equal(source->coded.size > 0, FILES[i].is_told);
        if (FILES[i].is_told) {
            assert_true(source->coded.data > file->bytes.data);
            assert_true(source->coded.data + source->coded.size <=
                        file->bytes.data + file->bytes.size);
        }
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
        cmocka_unit_test(alpha_of_a_tile_is_its_own),
        cmocka_unit_test(see_through_part_shows_what_lies_below),
        cmocka_unit_test(multiplied_alpha_is_taken_out_of_the_colour),
        cmocka_unit_test(other_auxiliary_pictures_are_no_alpha),
        cmocka_unit_test(more_than_eight_bits_fill_sixteen),
        cmocka_unit_test(colours_are_declared_as_the_file_has_them),
        cmocka_unit_test(both_libraries_tell_their_versions),
        cmocka_unit_test(the_last_picture_is_told_where_it_lies_in_one_place),
    };
    return cmocka_run_group_tests_name("image/decode_heif", tests, NULL, NULL);
}
