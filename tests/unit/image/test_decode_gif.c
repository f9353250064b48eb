#include <gif_lib.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "support/fc_photo.h"
#include "support/sources.h"

#define FILE_SIZE_MAX ((size_t)4 << 20)
#define WIDTH 61
#define HEIGHT 43
#define COLOURS 8
#define FRAME_X 5
#define FRAME_Y 9

typedef struct gif_kind {
    fc_size canvas;
    bool is_interlaced;
    bool has_own_palette;
    int transparent; /* number of a colour, or NO_TRANSPARENT_COLOR */
} gif_kind;

/* Covers its canvas, or lies on one of 80 x 60 px. */
static const gif_kind KINDS[] = {
    { { FRAME_X + WIDTH, FRAME_Y + HEIGHT }, false, false, NO_TRANSPARENT_COLOR },
    { { FRAME_X + WIDTH, FRAME_Y + HEIGHT }, true, false, 3 },
    { { 80, 60 }, false, true, 3 },
    { { 80, 60 }, true, true, NO_TRANSPARENT_COLOR },
    { { 0, 0 }, false, false, NO_TRANSPARENT_COLOR },
};
#define KINDS_COUNT (sizeof KINDS / sizeof KINDS[0])

static int number_at(int32_t x, int32_t y)
{
    return (int)((x / 3 + y * y) % COLOURS);
}

static int write_bytes(GifFileType *gif, const GifByteType *bytes, int size)
{
    assert_int_equal(fc_buffer_append(gif->UserData, bytes, (size_t)size, NULL), FC_OK);
    return size;
}

static void put_lines(GifFileType *gif, bool is_interlaced)
{
    static const int32_t STARTS[] = { 0, 4, 2, 1 };
    static const int32_t STEPS[] = { 8, 8, 4, 2 };
    for (size_t pass = 0; pass < (is_interlaced ? 4 : 1); pass++) {
        const int32_t step = is_interlaced ? STEPS[pass] : 1;
        for (int32_t y = is_interlaced ? STARTS[pass] : 0; y < HEIGHT; y += step) {
            GifPixelType line[WIDTH];
            for (int32_t x = 0; x < WIDTH; x++) {
                line[x] = (GifPixelType)number_at(x, y);
            }
            assert_int_equal(EGifPutLine(gif, line, WIDTH), GIF_OK);
        }
    }
}

static void put_picture(GifFileType *gif, const gif_kind *kind, const ColorMapObject *map)
{
    GifByteType block[4];
    const GraphicsControlBlock control = { .TransparentColor = kind->transparent };
    (void)EGifGCBToExtension(&control, block);
    assert_int_equal(EGifPutExtension(gif, GRAPHICS_EXT_FUNC_CODE, sizeof block, block), GIF_OK);
    assert_int_equal(EGifPutImageDesc(gif, FRAME_X, FRAME_Y, WIDTH, HEIGHT, kind->is_interlaced,
                                      kind->has_own_palette ? map : NULL),
                     GIF_OK);
    put_lines(gif, kind->is_interlaced);
}

static void make(const gif_kind *kind, fc_buffer *out)
{
    GifColorType colours[COLOURS];
    for (int i = 0; i < COLOURS; i++) {
        colours[i] = (GifColorType){ (GifByteType)(20 * i), (GifByteType)(255 - 30 * i), 77 };
    }
    ColorMapObject *map = GifMakeMapObject(COLOURS, colours);
    GifFileType *gif = EGifOpen(out, write_bytes, NULL);
    assert_non_null(gif);
    EGifSetGifVersion(gif, true);
    assert_int_equal(EGifPutScreenDesc(gif, kind->canvas.width, kind->canvas.height, 8, 0,
                                       kind->has_own_palette ? NULL : map),
                     GIF_OK);
    assert_int_equal(EGifPutExtension(gif, COMMENT_EXT_FUNC_CODE, 7, "comment"), GIF_OK);
    put_picture(gif, kind, map);
    assert_int_equal(EGifCloseFile(gif, NULL), GIF_OK);
    GifFreeMapObject(map);
}

static fc_source *open_source(fc_bytes file)
{
    fc_error err = { 0 };
    fc_source *source = NULL;
    ASSERT_OK(fc_gif_codec.open(file, &sources_limits, &source, &err), err);
    return source;
}

static fc_status decode(fc_bytes file, uint8_t **pixels, fc_error *err)
{
    FC_AUTO(fc_source) source = NULL;
    FC_TRY(fc_gif_codec.open(file, &sources_limits, &source, err));
    const fc_rect all = { 0, 0, source->size.width, source->size.height };
    return sources_read(source, 1, all, pixels, err);
}

static void assert_pixel(const gif_kind *kind, int32_t x, int32_t y, const uint8_t *pixel)
{
    const int32_t column = x - FRAME_X;
    const int32_t row = y - FRAME_Y;
    if (column < 0 || column >= WIDTH || row < 0 || row >= HEIGHT) {
        assert_int_equal(pixel[3], 0);
        return;
    }
    const int number = number_at(column, row);
    assert_int_equal(pixel[0], 20 * number);
    assert_int_equal(pixel[1], 255 - 30 * number);
    assert_int_equal(pixel[2], 77);
    assert_int_equal(pixel[3], number == kind->transparent ? 0 : 255);
}

static void first_picture_lies_on_its_canvas(void **state)
{
    (void)state;
    for (size_t i = 0; i < KINDS_COUNT; i++) {
        FC_AUTO_BUFFER(file, FILE_SIZE_MAX);
        make(&KINDS[i], &file);
        FC_AUTO(fc_source) source = open_source(fc_buffer_bytes(&file));
        const bool is_wide = KINDS[i].canvas.width == 80;
        assert_int_equal(source->size.width, is_wide ? 80 : FRAME_X + WIDTH);
        assert_int_equal(source->size.height, is_wide ? 60 : FRAME_Y + HEIGHT);
        assert_int_equal(source->space.model, FC_COLOUR_RGB);
        assert_true(source->space.has_alpha); /* around the picture */
        FC_AUTO(fc_octets) pixels = sources_read_whole(source, 1);
        for (int32_t y = 0; y < source->size.height; y++) {
            for (int32_t x = 0; x < source->size.width; x++) {
                assert_pixel(&KINDS[i], x, y, pixels + 4 * (y * source->size.width + x));
            }
        }
    }
}

static void picture_that_covers_its_canvas_has_no_alpha(void **state)
{
    (void)state;
    FC_AUTO(fc_mapping) file = fc_photo_open("quadrants.gif");
    FC_AUTO(fc_source) source = open_source(file->bytes);
    assert_false(source->space.has_alpha);
    assert_int_equal(source->orientation, 1);
    assert_int_equal(source->space.profile.size, 0);
    FC_AUTO(fc_octets) pixels = sources_read_whole(source, 1);
    for (int i = 0; i < 3; i++) {
        assert_in_range(pixels[i], fc_photo_quadrants[0][i] - 1, fc_photo_quadrants[0][i] + 1);
    }
}

static void parts_are_those_of_the_whole(void **state)
{
    (void)state;
    for (size_t i = 0; i < KINDS_COUNT; i++) {
        FC_AUTO_BUFFER(file, FILE_SIZE_MAX);
        make(&KINDS[i], &file);
        FC_AUTO(fc_source) source = open_source(fc_buffer_bytes(&file));
        sources_assert_parts(source, 1);
    }
}

/* Its last bytes: the end of the pixels' blocks, the end of the file. */
static void picture_without_its_end_is_whole(void **state)
{
    (void)state;
    for (size_t i = 0; i < KINDS_COUNT; i++) {
        FC_AUTO_BUFFER(file, FILE_SIZE_MAX);
        make(&KINDS[i], &file);
        fc_error err = { 0 };
        FC_AUTO(fc_octets) expected = NULL;
        ASSERT_OK(decode(fc_buffer_bytes(&file), &expected, &err), err);
        const fc_size size = { KINDS[i].canvas.width == 80 ? 80 : FRAME_X + WIDTH,
                               KINDS[i].canvas.width == 80 ? 60 : FRAME_Y + HEIGHT };
        for (int cut = 1; cut <= 2; cut++) {
            file.size--;
            FC_AUTO(fc_octets) pixels = NULL;
            ASSERT_OK(decode(fc_buffer_bytes(&file), &pixels, &err), err);
            assert_memory_equal(pixels, expected, 4 * (size_t)size.width * (size_t)size.height);
        }
    }
}

static void picture_that_is_cut_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < KINDS_COUNT; i++) {
        FC_AUTO_BUFFER(whole, FILE_SIZE_MAX);
        make(&KINDS[i], &whole);
        for (size_t size = 6; size < whole.size - 4; size += 7) {
            fc_error err = { 0 };
            FC_AUTO(fc_octets) pixels = NULL;
            ASSERT_FAILS(FC_CORRUPT_IMAGE, decode((fc_bytes){ whole.data, size }, &pixels, &err),
                         err);
            FC_AUTO_BUFFER(ended, FILE_SIZE_MAX);
            assert_int_equal(fc_buffer_append(&ended, whole.data, size, NULL), FC_OK);
            assert_int_equal(fc_buffer_append(&ended, "\0;", 2, NULL), FC_OK);
            ASSERT_FAILS(FC_CORRUPT_IMAGE, decode(fc_buffer_bytes(&ended), &pixels, &err), err);
        }
    }
}

static void structures_that_make_no_sense_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t size;
    } FILES[] = {
        { "GIF89a\x08\0\x08\0\0\0\0;", 14 },                                  /* no picture */
        { "GIF89a\x08\0\x08\0\0\0\0,\0\0\0\0\1\0\1\0\0\2\2\x44\1\0;", 28 },   /* no palette */
        { "GIF89a\x08\0\x08\0\x80\0\0abcdef,\0\0\0\0\0\0\1\0\0\2\0;", 32 },   /* 0 x 1 px */
        { "GIF89a\x08\0\x08\0\x80\0\0abcdef,\0\0\0\0\1\0\0\0\0\2\0;", 32 },   /* 1 x 0 px */
        { "GIF89a\x08\0\x08\0\x80\0\0abcdef,\0\0\0\0\1\0\1\0\0\x0f\0;", 32 }, /* codes of 15 bits */
        { "GIF89a\x08\0\x08\0\x80\0\0abcdef\0\0\0", 22 },                     /* no block */
        { "no gif", 6 },
    };
    for (size_t i = 0; i < sizeof FILES / sizeof FILES[0]; i++) {
        fc_error err = { 0 };
        const fc_bytes file = { (const uint8_t *)FILES[i].bytes, FILES[i].size };
        FC_AUTO(fc_octets) pixels = NULL;
        ASSERT_FAILS(FC_CORRUPT_IMAGE, decode(file, &pixels, &err), err);
    }
}

static void limits_hold(void **state)
{
    (void)state;
    for (size_t i = 0; i < KINDS_COUNT; i++) {
        fc_error err = { 0 };
        FC_AUTO_BUFFER(file, FILE_SIZE_MAX);
        make(&KINDS[i], &file);
        FC_AUTO(fc_source) source = open_source(fc_buffer_bytes(&file));
        const int64_t kept = KINDS[i].is_interlaced ? WIDTH * HEIGHT : 0;
        assert_int_equal(source->kept_bytes, kept);
        const int64_t pixels = (int64_t)source->size.width * source->size.height;
        const fc_source_limits tight[] = { { pixels - 1, 1 << 20 }, { pixels, kept - 1 } };
        for (size_t k = 0; k < 2; k++) {
            FC_AUTO(fc_source) refused = NULL;
            ASSERT_FAILS(FC_LIMIT_EXCEEDED,
                         fc_gif_codec.open(fc_buffer_bytes(&file), &tight[k], &refused, &err), err);
        }
    }
}

static void decoding_survives_every_allocation_failure(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO_BUFFER(file, FILE_SIZE_MAX);
    make(&KINDS[3], &file);
    const fc_bytes bytes = fc_buffer_bytes(&file);
    FC_AUTO(fc_source) source = NULL;
    SWEEP_ALLOCATIONS(fc_gif_codec.open(bytes, &sources_limits, &source, &err), source == NULL);
    FC_AUTO(fc_rows) rows = NULL;
    SWEEP_ALLOCATIONS(source->rows(source, 1, (fc_rect){ 0, 0, 80, 60 }, &rows, &err),
                      rows == NULL);
}

static void version_is_told(void **state)
{
    (void)state;
    assert_in_range(atoi(fc_gif_codec.version()), 5, 99);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(first_picture_lies_on_its_canvas),
        cmocka_unit_test(picture_that_covers_its_canvas_has_no_alpha),
        cmocka_unit_test(parts_are_those_of_the_whole),
        cmocka_unit_test(picture_without_its_end_is_whole),
        cmocka_unit_test(picture_that_is_cut_is_refused),
        cmocka_unit_test(structures_that_make_no_sense_are_refused),
        cmocka_unit_test(limits_hold),
        cmocka_unit_test(decoding_survives_every_allocation_failure),
        cmocka_unit_test(version_is_told),
    };
    return cmocka_run_group_tests_name("image/decode_gif", tests, NULL, NULL);
}
