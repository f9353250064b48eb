#include "ops/foreground.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "ops/bilinear.h"
#include "support/fc_test.h"

enum { SIDE = 160, RADIUS = 50, SOFT = 12 };

static const uint8_t RED[3] = { 210, 30, 30 };
static const uint8_t GREEN[3] = { 20, 200, 20 };
static const uint8_t BLUE[3] = { 10, 20, 220 };

/* Disc with an edge SOFT px wide about RADIUS. */
static fc_plane *disc(void)
{
    fc_error err = { 0 };
    fc_plane *alpha = NULL;
    ASSERT_OK(fc_plane_new((fc_size){ SIDE, SIDE }, &alpha, &err), err);
    for (int32_t y = 0; y < SIDE; y++) {
        for (int32_t x = 0; x < SIDE; x++) {
            const double r = hypot(x + 0.5 - SIDE / 2.0, y + 0.5 - SIDE / 2.0);
            fc_plane_row(alpha, y)[x] =
                (float)fmin(fmax((RADIUS + SOFT / 2.0 - r) / SOFT, 0.0), 1.0);
        }
    }
    return alpha;
}

static double mix(double fore, double back, double alpha)
{
    return alpha * fore + (1.0 - alpha) * back;
}

static fc_image *red_on_green(const fc_plane *alpha)
{
    fc_error err = { 0 };
    fc_image *picture = NULL;
    ASSERT_OK(fc_image_new(alpha->size, 3, &picture, &err), err);
    for (int32_t y = 0; y < alpha->size.height; y++) {
        for (int32_t x = 0; x < alpha->size.width; x++) {
            for (int32_t c = 0; c < 3; c++) {
                fc_image_row(picture, y)[3 * x + c] =
                    (uint8_t)lround(mix(RED[c], GREEN[c], (double)fc_plane_row(alpha, y)[x]));
            }
        }
    }
    return picture;
}

/* Largest and mean difference to the true picture of the disc on blue, over its edge. */
static void measure_fringe(const fc_image *fore, const fc_plane *alpha, double *largest,
                           double *mean)
{
    double sum = 0.0;
    int count = 0;
    *largest = 0.0;
    for (int32_t y = 0; y < SIDE; y++) {
        for (int32_t x = 0; x < SIDE; x++) {
            const double share = (double)fc_plane_row(alpha, y)[x];
            if (share <= 0.0 || share >= 1.0) {
                continue;
            }
            /* Green is what tells the old background: neither red nor blue has much of it. */
            const double seen = mix(fc_image_row(fore, y)[3 * x + 1], BLUE[1], share);
            const double difference = fabs(seen - mix(RED[1], BLUE[1], share));
            *largest = fmax(*largest, difference);
            sum += difference;
            count++;
        }
    }
    *mean = sum / count;
}

static void no_green_is_left_when_a_disc_moves_from_green_to_blue(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_plane) alpha = disc();
    FC_AUTO(fc_image) picture = red_on_green(alpha);
    FC_AUTO(fc_image) fore = NULL;
    ASSERT_OK(fc_foreground(picture, alpha, 100.0, &fore, &err), err);
    double largest_before = 0.0;
    double mean_before = 0.0;
    double largest = 0.0;
    double mean = 0.0;
    measure_fringe(picture, alpha, &largest_before, &mean_before);
    measure_fringe(fore, alpha, &largest, &mean);
    assert_true(mean_before > 20.0);
    assert_true(mean * 15.0 < mean_before);
    assert_true(largest < 4.0);
}

/* The plain way: every px of every row is reckoned. */
static void mixed_px_are_as_when_whole_rows_are_reckoned_and_others_stay(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_plane) alpha = disc();
    FC_AUTO(fc_image) picture = red_on_green(alpha);
    FC_AUTO(fc_image) fore = NULL;
    ASSERT_OK(fc_foreground(picture, alpha, 100.0, &fore, &err), err);

    FC_AUTO(fc_floats) means = NULL;
    FC_AUTO(fc_bilinear) fore_means = NULL;
    FC_AUTO(fc_bilinear) back_means = NULL;
    const size_t group = FC_BILINEAR_PLANES * SIDE * SIDE;
    ASSERT_OK(fc_foreground_means(picture, alpha, 100.0, &means, &err), err);
    ASSERT_OK(fc_bilinear_new(means, alpha->size, alpha->size, &fore_means, &err), err);
    ASSERT_OK(fc_bilinear_new(means + group, alpha->size, alpha->size, &back_means, &err), err);
    for (int32_t y = 0; y < SIDE; y++) {
        const float *share = fc_plane_row(alpha, y);
        uint8_t expected[3 * SIDE];
        fc_foreground_row(fc_image_row(picture, y), share, fc_bilinear_row(fore_means, y),
                          fc_bilinear_row(back_means, y), SIDE, expected);
        for (int32_t x = 0; x < SIDE; x++) {
            const bool mixed = share[x] > 0.0F && share[x] < 1.0F;
            const uint8_t *from = mixed ? expected : fc_image_row(picture, y);
            assert_memory_equal(fc_image_row(fore, y) + 3 * x, from + 3 * x, 3);
        }
    }
}

/* All of one kind, and pictures of a few px: an answer all the same, and never black. */
static void masks_of_one_value_and_tiny_pictures_have_an_answer(void **state)
{
    (void)state;
    fc_error err = { 0 };
    const fc_size sizes[] = { { 1, 1 }, { 3, 2 }, { 20, 7 } };
    for (size_t i = 0; i < 6; i++) {
        FC_AUTO(fc_plane) alpha = NULL;
        FC_AUTO(fc_image) picture = NULL;
        FC_AUTO(fc_image) fore = NULL;
        const fc_size size = sizes[i / 2];
        ASSERT_OK(fc_plane_new(size, &alpha, &err), err);
        ASSERT_OK(fc_image_new(size, 3, &picture, &err), err);
        for (int32_t y = 0; y < size.height; y++) {
            memset(fc_image_row(picture, y), 90, 3 * (size_t)size.width);
            for (int32_t x = 0; x < size.width; x++) {
                fc_plane_row(alpha, y)[x] = (float)(i % 2);
            }
        }
        ASSERT_OK(fc_foreground(picture, alpha, 1e-3, &fore, &err), err);
        for (int32_t y = 0; y < size.height; y++) {
            for (int32_t j = 0; j < 3 * size.width; j++) {
                assert_int_equal(fc_image_row(fore, y)[j], 90);
            }
        }
    }
}

static void a_px_next_to_the_edge_is_believed_as_its_least_neighbour(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_plane) matte = NULL;
    FC_AUTO(fc_plane) trust = NULL;
    ASSERT_OK(fc_plane_new((fc_size){ 6, 3 }, &matte, &err), err);
    static const float ROW[6] = { 0.0F, 0.6F, 0.0F, 0.7F, 1.0F, 1.0F }; /* a hair, then the edge */
    static const float TOLD[6] = { 0.0F, 0.3F, 0.0F, 0.35F, 0.7F, 1.0F };
    for (int32_t y = 0; y < 3; y++) {
        memcpy(fc_plane_row(matte, y), ROW, sizeof ROW);
    }
    ASSERT_OK(fc_foreground_trust(matte, &trust, &err), err);
    for (int32_t y = 0; y < 3; y++) {
        for (int32_t x = 0; x < 6; x++) {
            assert_float_equal(fc_plane_row(trust, y)[x], TOLD[x], 1e-6);
        }
    }
}

/* A row is worked in parts; neighbours across their ends count all the same. */
static void parts_of_a_row_are_believed_as_the_whole_row_is(void **state)
{
    (void)state;
    enum { WIDTH = 7 };
    static const float ABOVE[WIDTH] = { 1.0F, 0.2F, 1.0F, 0.9F, 0.8F, 1.0F, 0.6F };
    static const float ROW[WIDTH] = { 0.9F, 1.0F, 0.7F, 1.0F, 1.0F, 0.3F, 1.0F };
    const float *const rows[3] = { ABOVE, ROW, ROW };
    float whole[WIDTH];
    float parts[WIDTH];
    fc_foreground_trust_row(rows, WIDTH, 0, WIDTH, whole);
    for (int32_t first = 0; first < WIDTH; first++) {
        for (int32_t end = first; end <= WIDTH; end++) {
            memcpy(parts, whole, sizeof parts);
            memset(parts + first, 0, sizeof(float) * (size_t)(end - first));
            fc_foreground_trust_row(rows, WIDTH, first, end, parts + first);
            assert_memory_equal(parts, whole, sizeof whole);
        }
    }
    const float *const narrow[3] = { ROW + 2, ROW, ROW };
    fc_foreground_trust_row(narrow, 1, 0, 1, parts);
    assert_float_equal(parts[0], 0.7, 1e-6);
}

/* What keying makes of a soft edge before a wall: whole where it is only most of the person. */
static void a_line_of_the_wall_at_a_keyed_edge_is_taken_out(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_plane) alpha = disc();
    FC_AUTO(fc_image) picture = red_on_green(alpha);
    FC_AUTO(fc_plane) keyed = NULL;
    ASSERT_OK(fc_plane_new(alpha->size, &keyed, &err), err);
    for (int32_t i = 0; i < SIDE * SIDE; i++) {
        keyed->data[i] = fminf(alpha->data[i] / 0.8F, 1.0F);
    }
    FC_AUTO(fc_plane) trust = NULL;
    FC_AUTO(fc_image) by_matte = NULL;
    FC_AUTO(fc_image) by_trust = NULL;
    ASSERT_OK(fc_foreground_trust(keyed, &trust, &err), err);
    ASSERT_OK(fc_foreground(picture, keyed, 100.0, &by_matte, &err), err);
    ASSERT_OK(fc_foreground(picture, trust, 100.0, &by_trust, &err), err);
    double largest = 0.0;
    double mean_by_matte = 0.0;
    double mean_by_trust = 0.0;
    measure_fringe(by_matte, alpha, &largest, &mean_by_matte);
    measure_fringe(by_trust, alpha, &largest, &mean_by_trust);
    assert_true(mean_by_trust < 0.7 * mean_by_matte);
}

static void trust_survives_every_allocation_failure(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_plane) alpha = disc();
    fc_plane *trust = NULL;
    SWEEP_ALLOCATIONS(fc_foreground_trust(alpha, &trust, &err), trust == NULL);
    fc_plane_free(trust);
}

static void the_estimate_survives_every_allocation_failure(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_plane) alpha = disc();
    FC_AUTO(fc_image) picture = red_on_green(alpha);
    fc_image *fore = NULL;
    SWEEP_ALLOCATIONS(fc_foreground(picture, alpha, 100.0, &fore, &err), fore == NULL);
    fc_image_free(fore);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_green_is_left_when_a_disc_moves_from_green_to_blue),
        cmocka_unit_test(mixed_px_are_as_when_whole_rows_are_reckoned_and_others_stay),
        cmocka_unit_test(masks_of_one_value_and_tiny_pictures_have_an_answer),
        cmocka_unit_test(a_px_next_to_the_edge_is_believed_as_its_least_neighbour),
        cmocka_unit_test(parts_of_a_row_are_believed_as_the_whole_row_is),
        cmocka_unit_test(a_line_of_the_wall_at_a_keyed_edge_is_taken_out),
        cmocka_unit_test(trust_survives_every_allocation_failure),
        cmocka_unit_test(the_estimate_survives_every_allocation_failure),
    };
    return cmocka_run_group_tests_name("ops/foreground", tests, NULL, NULL);
}
