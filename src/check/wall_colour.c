#include "check/wall_colour.h"

#include <math.h>
#include <stddef.h>

#include "base/assert.h"

typedef struct box {
    uint32_t wall;
    fc_lab from;
    fc_lab to;
} box;

/* White seldom is so in a photo: indoors it is a light grey, warm by lamps or cool by the sky. */
static const box BOXES[] = {
    { FC_WALL_WHITE, { 84, -3, -5 }, { 100, 3, 6 } },
    { FC_WALL_CREAM, { 78, -4, 0 }, { 98, 7, 18 } },
    { FC_WALL_GREY, { 65, -3, -5 }, { 93, 3, 5 } },
    { FC_WALL_BLUE, { 65, -12, -28 }, { 94, 3, -5 } },
    { FC_WALL_LIGHT, { 70, -12, -20 }, { 100, 12, 20 } },
    { FC_WALL_RED, { 35, 55, 35 }, { 55, 80, 65 } },
};

static double beyond(double value, double from, double to)
{
    return fmax(0, fmax(from - value, value - to));
}

static double distance_to(const box *to, fc_lab seen)
{
    const double lightness = beyond(seen.lightness, to->from.lightness, to->to.lightness);
    const double a = beyond(seen.a, to->from.a, to->to.a);
    const double b = beyond(seen.b, to->from.b, to->to.b);
    return sqrt(lightness * lightness + a * a + b * b);
}

double fc_wall_colour_distance(fc_lab seen, uint32_t walls)
{
    double least = INFINITY;
    for (size_t i = 0; i < sizeof BOXES / sizeof BOXES[0]; i++) {
        if ((walls & BOXES[i].wall) != 0) {
            least = fmin(least, distance_to(&BOXES[i], seen));
        }
    }
    FC_ASSERT(isfinite(least));
    return least;
}
