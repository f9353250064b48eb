#include "ops/patches.h"

#include "base/memory.h"
#include "support/fc_test.h"

enum { WIDTH = 5, HEIGHT = 4, COUNT = WIDTH * HEIGHT };

/* A patch of four, one of two, and two single px that touch others by corners alone, one of them at
 * the lower border. */
static const char PLANE[] = "XX..XX....X.XX..X...";

static void fill(float *marks)
{
    for (int i = 0; i < COUNT; i++) {
        marks[i] = PLANE[i] == 'X' ? 1.0F : 0.0F;
    }
}

static int count_of(const float *plane)
{
    int count = 0;
    for (int i = 0; i < COUNT; i++) {
        count += plane[i] > 0 ? 1 : 0;
    }
    return count;
}

static void patches_are_told_by_their_size_and_whether_they_go_on_below(void **state)
{
    (void)state;
    fc_error err = { 0 };
    float marks[COUNT];
    for (int large = 0; large <= 1; large++) {
        float to[COUNT] = { 0 };
        fill(marks);
        ASSERT_OK(fc_patches_mark(marks, (fc_size){ WIDTH, HEIGHT }, 2, large == 1, to, &err), err);
        assert_int_equal(count_of(marks), 0);
        assert_int_equal(count_of(to), large == 1 ? 5 : 3);
        assert_true((to[0] > 0) == (large == 1));
        assert_true((to[12] > 0) == (large == 0));
        assert_true((to[16] > 0) == (large == 1)); /* goes on below */
    }
}

static void without_memory_it_fails_and_changes_nothing(void **state)
{
    (void)state;
    fc_error err = { 0 };
    float marks[COUNT];
    float to[COUNT] = { 0 };
    fill(marks);
    SWEEP_ALLOCATIONS(fc_patches_mark(marks, (fc_size){ WIDTH, HEIGHT }, 0, true, to, &err),
                      count_of(marks) == 8 && count_of(to) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(patches_are_told_by_their_size_and_whether_they_go_on_below),
        cmocka_unit_test(without_memory_it_fails_and_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
