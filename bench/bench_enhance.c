/** Cost of the enhancement: a clean portrait, a noisy one, and the largest that one may ask for. */
#include "bench.h"

#include <stdlib.h>

#include "ops/enhance.h"

typedef struct task {
    int32_t side;
    int32_t noise; /* levels, up to which each channel wavers */
    fc_image *canvas;
    fc_plane *matte;
} task;

/* Shaded skin with dark bands, so that there is something to measure and to sharpen. */
static void paint(task *work)
{
    uint32_t state = 1;
    for (int32_t y = 0; y < work->side; y++) {
        uint8_t *pixel = fc_image_row(work->canvas, y);
        for (int32_t x = 0; x < work->side; x++, pixel += 3) {
            const int32_t shade = (x / 40 + y / 40) % 5 == 0 ? 60 : 160 - 40 * x / work->side;
            for (int32_t c = 0; c < 3; c++) {
                state = state * 1664525u + 1013904223u;
                const int32_t grain = (int32_t)((state >> 16) % (uint32_t)(work->noise + 1));
                pixel[c] = (uint8_t)(shade - 20 * c + grain);
            }
            fc_plane_row(work->matte, y)[x] = 1.0F;
        }
    }
}

static void prepare(task *work)
{
    const fc_size size = { work->side, work->side };
    if (fc_image_new(size, 3, &work->canvas, NULL) != FC_OK ||
        fc_plane_new(size, &work->matte, NULL) != FC_OK) {
        abort();
    }
    paint(work);
}

static void enhance(void *context)
{
    const task *work = context;
    const double side = work->side;
    const fc_box face = { 0.2 * side, 0.25 * side, 0.6 * side, 0.6 * side };
    FC_AUTO(fc_image) out = NULL;
    fc_enhance_report report = { 0 };
    if (fc_enhance(work->canvas, work->matte, face, 1.0, FC_ENHANCE_STRENGTH_NATURAL, &out, &report,
                   NULL) != FC_OK) {
        abort(); /* a benchmark that measures the error path measures nothing */
    }
}

int main(int argc, char **argv)
{
    task tasks[] = { { .side = 648 }, { .side = 648, .noise = 40 }, { .side = 4096, .noise = 40 } };
    for (size_t i = 0; i < sizeof tasks / sizeof tasks[0]; i++) {
        prepare(&tasks[i]);
    }
    const fc_bench benches[] = {
        { "enhance/648x648", enhance, &tasks[0] },
        { "enhance/648x648-noisy", enhance, &tasks[1] },
        { "enhance/4096x4096-noisy", enhance, &tasks[2] },
    };
    const int result = fc_bench_main(argc, argv, benches, 3);
    for (size_t i = 0; i < sizeof tasks / sizeof tasks[0]; i++) {
        fc_image_free(tasks[i].canvas);
        fc_plane_free(tasks[i].matte);
    }
    return result;
}
