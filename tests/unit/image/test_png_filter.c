#include "image/png_filter.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "support/fc_test.h"

#define ROW_MAX 301

/* The words of the specification (9.3), byte by byte. */
static void filter_plainly(const uint8_t *row, const uint8_t *above, size_t size, size_t step,
                           uint8_t *out)
{
    for (size_t i = 0; i < size; i++) {
        const int left = i < step ? 0 : row[i - step];
        out[i] = (uint8_t)(row[i] - (int)floor((left + above[i]) / 2.0));
    }
}

static uint32_t seed = 1;

static uint8_t draw(void)
{
    seed = seed * 1664525U + 1013904223U;
    return (uint8_t)(seed >> 24);
}

static void assert_equal_to_reference(size_t size, size_t step, bool extreme)
{
    uint8_t row[ROW_MAX];
    uint8_t above[ROW_MAX];
    uint8_t wanted[ROW_MAX];
    uint8_t got[ROW_MAX + 1];
    for (size_t i = 0; i < size; i++) {
        row[i] = extreme ? (draw() & 1 ? 255 : 0) : draw();
        above[i] = extreme ? (draw() & 1 ? 255 : 0) : draw();
    }
    got[size] = 0xa5; /* a guard */
    filter_plainly(row, above, size, step, wanted);
    fc_png_filter_row(row, above, size, step, got);
    assert_memory_equal(got, wanted, size);
    assert_int_equal(got[size], 0xa5);
}

static void every_size_and_step_agrees_with_the_specification(void **state)
{
    (void)state;
    for (size_t step = 1; step <= 4; step++) {
        for (size_t size = step; size < ROW_MAX; size += size < 70 ? 1 : 23) {
            assert_equal_to_reference(size, step, false);
            assert_equal_to_reference(size, step, true);
        }
    }
}

static void a_plain_area_leaves_only_its_first_px(void **state)
{
    (void)state;
    uint8_t row[64];
    uint8_t out[64];
    memset(row, 77, sizeof row);
    fc_png_filter_row(row, row, sizeof row, 4, out);
    for (size_t i = 0; i < sizeof out; i++) {
        assert_int_equal(out[i], i < 4 ? 77 - 77 / 2 : 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_size_and_step_agrees_with_the_specification),
        cmocka_unit_test(a_plain_area_leaves_only_its_first_px),
    };
    return cmocka_run_group_tests_name("image/png_filter", tests, NULL, NULL);
}
