#include "image/to_srgb.h"

#include <string.h>

#include "base/memory.h"
#include "image/srgb_profile.h"
#include "support/fc_test.h"

/* Two rows of one pixel, given as they are. */
typedef struct fixed_rows {
    fc_rows rows;
    const void *pixels;
    fc_status status; /* of reading */
    int *freed;
} fixed_rows;

static fc_status read_row(fc_rows *rows, int32_t y, const void **pixels, fc_error *err)
{
    (void)y;
    fixed_rows *self = (fixed_rows *)rows;
    *pixels = self->pixels;
    return self->status == FC_OK ? FC_OK : fc_fail(err, self->status, "a damaged row");
}

static void free_rows(fc_rows *rows)
{
    ++*((fixed_rows *)rows)->freed;
}

static fixed_rows rows_of(const void *pixels, int32_t channels, int32_t bits, int *freed)
{
    return (fixed_rows){ .rows = { .size = { 1, 2 },
                                   .channels = channels,
                                   .bits = bits,
                                   .read = read_row,
                                   .free = free_rows },
                         .pixels = pixels,
                         .freed = freed };
}

static void srgb_and_grey_pass_as_they_are(void **state)
{
    (void)state;
    fc_error err = { 0 };
    int freed = 0;
    const uint8_t pixel[4] = { 1, 2, 3, 4 };
    fixed_rows fixed = rows_of(pixel, 4, 8, &freed);
    fc_rows *rows = &fixed.rows;
    const fc_colour_space space = { .model = FC_COLOUR_RGB,
                                    .has_alpha = true,
                                    .profile = { fc_srgb_profile, FC_SRGB_PROFILE_SIZE } };
    fc_rows *out = NULL;
    ASSERT_OK(fc_to_srgb(&rows, &space, &out, &err), err);
    assert_ptr_equal(out, &fixed.rows);
    assert_null(rows);
    fc_rows_free(out);
    assert_int_equal(freed, 1);
}

static void every_way_gives_srgb(void **state)
{
    (void)state;
    static const uint8_t INK[5] = { 0, 0, 0, 0, 9 };
    static const uint16_t WIDE[3] = { 65535, 65535, 65535 };
    static const float LIGHT[4] = { 1, 1, 1, 0.5F };
    const struct {
        const void *pixels;
        fc_colour_space space;
        int32_t bits;
        int32_t channels_out;
        int32_t bits_out;
    } cases[] = {
        { INK, { .model = FC_COLOUR_CMYK, .has_alpha = true }, 8, 4, 8 },
        { WIDE, { .model = FC_COLOUR_RGB, .transfer = FC_CICP_TRANSFER_PQ }, 16, 3, 8 },
        { WIDE, { .model = FC_COLOUR_RGB, .gamma = 1.0 }, 16, 3, 16 },
        { LIGHT, { .model = FC_COLOUR_RGB, .has_alpha = true }, 32, 4, 8 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        fc_error err = { 0 };
        int freed = 0;
        fixed_rows fixed = rows_of(cases[i].pixels, fc_colour_space_channels(&cases[i].space),
                                   cases[i].bits, &freed);
        fc_rows *rows = &fixed.rows;
        FC_AUTO(fc_rows) out = NULL;
        ASSERT_OK(fc_to_srgb(&rows, &cases[i].space, &out, &err), err);
        assert_int_equal(out->channels, cases[i].channels_out);
        assert_int_equal(out->bits, cases[i].bits_out);
        assert_int_equal(out->size.height, 2);
        const void *pixels = NULL;
        ASSERT_OK(out->read(out, 0, &pixels, &err), err);
        for (int32_t c = 0; c < 3; c++) {
            assert_int_equal(out->bits == 8 ? ((const uint8_t *)pixels)[c]
                                            : ((const uint16_t *)pixels)[c] / 257,
                             255);
        }
        fc_rows_free(FC_STEAL(out));
        assert_int_equal(freed, 1);
    }
}

static void a_damaged_row_is_told(void **state)
{
    (void)state;
    fc_error err = { 0 };
    int freed = 0;
    const uint8_t ink[4] = { 0 };
    fixed_rows fixed = rows_of(ink, 4, 8, &freed);
    fixed.status = FC_CORRUPT_IMAGE;
    fc_rows *rows = &fixed.rows;
    FC_AUTO(fc_rows) out = NULL;
    ASSERT_OK(fc_to_srgb(&rows, &(fc_colour_space){ .model = FC_COLOUR_CMYK }, &out, &err), err);
    const void *pixels = NULL;
    ASSERT_FAILS(FC_CORRUPT_IMAGE, out->read(out, 0, &pixels, &err), err);
}

static fc_status convert_once(fc_error *err)
{
    int freed = 0;
    const uint8_t ink[4] = { 0 };
    fixed_rows fixed = rows_of(ink, 4, 8, &freed);
    fc_rows *rows = &fixed.rows;
    FC_AUTO(fc_rows) out = NULL;
    return fc_to_srgb(&rows, &(fc_colour_space){ .model = FC_COLOUR_CMYK }, &out, err);
}

static void conversion_survives_every_allocation_failure(void **state)
{
    (void)state;
    fc_error err = { 0 };
    SWEEP_ALLOCATIONS(convert_once(&err), true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(srgb_and_grey_pass_as_they_are),
        cmocka_unit_test(every_way_gives_srgb),
        cmocka_unit_test(a_damaged_row_is_told),
        cmocka_unit_test(conversion_survives_every_allocation_failure),
    };
    return cmocka_run_group_tests_name("image/to_srgb", tests, NULL, NULL);
}
