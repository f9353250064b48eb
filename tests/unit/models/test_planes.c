#include "models/planes.h"

#include "support/fc_test.h"
#include "support/patterns.h"

enum { WIDTH = 19, HEIGHT = 5, PLANE = WIDTH * HEIGHT };

static void colours_come_apart_at_the_networks_levels(void **state)
{
    (void)state;
    FC_AUTO(fc_image) picture = fc_pattern_noise((fc_size){ WIDTH, HEIGHT }, 3, 4);
    float planes[3 * PLANE];
    for (int mirrored = 0; mirrored < 2; mirrored++) {
        fc_planes_fill(picture, (fc_levels){ 0.5F, -1 }, mirrored == 1, planes);
        for (int32_t y = 0; y < HEIGHT; y++) {
            for (int32_t x = 0; x < WIDTH; x++) {
                const uint8_t *pixel =
                    fc_image_row(picture, y) + 3 * (mirrored == 1 ? WIDTH - 1 - x : x);
                for (int32_t i = 0; i < 3; i++) {
                    const float level = planes[i * PLANE + y * WIDTH + x];
                    assert_true(level == (float)pixel[i] * 0.5F - 1);
                }
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(colours_come_apart_at_the_networks_levels),
    };
    return cmocka_run_group_tests_name("models/planes", tests, NULL, NULL);
}
