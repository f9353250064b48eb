#include "image/png_chunks.h"

#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/memory.h"
#include "support/fc_photo.h"
#include "support/fc_png.h"

static void chunks_come_one_after_the_other(void **state)
{
    (void)state;
    FC_AUTO_BUFFER(file, FC_PNG_FILE_MAX);
    fc_png_put_start(&file, 1, 1, 8, 2, false);
    fc_png_put_damaged(&file, "tEXt", "a\0b", 3);
    fc_png_put_end(&file);
    const fc_bytes bytes = fc_buffer_bytes(&file);
    size_t at = FC_PNG_SIGNATURE_SIZE;
    fc_png_chunk chunk;
    assert_true(fc_png_chunk_next(bytes, &at, &chunk));
    assert_true(fc_png_chunk_is(&chunk, "IHDR") && fc_png_chunk_is_critical(&chunk));
    assert_true(fc_png_chunk_is_sound(&chunk));
    assert_int_equal(chunk.body.size, 13);
    assert_true(fc_png_chunk_next(bytes, &at, &chunk));
    assert_true(fc_png_chunk_is(&chunk, "tEXt") && !fc_png_chunk_is_critical(&chunk));
    assert_false(fc_png_chunk_is_sound(&chunk));
    assert_memory_equal(chunk.body.data, "a\0b", 3);
    assert_true(fc_png_chunk_next(bytes, &at, &chunk));
    assert_true(fc_png_chunk_is_sound(&chunk));
    assert_int_equal(chunk.whole.size, FC_PNG_CHUNK_OVERHEAD);
    assert_int_equal(at, bytes.size);
    assert_false(fc_png_chunk_next(bytes, &at, &chunk));
}

static void chunk_that_is_not_whole_is_none(void **state)
{
    (void)state;
    FC_AUTO_BUFFER(file, FC_PNG_FILE_MAX);
    fc_png_put_start(&file, 1, 1, 8, 2, false);
    fc_png_chunk chunk;
    for (size_t size = FC_PNG_SIGNATURE_SIZE; size < file.size; size++) {
        size_t at = FC_PNG_SIGNATURE_SIZE;
        assert_false(fc_png_chunk_next((fc_bytes){ file.data, size }, &at, &chunk));
        assert_int_equal(at, FC_PNG_SIGNATURE_SIZE);
    }
    memset(file.data + FC_PNG_SIGNATURE_SIZE, 0xff, 4);
    size_t at = FC_PNG_SIGNATURE_SIZE;
    assert_false(fc_png_chunk_next(fc_buffer_bytes(&file), &at, &chunk));
}

static void stream_is_unpacked_as_far_as_there_is_room(void **state)
{
    (void)state;
    fc_error err = { 0 };
    uint8_t out[8] = { 0 };
    size_t size = 0;
    FC_AUTO_BUFFER(packed, FC_PNG_FILE_MAX);
    fc_png_put_packed(&packed, "abcdef", 6);
    const fc_bytes bytes = fc_buffer_bytes(&packed);
    ASSERT_OK(fc_png_unpack(bytes, out, 4, &size, &err), err);
    assert_int_equal(size, 4);
    assert_memory_equal(out, "abcd\0", 5);
    ASSERT_OK(fc_png_unpack(bytes, out, sizeof out, &size, &err), err);
    assert_int_equal(size, 6);
    ASSERT_OK(fc_png_unpack((fc_bytes){ (const uint8_t *)"no zlib", 7 }, out, 8, &size, &err), err);
    assert_int_equal(size, 0);
    ASSERT_OK(fc_png_unpack((fc_bytes){ NULL, 0 }, out, 8, &size, &err), err);
    assert_int_equal(size, 0);
    SWEEP_ALLOCATIONS(fc_png_unpack(bytes, out, sizeof out, &size, &err), true);
}

#define FILE_SIZE_MAX ((size_t)1 << 20)

/* Chunks with a checksum of zeros: the scan leaves checksums to the decoder. */
static void put_chunk(fc_buffer *file, const char *type, const void *body, size_t size)
{
    const uint8_t start[8] = { (uint8_t)(size >> 24), (uint8_t)(size >> 16), (uint8_t)(size >> 8),
                               (uint8_t)size,         (uint8_t)type[0],      (uint8_t)type[1],
                               (uint8_t)type[2],      (uint8_t)type[3] };
    assert_int_equal(fc_buffer_append(file, start, sizeof start, NULL), FC_OK);
    assert_int_equal(fc_buffer_append(file, body, size, NULL), FC_OK);
    assert_int_equal(fc_buffer_append(file, "\0\0\0\0", 4, NULL), FC_OK);
}

static void put_scan_start(fc_buffer *file)
{
    assert_int_equal(fc_buffer_append(file, "\x89PNG\r\n\x1a\n", 8, NULL), FC_OK);
    put_chunk(file, "IHDR", "\0\0\0\1\0\0\0\1\x08\2\0\0\1", 13);
}

static fc_status scan(const fc_buffer *file, fc_error *err)
{
    fc_png_header header = { false };
    return fc_png_scan(fc_buffer_bytes(file), &header, err);
}

static void interlace_is_told(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_png_header header = { false };
    FC_AUTO(fc_mapping) interlaced = fc_photo_open("interlaced.png");
    ASSERT_OK(fc_png_scan(interlaced->bytes, &header, &err), err);
    assert_true(header.interlaced);
    FC_AUTO(fc_mapping) plain = fc_photo_open("rgb.png");
    ASSERT_OK(fc_png_scan(plain->bytes, &header, &err), err);
    assert_false(header.interlaced);
}

/* The decoder never sees them. */
static void what_may_be_skipped_is_passed_over_however_much_it_is(void **state)
{
    (void)state;
    fc_error err = { 0 };
    static const uint8_t ZEROS[1 << 16];
    FC_AUTO_BUFFER(file, FILE_SIZE_MAX);
    put_scan_start(&file);
    for (int i = 0; i < 3; i++) {
        put_chunk(&file, "zTXt", ZEROS, sizeof ZEROS);
        put_chunk(&file, "iCCP", "no end", 6);
    }
    put_chunk(&file, "IDAT", "", 0);
    ASSERT_OK(scan(&file, &err), err);
}

static void damaged_structures_are_refused(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO_BUFFER(file, FILE_SIZE_MAX);
    put_scan_start(&file);
    ASSERT_FAILS(FC_CORRUPT_IMAGE, scan(&file, &err), err); /* no pixels */
    put_chunk(&file, "IEND", "", 0);
    file.data[file.size - 12] = 0xff; /* a chunk of 4 GB */
    ASSERT_FAILS(FC_CORRUPT_IMAGE, scan(&file, &err), err);
    memcpy(file.data + 12, "IDAT", 4); /* pixels before the header */
    ASSERT_FAILS(FC_CORRUPT_IMAGE, scan(&file, &err), err);
    file.size = 8;
    ASSERT_FAILS(FC_CORRUPT_IMAGE, scan(&file, &err), err);
}

static void kinds_that_are_not_read_are_named(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO_BUFFER(file, FILE_SIZE_MAX);
    assert_int_equal(fc_buffer_append(&file, "\x89PNG\r\n\x1a\n", 8, NULL), FC_OK);
    put_chunk(&file, "CgBI", "\x50\0\x20\2", 4);
    put_chunk(&file, "IHDR", "\0\0\0\1\0\0\0\1\x08\2\0\0\1", 13);
    put_chunk(&file, "IDAT", "", 0);
    ASSERT_FAILS(FC_UNSUPPORTED_FORMAT, scan(&file, &err), err);
    assert_non_null(strstr(err.text, "CgBI"));

    /* A letter that fell over: the checksum tells it from what is not known. */
    fc_buffer_clear(&file);
    put_scan_start(&file);
    put_chunk(&file, "ABCD", "", 0);
    put_chunk(&file, "IDAT", "", 0);
    ASSERT_FAILS(FC_CORRUPT_IMAGE, scan(&file, &err), err);
    memcpy(file.data + file.size - 16, "\xdb\x17\x20\xa5", 4);
    ASSERT_FAILS(FC_UNSUPPORTED_FORMAT, scan(&file, &err), err);
    assert_non_null(strstr(err.text, "ABCD"));
}

/* A TIFF header and a directory of one entry: the orientation. */
static void put_exif(uint8_t exif[26], uint8_t orientation)
{
    static const uint8_t START[26] = {
        'M', 'M', 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1
    };
    memcpy(exif, START, sizeof START);
    exif[19] = orientation;
}

/* The text that ImageMagick writes: name, size, hexadecimal in lines. */
static void put_text(fc_buffer *text, const char *name, uint8_t orientation)
{
    uint8_t exif[32] = "Exif\0";
    put_exif(exif + 6, orientation);
    assert_int_equal(fc_buffer_print(text, NULL, "\n%s\n%8zu\n", name, sizeof exif), FC_OK);
    for (size_t i = 0; i < sizeof exif; i++) {
        assert_int_equal(fc_buffer_print(text, NULL, i % 10 == 9 ? "%02X\n" : "%02x", exif[i]),
                         FC_OK);
    }
}

/* tEXt, zTXt, iTXt, and iTXt that is packed. */
enum { PLAIN, PACKED, INTERNATIONAL, INTERNATIONAL_PACKED, TEXT_KINDS };

static void put_text_profile(fc_buffer *file, int kind, const char *keyword, const fc_buffer *text)
{
    static const char *const TYPES[] = { "tEXt", "zTXt", "iTXt", "iTXt" };
    static const struct {
        const char *bytes;
        size_t size;
    } HEADS[] = { { "\0", 1 }, { "\0\0", 2 }, { "\0\0\0de\0\0", 7 }, { "\0\1\0de\0\0", 7 } };
    FC_AUTO_BUFFER(body, FC_PNG_FILE_MAX);
    assert_int_equal(fc_buffer_append(&body, keyword, strlen(keyword), NULL), FC_OK);
    assert_int_equal(fc_buffer_append(&body, HEADS[kind].bytes, HEADS[kind].size, NULL), FC_OK);
    if (kind == PACKED || kind == INTERNATIONAL_PACKED) {
        fc_png_put_packed(&body, text->data, text->size);
    } else {
        assert_int_equal(fc_buffer_append(&body, text->data, text->size, NULL), FC_OK);
    }
    fc_png_put(file, TYPES[kind], body.data, body.size);
}

static void put_exif_start(fc_buffer *file)
{
    fc_buffer_clear(file);
    fc_png_put_start(file, 1, 1, 8, 2, false);
}

static void assert_orientation(const fc_buffer *file, int32_t expected)
{
    fc_error err = { 0 };
    int32_t orientation = 0;
    ASSERT_OK(fc_png_orientation(fc_buffer_bytes(file), &orientation, &err), err);
    assert_int_equal(orientation, expected);
}

static void chunk_counts_before_and_after_the_pixels(void **state)
{
    (void)state;
    uint8_t exif[26];
    FC_AUTO_BUFFER(file, FC_PNG_FILE_MAX);
    for (uint8_t orientation = 1; orientation <= 8; orientation++) {
        put_exif(exif, orientation);
        put_exif_start(&file);
        fc_png_put(&file, "eXIf", exif, sizeof exif);
        fc_png_put_pixels(&file, "\0\1\2\3", 4);
        assert_orientation(&file, orientation);
        put_exif_start(&file);
        fc_png_put_pixels(&file, "\0\1\2\3", 4);
        fc_png_put(&file, "tEXt", "a\0b", 3);
        fc_png_put(&file, "eXIf", exif, sizeof exif);
        assert_orientation(&file, orientation);
    }
}

static void texts_count_plain_packed_and_international(void **state)
{
    (void)state;
    FC_AUTO_BUFFER(file, FC_PNG_FILE_MAX);
    FC_AUTO_BUFFER(text, FC_PNG_FILE_MAX);
    put_text(&text, "exif", 6);
    for (int kind = PLAIN; kind < TEXT_KINDS; kind++) {
        put_exif_start(&file);
        put_text_profile(&file, kind, "Raw profile type exif", &text);
        assert_orientation(&file, 6);
        put_exif_start(&file);
        fc_png_put_pixels(&file, "\0\1\2\3", 4);
        put_text_profile(&file, kind, "Raw profile type APP1", &text);
        assert_orientation(&file, 6);
    }
}

/* A second profile of that name is what another program left behind. */
static void chunk_counts_more_than_text_and_the_first_text_more_than_the_second(void **state)
{
    (void)state;
    uint8_t exif[26];
    put_exif(exif, 3);
    FC_AUTO_BUFFER(file, FC_PNG_FILE_MAX);
    FC_AUTO_BUFFER(text, FC_PNG_FILE_MAX);
    FC_AUTO_BUFFER(other, FC_PNG_FILE_MAX);
    put_text(&text, "exif", 6);
    put_text(&other, "APP1", 8);
    put_exif_start(&file);
    put_text_profile(&file, PLAIN, "Raw profile type exif", &text);
    put_text_profile(&file, PLAIN, "Raw profile type APP1", &other);
    assert_orientation(&file, 6);
    fc_png_put(&file, "eXIf", exif, sizeof exif);
    assert_orientation(&file, 3);
}

static void what_is_damaged_or_no_exif_is_passed_over(void **state)
{
    (void)state;
    uint8_t exif[26];
    put_exif(exif, 9);
    FC_AUTO_BUFFER(file, FC_PNG_FILE_MAX);
    put_exif_start(&file);
    assert_orientation(&file, 1);
    fc_png_put(&file, "eXIf", exif, sizeof exif); /* there is no 9 */
    assert_orientation(&file, 1);

    static const char *const TEXTS[] = {
        "", "\n", "\nexif\n", "\nexif\n 4\n", "\nexif\n 4\nxyz", "\nexif\n 4\n4d4d0", "<xmp/>"
    };
    for (size_t i = 0; i < sizeof TEXTS / sizeof TEXTS[0]; i++) {
        FC_AUTO_BUFFER(text, FC_PNG_FILE_MAX);
        assert_int_equal(fc_buffer_append(&text, TEXTS[i], strlen(TEXTS[i]), NULL), FC_OK);
        for (int kind = PLAIN; kind < TEXT_KINDS; kind++) {
            put_exif_start(&file);
            put_text_profile(&file, kind, "Raw profile type exif", &text);
            assert_orientation(&file, 1);
        }
    }
    put_exif_start(&file);
    fc_png_put(&file, "zTXt", "Raw profile type exif", 22); /* no method, no text */
    fc_png_put(&file, "iTXt", "Raw profile type exif\0\0\0de", 26);
    fc_png_put(&file, "zTXt", "Raw profile type exif\0\0no zlib", 30);
    put_exif(exif, 6);
    fc_png_put_damaged(&file, "eXIf", exif, sizeof exif);
    assert_orientation(&file, 1);
}

/* 16 MB packed to 16 KB: the beginning is enough. */
static void packed_text_that_unpacks_to_megabytes_is_read_in_part(void **state)
{
    (void)state;
    enum { BOMB = 16 << 20 };
    FC_AUTO_BUFFER(text, BOMB + 1024);
    put_text(&text, "exif", 5);
    FC_AUTO(fc_octets) zeros = NULL;
    assert_int_equal(fc_memory_new_zeroed(BOMB, 1, (void **)&zeros, NULL), FC_OK);
    memset(zeros, '0', BOMB);
    assert_int_equal(fc_buffer_append(&text, zeros, BOMB, NULL), FC_OK);
    FC_AUTO_BUFFER(file, FC_PNG_FILE_MAX);
    put_exif_start(&file);
    put_text_profile(&file, PACKED, "Raw profile type exif", &text);
    assert_orientation(&file, 5);
}

/* As Pillow and exiftool read them. */
static void real_files_say_what_other_programs_read(void **state)
{
    (void)state;
    for (int32_t orientation = 2; orientation <= 6; orientation += 4) {
        char name[64];
        (void)snprintf(name, sizeof name, "faults/10_exif_after_idat_o%d.png", (int)orientation);
        const char *path = fc_test_shared_file(name);
        if (path == NULL) {
            skip();
        }
        fc_error err = { 0 };
        FC_AUTO(fc_mapping) file = NULL;
        ASSERT_OK(fc_mapping_new(path, 1 << 20, &file, &err), err);
        int32_t found = 0;
        ASSERT_OK(fc_png_orientation(file->bytes, &found, &err), err);
        assert_int_equal(found, orientation);
    }
}

static void orientation_survives_every_allocation_failure(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO_BUFFER(file, FC_PNG_FILE_MAX);
    FC_AUTO_BUFFER(text, FC_PNG_FILE_MAX);
    put_text(&text, "exif", 6);
    put_exif_start(&file);
    put_text_profile(&file, PACKED, "Raw profile type exif", &text);
    int32_t orientation = 0;
    SWEEP_ALLOCATIONS(fc_png_orientation(fc_buffer_bytes(&file), &orientation, &err),
                      orientation == 0);
    assert_int_equal(orientation, 6);
}

static const uint8_t P3_CICP[4] = { 12, 13, 0, 1 };
static const uint8_t LINEAR[4] = { 0, 1, 0x86, 0xa0 };     /* 100000 */
static const uint8_t SRGB_GAMMA[4] = { 0, 0, 0xb1, 0x8f }; /* 45455 */

/* xy of white, red, green and blue, times 100000. */
typedef uint32_t corners[8];
static const corners SRGB = { 31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000 };
static const corners ADOBE = { 31270, 32900, 64000, 33000, 21000, 71000, 15000, 6000 };

static void put_corners(fc_buffer *file, const corners xy)
{
    uint8_t body[32];
    for (size_t i = 0; i < 8; i++) {
        body[4 * i] = (uint8_t)(xy[i] >> 24);
        body[4 * i + 1] = (uint8_t)(xy[i] >> 16);
        body[4 * i + 2] = (uint8_t)(xy[i] >> 8);
        body[4 * i + 3] = (uint8_t)xy[i];
    }
    fc_png_put(file, "cHRM", body, sizeof body);
}

/* No more of a profile than its header. */
static void put_colour_profile(fc_buffer *file, const char *space, uint32_t announced, size_t size)
{
    uint8_t profile[256] = { (uint8_t)(announced >> 24), (uint8_t)(announced >> 16),
                             (uint8_t)(announced >> 8), (uint8_t)announced };
    memcpy(profile + 16, space, 4);
    memcpy(profile + 36, "acsp", 4);
    FC_AUTO_BUFFER(body, FC_PNG_FILE_MAX);
    assert_int_equal(fc_buffer_append(&body, "any name\0", 10, NULL), FC_OK);
    fc_png_put_packed(&body, profile, size);
    fc_png_put(file, "iCCP", body.data, body.size);
}

static void put_colour_start(fc_buffer *file)
{
    fc_buffer_clear(file);
    fc_png_put_start(file, 1, 1, 8, 2, false);
}

/* What counts; pixels are added for the time of reading. */
static fc_colour_space read_space(fc_buffer *file, fc_colour_model model, size_t *profile_size)
{
    const size_t size = file->size;
    fc_png_put_pixels(file, "\0\1\2\3", 4);
    fc_error err = { 0 };
    fc_colour_space space = { .model = model };
    uint8_t *profile = NULL;
    ASSERT_OK(fc_png_read_colour(fc_buffer_bytes(file), &space, &profile, &err), err);
    assert_ptr_equal(space.profile.data, profile);
    *profile_size = space.profile.size;
    space.profile = (fc_bytes){ NULL, 0 };
    fc_memory_free(profile);
    file->size = size;
    return space;
}

static bool is_plain(fc_buffer *file)
{
    size_t profile = 0;
    const fc_colour_space space = read_space(file, FC_COLOUR_RGB, &profile);
    return profile == 0 && space.primaries == 0 && space.transfer == 0 && space.gamma == 0 &&
           !space.has_chromaticities;
}

/* From the weakest to the strongest: each that is added counts instead. */
static void declarations_count_in_the_order_of_the_specification(void **state)
{
    (void)state;
    size_t profile = 0;
    FC_AUTO_BUFFER(file, FC_PNG_FILE_MAX);
    put_colour_start(&file);
    assert_true(is_plain(&file));

    fc_png_put(&file, "gAMA", LINEAR, 4);
    put_corners(&file, ADOBE);
    fc_colour_space space = read_space(&file, FC_COLOUR_RGB, &profile);
    assert_true(space.gamma == 1 && space.has_chromaticities);
    assert_true(space.chromaticities.green[0] > 0.2099 && space.chromaticities.green[0] < 0.2101);
    assert_true(space.chromaticities.white[1] > 0.3289 && space.chromaticities.white[1] < 0.3291);

    fc_png_put(&file, "sRGB", "\0", 1);
    assert_true(is_plain(&file));

    put_colour_profile(&file, "RGB ", 200, 200);
    space = read_space(&file, FC_COLOUR_RGB, &profile);
    assert_int_equal(profile, 200);
    assert_true(space.gamma == 0 && !space.has_chromaticities);

    fc_png_put(&file, "cICP", P3_CICP, 4);
    space = read_space(&file, FC_COLOUR_RGB, &profile);
    assert_int_equal(profile, 0);
    assert_int_equal(space.primaries, FC_CICP_PRIMARIES_P3);
    assert_int_equal(space.transfer, FC_CICP_TRANSFER_SRGB);
}

static void a_profile_that_is_damaged_or_too_large_is_left_out_and_told(void **state)
{
    (void)state;
    static const struct {
        const char *space;
        uint32_t announced;
        size_t size;
        bool lost;
    } PROFILES[] = {
        { "RGB ", 200, 200, false },       { "GRAY", 200, 200, true }, /* not for this picture */
        { "RGB ", UINT32_MAX, 200, true }, { "RGB ", FC_PROFILE_BYTES_MAX + 1, 200, true },
        { "RGB ", 100, 200, true },        { "RGB ", 201, 200, true },
        { "RGB ", 100, 100, true },
    };
    for (size_t i = 0; i < sizeof PROFILES / sizeof PROFILES[0]; i++) {
        size_t profile = 0;
        FC_AUTO_BUFFER(file, FC_PNG_FILE_MAX);
        put_colour_start(&file);
        put_colour_profile(&file, PROFILES[i].space, PROFILES[i].announced, PROFILES[i].size);
        const fc_colour_space space = read_space(&file, FC_COLOUR_RGB, &profile);
        assert_int_equal(space.lost_profile, PROFILES[i].lost);
        assert_int_equal(profile, i == 0 ? 200 : 0);
    }
    size_t profile = 0;
    FC_AUTO_BUFFER(file, FC_PNG_FILE_MAX);
    put_colour_start(&file);
    fc_png_put(&file, "iCCP", "no zlib\0\0stream", 15);
    assert_true(read_space(&file, FC_COLOUR_RGB, &profile).lost_profile);
}

static void gamma_and_corners_of_srgb_are_srgb(void **state)
{
    (void)state;
    size_t profile = 0;
    FC_AUTO_BUFFER(file, FC_PNG_FILE_MAX);
    put_colour_start(&file);
    fc_png_put(&file, "gAMA", SRGB_GAMMA, 4);
    assert_true(is_plain(&file));
    put_corners(&file, SRGB);
    assert_true(is_plain(&file));

    put_colour_start(&file);
    put_corners(&file, SRGB);
    fc_png_put(&file, "gAMA", LINEAR, 4);
    fc_colour_space space = read_space(&file, FC_COLOUR_RGB, &profile);
    assert_true(space.gamma == 1 && !space.has_chromaticities);

    /* With other corners it is a gamma like any other. */
    put_colour_start(&file);
    put_corners(&file, ADOBE);
    fc_png_put(&file, "gAMA", SRGB_GAMMA, 4);
    space = read_space(&file, FC_COLOUR_RGB, &profile);
    assert_true(space.gamma == 0.45455 && space.has_chromaticities);
    space = read_space(&file, FC_COLOUR_GREY, &profile); /* grey has no corners */
    assert_true(space.gamma == 0 && !space.has_chromaticities);
}

static void what_makes_no_sense_leaves_its_place_to_the_next(void **state)
{
    (void)state;
    static const uint8_t CICPS[][4] = {
        { 2, 13, 0, 1 },                   /* primaries not given */
        { 12, 2, 0, 1 },                   /* nor the curve */
        { 99, 13, 0, 1 },                  /* reserved */
        { 12, 99, 0, 1 }, { 9, 16, 9, 1 }, /* YCbCr, which no PNG stores */
        { 12, 13, 0, 0 }                   /* a part of the range */
    };
    FC_AUTO_BUFFER(file, FC_PNG_FILE_MAX);
    size_t profile = 0;
    for (size_t i = 0; i < sizeof CICPS / sizeof CICPS[0]; i++) {
        put_colour_start(&file);
        fc_png_put(&file, "cICP", CICPS[i], 4);
        fc_png_put(&file, "gAMA", LINEAR, 4);
        const fc_colour_space space = read_space(&file, FC_COLOUR_RGB, &profile);
        assert_true(space.primaries == 0 && space.transfer == 0 && space.gamma == 1);
    }
    static const uint8_t GAMMAS[][4] = { { 0 }, { 0, 0, 0, 1 }, { 0xff, 0xff, 0xff, 0xff } };
    for (size_t i = 0; i < sizeof GAMMAS / sizeof GAMMAS[0]; i++) {
        put_colour_start(&file);
        fc_png_put(&file, "gAMA", GAMMAS[i], 4);
        assert_true(is_plain(&file));
    }
    static const corners CORNERS[] = {
        { 0 },                                                      /* no white */
        { 31270, 32900, 30000, 60000, 64000, 33000, 15000, 6000 },  /* red and green exchanged */
        { 31270, 32900, 64000, 33000, 64000, 33000, 15000, 6000 },  /* no triangle */
        { 90000, 5000, 64000, 33000, 30000, 60000, 15000, 6000 },   /* white far outside */
        { 31270, 32900, 164000, 33000, 30000, 60000, 15000, 6000 }, /* no colour */
        { 31270, 32900, 64000, 33000, 30000, 60000, 15000, 0xf0000000 },
    };
    for (size_t i = 0; i < sizeof CORNERS / sizeof CORNERS[0]; i++) {
        put_colour_start(&file);
        put_corners(&file, CORNERS[i]);
        assert_true(is_plain(&file));
    }
}

static void damaged_and_misplaced_chunks_are_passed_over(void **state)
{
    (void)state;
    FC_AUTO_BUFFER(file, FC_PNG_FILE_MAX);
    put_colour_start(&file);
    fc_png_put_damaged(&file, "cICP", P3_CICP, 4);
    fc_png_put(&file, "cICP", P3_CICP, 3);
    fc_png_put_damaged(&file, "gAMA", LINEAR, 4);
    fc_png_put(&file, "gAMA", LINEAR, 2);
    fc_png_put(&file, "cHRM", LINEAR, 4);
    fc_png_put_pixels(&file, "\0\1\2\3", 4);
    fc_png_put(&file, "gAMA", LINEAR, 4); /* too late */
    assert_true(is_plain(&file));
}

static void profile_that_does_not_fit_is_passed_over(void **state)
{
    (void)state;
    size_t profile = 0;
    FC_AUTO_BUFFER(file, FC_PNG_FILE_MAX);
    put_colour_start(&file);
    put_colour_profile(&file, "GRAY", 200, 200);
    fc_png_put(&file, "gAMA", LINEAR, 4);
    assert_true(read_space(&file, FC_COLOUR_RGB, &profile).gamma == 1);
    assert_int_equal(profile, 0);
    assert_true(read_space(&file, FC_COLOUR_GREY, &profile).gamma == 0);
    assert_int_equal(profile, 200);

    static const struct {
        uint32_t announced;
        size_t size;
    } SIZES[] = { { 200, 199 }, { 100, 200 }, { 200, 3 }, { 0xffffffff, 200 }, { 0, 200 } };
    for (size_t i = 0; i < sizeof SIZES / sizeof SIZES[0]; i++) {
        put_colour_start(&file);
        put_colour_profile(&file, "RGB ", SIZES[i].announced, SIZES[i].size);
        assert_true(is_plain(&file));
    }
    put_colour_start(&file);
    fc_png_put(&file, "iCCP", "name\0\0no zlib", 13);
    assert_true(is_plain(&file));
}

static void colour_survives_every_allocation_failure(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO_BUFFER(file, FC_PNG_FILE_MAX);
    put_colour_start(&file);
    put_colour_profile(&file, "RGB ", 200, 200);
    fc_png_put_pixels(&file, "\0\1\2\3", 4);
    fc_colour_space space = { .model = FC_COLOUR_RGB };
    FC_AUTO(fc_octets) profile = NULL;
    SWEEP_ALLOCATIONS(fc_png_read_colour(fc_buffer_bytes(&file), &space, &profile, &err),
                      profile == NULL && space.profile.size == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chunks_come_one_after_the_other),
        cmocka_unit_test(chunk_that_is_not_whole_is_none),
        cmocka_unit_test(stream_is_unpacked_as_far_as_there_is_room),
        cmocka_unit_test(interlace_is_told),
        cmocka_unit_test(what_may_be_skipped_is_passed_over_however_much_it_is),
        cmocka_unit_test(damaged_structures_are_refused),
        cmocka_unit_test(kinds_that_are_not_read_are_named),
        cmocka_unit_test(chunk_counts_before_and_after_the_pixels),
        cmocka_unit_test(texts_count_plain_packed_and_international),
        cmocka_unit_test(chunk_counts_more_than_text_and_the_first_text_more_than_the_second),
        cmocka_unit_test(what_is_damaged_or_no_exif_is_passed_over),
        cmocka_unit_test(packed_text_that_unpacks_to_megabytes_is_read_in_part),
        cmocka_unit_test(real_files_say_what_other_programs_read),
        cmocka_unit_test(orientation_survives_every_allocation_failure),
        cmocka_unit_test(declarations_count_in_the_order_of_the_specification),
        cmocka_unit_test(a_profile_that_is_damaged_or_too_large_is_left_out_and_told),
        cmocka_unit_test(gamma_and_corners_of_srgb_are_srgb),
        cmocka_unit_test(what_makes_no_sense_leaves_its_place_to_the_next),
        cmocka_unit_test(damaged_and_misplaced_chunks_are_passed_over),
        cmocka_unit_test(profile_that_does_not_fit_is_passed_over),
        cmocka_unit_test(colour_survives_every_allocation_failure),
    };
    return cmocka_run_group_tests_name("image/png_chunks", tests, NULL, NULL);
}
