#include "ops/lanczos8.h"

#include "base/memory.h"
#include "support/fc_photo.h"
#include "support/fc_test.h"
#include "support/patterns.h"
#include "support/photo_file.h"
#include "support/pictures.h"

#define PHOTO "tests/data/u2net/photo.png"

static fc_image *read_grey(const char *path)
{
    FC_AUTO(fc_image) colour = fc_photo_read(path);
    return fc_test_grey(colour);
}

static void assert_resized(const fc_image *source, const fc_image *expected, int tolerance)
{
    fc_error err = { 0 };
    FC_AUTO(fc_image) resized = NULL;
    ASSERT_OK(fc_lanczos8(source, expected->size, &resized, &err), err);
    fc_pattern_assert_alike(resized, expected, tolerance);
}

static void colours_are_what_pillow_makes_of_them(void **state)
{
    (void)state;
    FC_AUTO(fc_image) photo = fc_photo_read(PHOTO);
    FC_AUTO(fc_image) smaller = fc_photo_read("tests/data/lanczos8/smaller.png");
    FC_AUTO(fc_image) both = fc_photo_read("tests/data/lanczos8/both.png");
    FC_AUTO(fc_image) flatter = fc_photo_read("tests/data/lanczos8/flatter.png");
    assert_resized(photo, smaller, 0);
    assert_resized(photo, both, 0);    /* narrower and taller */
    assert_resized(photo, flatter, 0); /* mostly rows are lost: those first */
}

static void a_grey_picture_is_what_pillow_makes_of_it(void **state)
{
    (void)state;
    FC_AUTO(fc_image) grey = read_grey("tests/data/lanczos8/grey.png");
    FC_AUTO(fc_image) larger = read_grey("tests/data/lanczos8/larger.png");
    assert_resized(grey, larger, 0);
}

static void the_same_size_is_a_copy(void **state)
{
    (void)state;
    FC_AUTO(fc_image) noise = fc_pattern_noise((fc_size){ 31, 19 }, 4, 5);
    assert_resized(noise, noise, 0);
}

/* The kernel overshoots: sums beyond a byte have to stop at its ends. */
static void black_and_white_do_not_wrap_around(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) edge = fc_pattern_flat((fc_size){ 8, 1 }, 1, 0);
    for (int32_t x = 4; x < 8; x++) {
        edge->data[x] = 255;
    }
    FC_AUTO(fc_image) enlarged = NULL;
    ASSERT_OK(fc_lanczos8(edge, (fc_size){ 64, 3 }, &enlarged, &err), err);
    for (int32_t x = 0; x < 28; x++) {
        assert_true(enlarged->data[x] < 64);
        assert_true(enlarged->data[63 - x] > 191);
    }
}

static void one_pixel_becomes_any_size(void **state)
{
    (void)state;
    FC_AUTO(fc_image) one = fc_pattern_flat((fc_size){ 1, 1 }, 3, 77);
    FC_AUTO(fc_image) many = fc_pattern_flat((fc_size){ 9, 200 }, 3, 77);
    assert_resized(one, many, 0);
    assert_resized(many, one, 0);
}

static void an_empty_or_huge_size_is_refused(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) source = fc_pattern_flat((fc_size){ 4, 4 }, 3, 0);
    fc_image *none = NULL;
    ASSERT_FAILS(FC_INVALID_ARGUMENT, fc_lanczos8(source, (fc_size){ 0, 4 }, &none, &err), err);
    ASSERT_FAILS(FC_INVALID_ARGUMENT, fc_lanczos8(source, (fc_size){ 4, -1 }, &none, &err), err);
    ASSERT_FAILS(FC_LIMIT_EXCEEDED, fc_lanczos8(source, (fc_size){ 1 << 20, 4 }, &none, &err), err);
    assert_null(none);
}

static void resizing_survives_every_allocation_failure(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) source = fc_pattern_flat((fc_size){ 9, 5 }, 3, 40);
    fc_image *out = NULL;
    SWEEP_ALLOCATIONS(fc_lanczos8(source, (fc_size){ 5, 7 }, &out, &err), out == NULL);
    fc_image_free(out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(colours_are_what_pillow_makes_of_them),
        cmocka_unit_test(a_grey_picture_is_what_pillow_makes_of_it),
        cmocka_unit_test(the_same_size_is_a_copy),
        cmocka_unit_test(black_and_white_do_not_wrap_around),
        cmocka_unit_test(one_pixel_becomes_any_size),
        cmocka_unit_test(an_empty_or_huge_size_is_refused),
        cmocka_unit_test(resizing_survives_every_allocation_failure),
    };
    return cmocka_run_group_tests_name("ops/lanczos8", tests, NULL, NULL);
}
