#include "models/iris.h"

#include <math.h>

#include "base/assert.h"
#include "base/memory.h"
#include "models/mediapipe.h"

enum { SIDE = FC_IRIS_SIDE, CONTOUR_VALUES = 213, IRIS_VALUES = 15, AXES = 3 };

/* Points of the lids, each from the outer to the inner corner. */
enum { LOWER_FIRST = 0, LOWER_LAST = 8, UPPER_FIRST = 9, UPPER_LAST = 15 };

/* Points of the iris. */
enum { CENTRE, RIGHT, TOP, LEFT, BOTTOM };

#define NAME "iris_landmark"

struct fc_iris_model {
    fc_session *session;
};

fc_status fc_iris_model_new(fc_runtime *runtime, fc_bytes tflite, fc_iris_model **out,
                            fc_error *err)
{
    FC_ASSERT(runtime != NULL);
    FC_ASSERT(out != NULL);

    FC_AUTO(fc_iris_model) model = NULL;
    FC_TRY(fc_memory_new_zeroed(1, sizeof(fc_iris_model), (void **)&model, err));
    FC_TRY(fc_mediapipe_open(runtime, NAME, tflite, (fc_size){ 0, 0 }, &model->session, err));
    *out = FC_STEAL(model);
    return FC_OK;
}

void fc_iris_model_free(fc_iris_model *model)
{
    if (model != NULL) {
        fc_session_free(model->session);
        fc_memory_free(model);
    }
}

const char *fc_iris_model_device(const fc_iris_model *model)
{
    FC_ASSERT(model != NULL);
    return fc_session_device(model->session);
}

static double distance(const float *points, int a, int b)
{
    return hypot((double)points[a * AXES] - (double)points[b * AXES],
                 (double)points[a * AXES + 1] - (double)points[b * AXES + 1]);
}

/* The edge of the lower lid at x: the piece of the line that reaches it. */
static double lower_lid_at(const float *contour, float x)
{
    int i = LOWER_FIRST;
    while (i + 1 < LOWER_LAST && contour[(i + 1) * AXES] < x) {
        i++;
    }
    const float *a = contour + (ptrdiff_t)i * AXES;
    const float *b = a + AXES;
    const float share = b[0] > a[0] ? (x - a[0]) / (b[0] - a[0]) : 0;
    return (double)(a[1] + share * (b[1] - a[1]));
}

static double open_of(const float *contour)
{
    double open = -INFINITY;
    for (int i = UPPER_FIRST; i <= UPPER_LAST; i++) {
        const float *upper = contour + (ptrdiff_t)i * AXES;
        open = fmax(open, lower_lid_at(contour, upper[0]) - (double)upper[1]);
    }
    return open;
}

fc_status fc_iris_model_find(const fc_iris_model *model, const fc_image *patch, bool mirrored,
                             fc_iris *out, fc_error *err)
{
    FC_ASSERT(model != NULL);
    FC_ASSERT(patch != NULL);
    FC_ASSERT(patch->channels == 3);
    FC_ASSERT(patch->size.width == SIDE && patch->size.height == SIDE);
    FC_ASSERT(out != NULL);

    float contour[CONTOUR_VALUES] = { 0 };
    float iris[IRIS_VALUES] = { 0 };
    const fc_tensor results[] = {
        { .data = contour, .shape = { 1, CONTOUR_VALUES }, .rank = 2 },
        { .data = iris, .shape = { 1, IRIS_VALUES }, .rank = 2 },
    };
    FC_TRY(fc_mediapipe_look(model->session, patch, mirrored, results, 2, err));
    FC_TRY(fc_mediapipe_check_points(NAME, contour, CONTOUR_VALUES, err));
    FC_TRY(fc_mediapipe_check_points(NAME, iris, IRIS_VALUES, err));
    const double x = (double)iris[CENTRE * AXES];
    const float *corner = contour + (ptrdiff_t)LOWER_LAST * AXES;
    const double middle = (double)(contour[0] + corner[0]) / 2;
    out->middle =
        (fc_point){ mirrored ? SIDE - middle : middle, (double)(contour[1] + corner[1]) / 2 };
    out->centre = (fc_point){ mirrored ? SIDE - x : x, (double)iris[CENTRE * AXES + 1] };
    out->open = open_of(contour);
    out->diameter = (distance(iris, LEFT, RIGHT) + distance(iris, TOP, BOTTOM)) / 2;
    return FC_OK;
}
