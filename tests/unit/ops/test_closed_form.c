#include "ops/closed_form.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "ops/symmetric3.h"
#include "support/fc_test.h"

/* A soft vertical edge: alpha falls from 1 to 0 between columns 16 and 47 of 64. */
enum { SIDE = 64, EDGE_LEFT = 16, EDGE_RIGHT = 47 };

static double true_alpha(int32_t x)
{
    const double t = fmin(fmax((double)(EDGE_RIGHT - x) / (EDGE_RIGHT - EDGE_LEFT), 0.0), 1.0);
    return t * t * (3.0 - 2.0 * t);
}

/* Two smooth colours, each with a gradient of its own down the picture, mixed by the alpha. */
static fc_image *mixture(void)
{
    fc_error err = { 0 };
    fc_image *image = NULL;
    ASSERT_OK(fc_image_new((fc_size){ SIDE, SIDE }, 3, &image, &err), err);
    for (int32_t y = 0; y < SIDE; y++) {
        const double fore[3] = { 200.0 + 0.5 * y, 120.0, 90.0 };
        const double back[3] = { 30.0, 90.0 - 0.5 * y, 160.0 };
        for (int32_t x = 0; x < SIDE; x++) {
            const double alpha = true_alpha(x);
            for (int32_t c = 0; c < 3; c++) {
                fc_image_row(image, y)[3 * x + c] =
                    (uint8_t)lround(alpha * fore[c] + (1.0 - alpha) * back[c]);
            }
        }
    }
    return image;
}

static fc_image *band(fc_size size, int32_t left, int32_t right)
{
    fc_error err = { 0 };
    fc_image *unknown = NULL;
    ASSERT_OK(fc_image_new(size, 1, &unknown, &err), err);
    for (int32_t y = 0; y < size.height; y++) {
        for (int32_t x = 0; x < size.width; x++) {
            fc_image_row(unknown, y)[x] = x >= left && x <= right ? 255 : 0;
        }
    }
    return unknown;
}

/* Where it is not known, alpha is a hard step in the middle: the worst honest guess. */
static fc_plane *guess(fc_size size)
{
    fc_error err = { 0 };
    fc_plane *alpha = NULL;
    ASSERT_OK(fc_plane_new(size, &alpha, &err), err);
    for (int32_t y = 0; y < size.height; y++) {
        for (int32_t x = 0; x < size.width; x++) {
            fc_plane_row(alpha, y)[x] = x < size.width / 2 ? 1.0F : 0.0F;
        }
    }
    return alpha;
}

static double mean_error(const fc_plane *alpha)
{
    double sum = 0.0;
    for (int32_t y = 0; y < SIDE; y++) {
        for (int32_t x = EDGE_LEFT; x <= EDGE_RIGHT; x++) {
            sum += fabs((double)fc_plane_row(alpha, y)[x] - true_alpha(x));
        }
    }
    return sum / (SIDE * (EDGE_RIGHT - EDGE_LEFT + 1));
}

static void a_blend_of_two_smooth_colours_is_recovered(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) guide = mixture();
    FC_AUTO(fc_image) unknown = band(guide->size, EDGE_LEFT, EDGE_RIGHT);
    FC_AUTO(fc_plane) alpha = guess(guide->size);
    const double before = mean_error(alpha);
    ASSERT_OK(fc_closed_form_in_place(guide, unknown, 0.0, 200, alpha, &err), err);
    assert_true(before > 0.14);
    assert_true(mean_error(alpha) < 0.03);
    for (int32_t y = 0; y < SIDE; y++) {
        for (int32_t x = 0; x < SIDE; x++) {
            const float value = fc_plane_row(alpha, y)[x];
            assert_true(value > -0.05F && value < 1.05F);
            assert_true(x >= EDGE_LEFT || value == 1.0F);
            assert_true(x <= EDGE_RIGHT || value == 0.0F);
        }
    }
}

/* The equations as the paper writes them, every pair of px of every window, solved at once. */
enum { FEW_WIDE = 13, FEW_HIGH = 11, FEW = FEW_WIDE * FEW_HIGH, IN_WINDOW = 9 };

static void add_slow_window(const fc_image *guide, int32_t left, int32_t top,
                            double laplacian[FEW][FEW])
{
    double colours[IN_WINDOW][3];
    double means[3] = { 0.0 };
    int32_t places[IN_WINDOW];
    for (int32_t i = 0; i < IN_WINDOW; i++) {
        places[i] = (top + i / 3) * FEW_WIDE + left + i % 3;
        for (int32_t c = 0; c < 3; c++) {
            colours[i][c] = fc_image_row(guide, top + i / 3)[3 * (left + i % 3) + c] / 255.0;
            means[c] += colours[i][c] / IN_WINDOW;
        }
    }
    double with[3][3] = { { 0.0 } };
    for (int32_t i = 0; i < IN_WINDOW; i++) {
        for (int32_t c = 0; c < 9; c++) {
            with[c / 3][c % 3] +=
                (colours[i][c / 3] - means[c / 3]) * (colours[i][c % 3] - means[c % 3]) / IN_WINDOW;
        }
    }
    const fc_symmetric3 m = fc_symmetric3_invert(
        (fc_symmetric3){ with[0][0], with[0][1], with[0][2], with[1][1], with[1][2], with[2][2] },
        1e-5 / IN_WINDOW);
    for (int32_t i = 0; i < IN_WINDOW; i++) {
        const double r = colours[i][0] - means[0];
        const double g = colours[i][1] - means[1];
        const double b = colours[i][2] - means[2];
        for (int32_t j = 0; j < IN_WINDOW; j++) {
            const double likeness = (m.rr * r + m.rg * g + m.rb * b) * (colours[j][0] - means[0]) +
                                    (m.rg * r + m.gg * g + m.gb * b) * (colours[j][1] - means[1]) +
                                    (m.rb * r + m.gb * g + m.bb * b) * (colours[j][2] - means[2]);
            laplacian[places[i]][places[j]] += (i == j) - (1.0 + likeness) / IN_WINDOW;
        }
    }
}

/* Gauss-Jordan; the matrix is positive definite, so the diagonal serves as pivots. */
static void solve_at_once(double matrix[FEW][FEW], double values[FEW])
{
    for (int32_t i = 0; i < FEW; i++) {
        for (int32_t row = 0; row < FEW; row++) {
            const double factor = row == i ? 0.0 : matrix[row][i] / matrix[i][i];
            for (int32_t column = i; column < FEW; column++) {
                matrix[row][column] -= factor * matrix[i][column];
            }
            values[row] -= factor * values[i];
        }
    }
    for (int32_t i = 0; i < FEW; i++) {
        values[i] /= matrix[i][i];
    }
}

static void many_steps_lead_to_the_solution_of_the_written_out_equations(void **state)
{
    (void)state;
    fc_error err = { 0 };
    static double matrix[FEW][FEW];
    double expected[FEW];
    const double trust = 0.5;
    FC_AUTO(fc_image) whole = mixture();
    FC_AUTO(fc_image) guide = NULL;
    const fc_size size = { FEW_WIDE, FEW_HIGH };
    ASSERT_OK(fc_image_new(size, 3, &guide, &err), err);
    uint32_t seed = 3;
    for (int32_t y = 0; y < FEW_HIGH; y++) {
        for (int32_t i = 0; i < 3 * FEW_WIDE; i++) {
            seed = seed * 1664525U + 1013904223U;
            fc_image_row(guide, y)[i] =
                (uint8_t)(fc_image_row(whole, y)[i + 3 * 24] + (seed >> 28));
        }
    }
    for (int32_t i = 0; i < (FEW_WIDE - 2) * (FEW_HIGH - 2); i++) {
        add_slow_window(guide, i % (FEW_WIDE - 2), i / (FEW_WIDE - 2), matrix);
    }
    /* Known on the left, all the rest to be found; the pull of a guess of 0 or 1 is whole. */
    FC_AUTO(fc_image) unknown = band(size, 4, FEW_WIDE);
    FC_AUTO(fc_plane) alpha = guess(size);
    for (int32_t i = 0; i < FEW; i++) {
        const bool known = i % FEW_WIDE < 4;
        expected[i] = (known ? 1.0 : trust) * (double)alpha->data[i];
        matrix[i][i] += trust;
        for (int32_t j = 0; known && j < FEW; j++) {
            matrix[i][j] = i == j;
        }
    }
    solve_at_once(matrix, expected);
    ASSERT_OK(fc_closed_form_in_place(guide, unknown, trust, 400, alpha, &err), err);
    for (int32_t i = 0; i < FEW; i++) {
        assert_true(fabs((double)alpha->data[i] - expected[i]) < 1e-3);
    }
}

static void full_trust_keeps_the_guess(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) guide = mixture();
    FC_AUTO(fc_image) unknown = band(guide->size, EDGE_LEFT, EDGE_RIGHT);
    FC_AUTO(fc_plane) alpha = guess(guide->size);
    FC_AUTO(fc_plane) before = guess(guide->size);
    ASSERT_OK(fc_closed_form_in_place(guide, unknown, 1e6, 30, alpha, &err), err);
    for (size_t i = 0; i < SIDE * SIDE; i++) {
        assert_true(fabsf(alpha->data[i] - before->data[i]) < 1e-3F);
    }
}

static void nothing_unknown_or_no_steps_changes_nothing(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) guide = mixture();
    FC_AUTO(fc_image) none = band(guide->size, 1, 0);
    FC_AUTO(fc_image) all = band(guide->size, 0, SIDE);
    FC_AUTO(fc_plane) alpha = guess(guide->size);
    FC_AUTO(fc_plane) before = guess(guide->size);
    ASSERT_OK(fc_closed_form_in_place(guide, none, 0.0, 30, alpha, &err), err);
    ASSERT_OK(fc_closed_form_in_place(guide, all, 0.0, 0, alpha, &err), err);
    assert_memory_equal(alpha->data, before->data, SIDE * SIDE * sizeof(float));
}

/* No window, one window, all unknown, a flat guide: the answer stays finite and bounded. */
static void pictures_without_information_do_no_harm(void **state)
{
    (void)state;
    fc_error err = { 0 };
    const fc_size sizes[] = { { 1, 1 }, { 3, 2 }, { 2, 3 }, { 3, 3 }, { 4, 3 }, { 40, 40 } };
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        FC_AUTO(fc_image) guide = NULL;
        FC_AUTO(fc_image) unknown = band(sizes[i], 0, sizes[i].width);
        FC_AUTO(fc_plane) alpha = guess(sizes[i]);
        ASSERT_OK(fc_image_new(sizes[i], 3, &guide, &err), err);
        for (int32_t y = 0; y < sizes[i].height; y++) {
            memset(fc_image_row(guide, y), 77, 3 * (size_t)sizes[i].width);
        }
        ASSERT_OK(fc_closed_form_in_place(guide, unknown, 0.0, 100, alpha, &err), err);
        for (int32_t j = 0; j < sizes[i].width * sizes[i].height; j++) {
            assert_true(alpha->data[j] > -0.5F && alpha->data[j] < 1.5F);
        }
    }
}

static void a_failed_solution_changes_nothing(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) guide = mixture();
    FC_AUTO(fc_image) unknown = band(guide->size, EDGE_LEFT, EDGE_RIGHT);
    FC_AUTO(fc_plane) alpha = guess(guide->size);
    FC_AUTO(fc_plane) before = guess(guide->size);
    SWEEP_ALLOCATIONS(fc_closed_form_in_place(guide, unknown, 0.0, 2, alpha, &err),
                      memcmp(alpha->data, before->data, SIDE * SIDE * sizeof(float)) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_blend_of_two_smooth_colours_is_recovered),
        cmocka_unit_test(many_steps_lead_to_the_solution_of_the_written_out_equations),
        cmocka_unit_test(full_trust_keeps_the_guess),
        cmocka_unit_test(nothing_unknown_or_no_steps_changes_nothing),
        cmocka_unit_test(pictures_without_information_do_no_harm),
        cmocka_unit_test(a_failed_solution_changes_nothing),
    };
    return cmocka_run_group_tests_name("ops/closed_form", tests, NULL, NULL);
}
