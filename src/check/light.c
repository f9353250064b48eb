/* Light: how bright the face is, and how evenly lit. */
#include "check/measure_functions.h"

/* Linear light of 255 from which a pixel is burnt out, and up to which it is lost in the dark. */
#define BURNT 247
#define DARK 25

/* Side of the squares that are compared, in distances of the eyes, and where they lie: forehead and
 * cheeks. The chin may have a beard. */
#define SQUARE_SIDE 0.3
static const uint16_t SQUARES[] = { 151, 50, 280 };

typedef struct histogram {
    int32_t levels[256];
    int32_t count;
    double sum;
} histogram;

static histogram count_light(const fc_plane *light, const fc_plane *where)
{
    histogram counted = { 0 };
    const int32_t count = light->size.width * light->size.height;
    for (int32_t i = 0; i < count; i++) {
        if (where->data[i] > 0.5F) {
            counted.levels[(int)(light->data[i] + 0.5F)]++;
            counted.sum += (double)light->data[i];
            counted.count++;
        }
    }
    return counted;
}

static double share_from_to(const histogram *counted, int from, int to)
{
    int32_t sum = 0;
    for (int i = from; i <= to; i++) {
        sum += counted->levels[i];
    }
    return (double)sum / counted->count;
}

static double entropy(const histogram *counted)
{
    double bits = 0;
    for (int i = 0; i < 256; i++) {
        const double share = (double)counted->levels[i] / counted->count;
        bits -= share > 0 ? share * log2(share) : 0;
    }
    return bits;
}

/* The darkest square by the brightest one, in the channel where they differ most, in levels of
 * sRGB as those have them who set the limits. */
static double evenness(const fc_face_crop *crop)
{
    fc_linear_rgb least = { INFINITY, INFINITY, INFINITY };
    fc_linear_rgb most = { 0, 0, 0 };
    for (size_t i = 0; i < sizeof SQUARES / sizeof SQUARES[0]; i++) {
        const fc_linear_rgb mean = fc_face_crop_mean(crop, fc_face_crop_point(crop, SQUARES[i]),
                                                     SQUARE_SIDE * crop->apart);
        least = (fc_linear_rgb){ fmin(least.red, mean.red), fmin(least.green, mean.green),
                                 fmin(least.blue, mean.blue) };
        most = (fc_linear_rgb){ fmax(most.red, mean.red), fmax(most.green, mean.green),
                                fmax(most.blue, mean.blue) };
    }
    return fmin(fmin(fc_srgb_encode(least.red) / fc_srgb_encode(most.red),
                     fc_srgb_encode(least.green) / fc_srgb_encode(most.green)),
                fc_srgb_encode(least.blue) / fc_srgb_encode(most.blue));
}

void fc_measure_light(const fc_face_crop *crop, fc_check_values *out)
{
    const histogram face = count_light(crop->light, crop->face);
    const histogram skin = count_light(crop->light, crop->skin);
    if (skin.count > 0) {
        fc_measured(out, FC_MEASURE_highlights, share_from_to(&face, BURNT, 255));
        fc_measured(out, FC_MEASURE_shadows, share_from_to(&skin, 0, DARK));
        fc_measured(out, FC_MEASURE_brightness, face.sum / face.count / 255);
        fc_measured(out, FC_MEASURE_dynamic_range, entropy(&face));
        fc_measured(out, FC_MEASURE_side_light, evenness(crop));
    }
}
