/** Cost of the warp: the usual portrait from photos of three sizes, and the largest one. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "ops/warp.h"

#define TILT_RAD 0.12

typedef struct warp_case {
    int32_t photo; /* side of the part of the photo that the canvas shows, px */
    int32_t canvas;
} warp_case;

/* Kept for all cases: filling it would be measured otherwise. */
static fc_image *photo;

static void warp(void *context)
{
    const warp_case *the = context;
    const double scale = (double)the->photo / the->canvas;
    const double a = scale * cos(TILT_RAD);
    const double b = scale * sin(TILT_RAD);
    const double middle = the->canvas / 2.0;
    const double centre = photo->size.width / 2.0;
    const fc_similarity to_photo = { a, b, centre - a * middle + b * middle,
                                     centre - b * middle - a * middle };
    fc_error err = { 0 };
    FC_AUTO(fc_image) result = NULL;
    FC_AUTO(fc_plane) coverage = NULL;
    if (fc_warp(photo, to_photo, (fc_size){ the->canvas, the->canvas }, &result, &coverage, &err) !=
        FC_OK) {
        abort(); /* a benchmark that measures the error path measures nothing */
    }
}

int main(int argc, char **argv)
{
    fc_error err = { 0 };
    if (fc_image_new((fc_size){ 4000, 4000 }, 3, &photo, &err) != FC_OK) {
        abort();
    }
    memset(photo->data, 128, (size_t)photo->size.height * photo->stride);
    static warp_case enlarged = { 400, 648 };
    static warp_case usual = { 1400, 648 };
    static warp_case large = { 3000, 648 };
    static warp_case largest = { 3000, 4096 };
    const fc_bench benches[] = {
        { "warp/400-648", warp, &enlarged },
        { "warp/1400-648", warp, &usual },
        { "warp/3000-648", warp, &large },
        { "warp/3000-4096", warp, &largest },
    };
    const int status = fc_bench_main(argc, argv, benches, sizeof benches / sizeof benches[0]);
    fc_image_free(photo);
    return status;
}
