#include "support/wall_scene.h"

#include <math.h>

#include "support/fc_test.h"

static const double RADIUS = 90;
static const double HAIR = 35;
static const int STRANDS = 40;

static double from_middle(int32_t x, int32_t y)
{
    return hypot(x + 0.5 - FC_WALL_SIDE / 2.0, y + 0.5 - FC_WALL_SIDE / 2.0);
}

double fc_wall_alpha(int32_t x, int32_t y)
{
    const double away = from_middle(x, y);
    const double disc = fmin(fmax(RADIUS - away + 0.5, 0), 1);
    const double turn = atan2(y + 0.5 - FC_WALL_SIDE / 2.0, x + 0.5 - FC_WALL_SIDE / 2.0);
    const double share = turn / (2 * M_PI) * STRANDS;
    const double beside = fabs(share - round(share)) * 2 * M_PI / STRANDS * away;
    const double strand = away < RADIUS + HAIR ? fmin(fmax(1.5 - beside, 0), 1) : 0;
    return fmax(disc, strand);
}

void fc_wall_colour(int32_t x, int32_t y, double shade, double colour[3])
{
    const double light = 1 + 0.08 * (x - y) / FC_WALL_SIDE;
    const double beside = hypot(x - FC_WALL_SIDE / 2.0 - 60, y - FC_WALL_SIDE / 2.0 - 20);
    const double cast = shade / (1 + exp((beside - RADIUS - 10) / 9));
    colour[0] = 190 * light * (1 - cast);
    colour[1] = 196 * light * (1 - cast);
    colour[2] = 204 * light * (1 - cast);
}

fc_image *fc_wall_picture(double shade, double pattern)
{
    static const double HAIR_COLOUR[3] = { 60, 40, 30 };
    fc_error err = { 0 };
    fc_image *picture = NULL;
    ASSERT_OK(fc_image_new((fc_size){ FC_WALL_SIDE, FC_WALL_SIDE }, 3, &picture, &err), err);
    uint32_t seed = 3;
    for (int32_t y = 0; y < FC_WALL_SIDE; y++) {
        for (int32_t x = 0; x < FC_WALL_SIDE; x++) {
            const double alpha = fc_wall_alpha(x, y);
            double wall[3];
            fc_wall_colour(x, y, shade, wall);
            const double stripe = (x / 9 + y / 13) % 2 == 0 ? pattern : 0;
            for (int c = 0; c < 3; c++) {
                seed = seed * 1664525U + 1013904223U;
                const double noise = (double)(seed >> 24) / 64 - 2;
                const double mixed = alpha * HAIR_COLOUR[c] + (1 - alpha) * (wall[c] - stripe);
                fc_image_row(picture, y)[3 * x + c] =
                    (uint8_t)fmin(fmax(mixed + noise + 0.5, 0), 255);
            }
        }
    }
    return picture;
}

fc_plane *fc_wall_mask(void)
{
    fc_error err = { 0 };
    fc_plane *mask = NULL;
    ASSERT_OK(fc_plane_new((fc_size){ FC_WALL_SIDE, FC_WALL_SIDE }, &mask, &err), err);
    for (int32_t y = 0; y < FC_WALL_SIDE; y++) {
        for (int32_t x = 0; x < FC_WALL_SIDE; x++) {
            fc_plane_row(mask, y)[x] =
                (float)fmin(fmax(0.5 - (from_middle(x, y) - RADIUS - 4) / 16, 0), 1);
        }
    }
    return mask;
}
