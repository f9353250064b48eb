#include "image/png_colour.h"

#include <string.h>

#include "base/limits.h"
#include "base/memory.h"
#include "support/fc_png.h"

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
static void put_profile(fc_buffer *file, const char *space, uint32_t announced, size_t size)
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

static void put_start(fc_buffer *file)
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
    put_start(&file);
    assert_true(is_plain(&file));

    fc_png_put(&file, "gAMA", LINEAR, 4);
    put_corners(&file, ADOBE);
    fc_colour_space space = read_space(&file, FC_COLOUR_RGB, &profile);
    assert_true(space.gamma == 1 && space.has_chromaticities);
    assert_true(space.chromaticities.green[0] > 0.2099 && space.chromaticities.green[0] < 0.2101);
    assert_true(space.chromaticities.white[1] > 0.3289 && space.chromaticities.white[1] < 0.3291);

    fc_png_put(&file, "sRGB", "\0", 1);
    assert_true(is_plain(&file));

    put_profile(&file, "RGB ", 200, 200);
    space = read_space(&file, FC_COLOUR_RGB, &profile);
    assert_int_equal(profile, 200);
    assert_true(space.gamma == 0 && !space.has_chromaticities);

    fc_png_put(&file, "cICP", P3_CICP, 4);
    space = read_space(&file, FC_COLOUR_RGB, &profile);
    assert_int_equal(profile, 0);
    assert_int_equal(space.primaries, FC_CICP_PRIMARIES_P3);
    assert_int_equal(space.transfer, FC_CICP_TRANSFER_SRGB);
}

static void gamma_and_corners_of_srgb_are_srgb(void **state)
{
    (void)state;
    size_t profile = 0;
    FC_AUTO_BUFFER(file, FC_PNG_FILE_MAX);
    put_start(&file);
    fc_png_put(&file, "gAMA", SRGB_GAMMA, 4);
    assert_true(is_plain(&file));
    put_corners(&file, SRGB);
    assert_true(is_plain(&file));

    put_start(&file);
    put_corners(&file, SRGB);
    fc_png_put(&file, "gAMA", LINEAR, 4);
    fc_colour_space space = read_space(&file, FC_COLOUR_RGB, &profile);
    assert_true(space.gamma == 1 && !space.has_chromaticities);

    /* With other corners it is a gamma like any other. */
    put_start(&file);
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
        put_start(&file);
        fc_png_put(&file, "cICP", CICPS[i], 4);
        fc_png_put(&file, "gAMA", LINEAR, 4);
        const fc_colour_space space = read_space(&file, FC_COLOUR_RGB, &profile);
        assert_true(space.primaries == 0 && space.transfer == 0 && space.gamma == 1);
    }
    static const uint8_t GAMMAS[][4] = { { 0 }, { 0, 0, 0, 1 }, { 0xff, 0xff, 0xff, 0xff } };
    for (size_t i = 0; i < sizeof GAMMAS / sizeof GAMMAS[0]; i++) {
        put_start(&file);
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
        put_start(&file);
        put_corners(&file, CORNERS[i]);
        assert_true(is_plain(&file));
    }
}

static void damaged_and_misplaced_chunks_are_passed_over(void **state)
{
    (void)state;
    FC_AUTO_BUFFER(file, FC_PNG_FILE_MAX);
    put_start(&file);
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
    put_start(&file);
    put_profile(&file, "GRAY", 200, 200);
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
        put_start(&file);
        put_profile(&file, "RGB ", SIZES[i].announced, SIZES[i].size);
        assert_true(is_plain(&file));
    }
    put_start(&file);
    fc_png_put(&file, "iCCP", "name\0\0no zlib", 13);
    assert_true(is_plain(&file));
}

static void colour_survives_every_allocation_failure(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO_BUFFER(file, FC_PNG_FILE_MAX);
    put_start(&file);
    put_profile(&file, "RGB ", 200, 200);
    fc_png_put_pixels(&file, "\0\1\2\3", 4);
    fc_colour_space space = { .model = FC_COLOUR_RGB };
    FC_AUTO(fc_octets) profile = NULL;
    SWEEP_ALLOCATIONS(fc_png_read_colour(fc_buffer_bytes(&file), &space, &profile, &err),
                      profile == NULL && space.profile.size == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(declarations_count_in_the_order_of_the_specification),
        cmocka_unit_test(gamma_and_corners_of_srgb_are_srgb),
        cmocka_unit_test(what_makes_no_sense_leaves_its_place_to_the_next),
        cmocka_unit_test(damaged_and_misplaced_chunks_are_passed_over),
        cmocka_unit_test(profile_that_does_not_fit_is_passed_over),
        cmocka_unit_test(colour_survives_every_allocation_failure),
    };
    return cmocka_run_group_tests_name("image/png_colour", tests, NULL, NULL);
}
