#include "ops/clear_hidden.h"

#include "support/fc_test.h"
#include "support/patterns.h"

static void only_what_cannot_be_seen_changes(void **state)
{
    (void)state;
    FC_AUTO(fc_image) before = fc_pattern_noise((fc_size){ 37, 21 }, 4, 7);
    fc_error err = { 0 };
    FC_AUTO(fc_image) after = NULL;
    ASSERT_OK(fc_image_copy(before, &after, &err), err);
    fc_image_row(before, 3)[4 * 5 + 3] = 0;
    fc_image_row(after, 3)[4 * 5 + 3] = 0;
    fc_clear_hidden_in_place(after, (const uint8_t[]){ 240, 10, 20 });
    for (int32_t y = 0; y < 21; y++) {
        for (int32_t x = 0; x < 37; x++) {
            const uint8_t *old_px = &fc_image_row(before, y)[4 * x];
            const uint8_t *px = &fc_image_row(after, y)[4 * x];
            assert_int_equal(px[3], old_px[3]);
            assert_int_equal(px[0], old_px[3] == 0 ? 240 : old_px[0]);
            assert_int_equal(px[1], old_px[3] == 0 ? 10 : old_px[1]);
            assert_int_equal(px[2], old_px[3] == 0 ? 20 : old_px[2]);
        }
    }
    assert_int_equal(fc_image_row(after, 3)[4 * 5], 240);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_what_cannot_be_seen_changes),
    };
    return cmocka_run_group_tests_name("ops/clear_hidden", tests, NULL, NULL);
}
