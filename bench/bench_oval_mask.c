/** Cost of the oval mask at the default size and at the largest one a request may ask for. */
#include <stdlib.h>

#include "bench.h"
#include "ops/oval_mask.h"

static void make_oval(void *context)
{
    const fc_size *size = context;
    const fc_box all = { 0, 0, size->width, size->height };
    fc_error err = { 0 };
    FC_AUTO(fc_plane) mask = NULL;
    if (fc_oval_mask(*size, all, FC_OVAL_RADIUS_DEFAULT, FC_OVAL_FEATHER_DEFAULT_PX, &mask, &err) !=
        FC_OK) {
        abort(); /* a benchmark that measures the error path measures nothing */
    }
}

int main(int argc, char **argv)
{
    static fc_size usual = { 648, 648 };
    static fc_size largest = { 4096, 4096 };
    const fc_bench benches[] = {
        { "oval_mask/648x648", make_oval, &usual },
        { "oval_mask/4096x4096", make_oval, &largest },
    };
    return fc_bench_main(argc, argv, benches, sizeof benches / sizeof benches[0]);
}
