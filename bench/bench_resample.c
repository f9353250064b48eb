/** Cost of resampling: for the models' small inputs, for the portrait, and of masks. */
#include <stdlib.h>

#include "base/memory.h"
#include "bench.h"
#include "ops/resample.h"

typedef struct image_case {
    fc_size from;
    fc_size to;
    fc_image *source;
} image_case;

static void resample_image(void *context)
{
    image_case *the = context;
    fc_error err = { 0 };
    if (the->source == NULL && fc_image_new(the->from, 3, &the->source, &err) != FC_OK) {
        abort();
    }
    const fc_box all = { 0, 0, the->from.width, the->from.height };
    FC_AUTO(fc_image) result = NULL;
    if (fc_resample(the->source, all, the->to, &result, &err) != FC_OK) {
        abort(); /* a benchmark that measures the error path measures nothing */
    }
}

static void resample_plane(void *context)
{
    const image_case *the = context;
    fc_error err = { 0 };
    FC_AUTO(fc_plane) source = NULL;
    FC_AUTO(fc_plane) result = NULL;
    if (fc_plane_new(the->from, &source, &err) != FC_OK) {
        abort();
    }
    for (int32_t i = 0; i < the->from.width * the->from.height; i++) {
        source->data[i] = (float)(i & 255) / 255;
    }
    if (fc_plane_resample(source, the->to, &result, &err) != FC_OK) {
        abort();
    }
}

int main(int argc, char **argv)
{
    static image_case detector = { { 4000, 3000 }, { 192, 192 }, NULL };
    static image_case preview = { { 4000, 3000 }, { 1333, 1000 }, NULL };
    static image_case portrait = { { 1400, 1400 }, { 648, 648 }, NULL };
    static image_case enlarged = { { 400, 400 }, { 648, 648 }, NULL };
    static image_case mask = { { 256, 256 }, { 648, 648 }, NULL };
    const fc_bench benches[] = {
        { "resample/4000x3000-192x192", resample_image, &detector },
        { "resample/4000x3000-1333x1000", resample_image, &preview },
        { "resample/1400x1400-648x648", resample_image, &portrait },
        { "resample/400x400-648x648", resample_image, &enlarged },
        { "plane_resample/256x256-648x648", resample_plane, &mask },
    };
    const int status = fc_bench_main(argc, argv, benches, sizeof benches / sizeof benches[0]);
    fc_image_free(detector.source);
    fc_image_free(preview.source);
    fc_image_free(portrait.source);
    fc_image_free(enlarged.source);
    return status;
}
