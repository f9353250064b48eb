#include "ops/enhance.h"

#include <math.h>
#include <stdio.h>

#include "base/assert.h"
#include "base/crew.h"
#include "ops/denoise.h"
#include "ops/detail_stats.h"
#include "ops/exposure.h"
#include "ops/person_stats.h"
#include "ops/sharpen.h"
#include "ops/side_light.h"
#include "ops/tone_curve.h"
#include "ops/vibrance.h"
#include "ops/white_balance.h"
#include "ops/wiener_rows.h"

/* Noise, levels, that nobody sees; above it denoising fades in over as much again. */
#define NOISE_UNSEEN 1.5

/* Windows for noise as fine as a pixel. */
#define DENOISE_RADIUS_PX 3

/* Range of lightness of the person that needs no more contrast, and the one that needs most. */
#define RANGE_FULL 72.0
#define RANGE_DULL 42.0
#define CONTRAST 0.25

#define VIBRANCE 0.08

/* Sharpness that needs no help, and softness that has nothing left to sharpen. */
#define SHARP_ENOUGH 0.55
#define SHARPEN 0.6

static double clamp01(double value)
{
    return fmin(fmax(value, 0.0), 1.0);
}

/* Size of one photo px on the canvas, whole px: how coarse its noise is. */
static int32_t noise_step(double photo_px_per_canvas_px)
{
    const double px = 1.0 / photo_px_per_canvas_px;
    return (int32_t)fmin(fmax(floor(px + 0.5), 1.0), (double)FC_WIENER_RADIUS_MAX / 2.0);
}

static fc_denoise_options plan_denoise(const fc_detail_stats *detail, int32_t step, double strength)
{
    const double luma = clamp01(detail->luma_noise / NOISE_UNSEEN - 1.0);
    const double chroma = clamp01(detail->chroma_noise / NOISE_UNSEEN - 1.0);
    const int32_t radius = DENOISE_RADIUS_PX * step;
    return (fc_denoise_options){
        .luma_noise = detail->luma_noise,
        .chroma_noise = detail->chroma_noise,
        .luma_share = luma * (strength > 1.0 ? 0.85 : 0.7),
        .chroma_share = chroma * (strength > 1.0 ? 1.0 : 0.9),
        .radius_px = radius < FC_WIENER_RADIUS_MAX ? radius : FC_WIENER_RADIUS_MAX,
    };
}

static void plan_tones(const fc_person_stats *person, double strength, fc_enhance_report *report)
{
    report->stops = fc_exposure_stops(person, strength);
    report->gains = fc_white_balance_gains(person, strength);
    if (person->face_samples > 0) {
        const double gain = exp2(report->stops);
        const double range = fc_lightness(fc_roll_off(person->bright, gain)) -
                             fc_lightness(fc_roll_off(person->dark, gain));
        const double dull = clamp01((RANGE_FULL - range) / (RANGE_FULL - RANGE_DULL));
        report->contrast = CONTRAST * strength * dull;
        report->vibrance = VIBRANCE * strength;
    }
}

/* Rows whose tones are worth being changed by another thread. */
#define BAND 96

/* Tones in the making. */
typedef struct toning {
    const fc_tone_curve *curve;
    double vibrance;
    fc_image *image;
} toning;

static fc_status tone_band(void *context, int32_t first, int32_t end, fc_error *err)
{
    (void)err;
    const toning *the = context;
    fc_image band = *the->image;
    band.data = fc_image_row(the->image, first);
    band.size.height = end - first;
    fc_tone_curve_apply_in_place(&band, the->curve);
    fc_vibrance_in_place(&band, the->vibrance);
    return FC_OK;
}

static fc_status apply_tones(const fc_person_stats *person, const fc_enhance_report *report,
                             fc_image *image, fc_error *err)
{
    const double middle = fc_roll_off(person->face_median, exp2(report->stops));
    const fc_tone_options options = { .stops = report->stops,
                                      .gains = report->gains,
                                      .contrast = report->contrast,
                                      .pivot = fc_srgb_encode(middle) };
    fc_tone_curve curve;
    fc_tone_curve_init(&curve, &options);
    toning the = { &curve, report->vibrance, image };
    return fc_crew_rows(image->size.height, BAND, tone_band, &the, err);
}

/* A sharp photo needs nothing; an enlarged one has no finer detail that could come out. */
static double plan_sharpen(const fc_detail_stats *detail, double photo_px_per_canvas_px,
                           double strength)
{
    const double need = clamp01(1.5 * (SHARP_ENOUGH - detail->sharpness) / SHARP_ENOUGH);
    const double scale = clamp01(photo_px_per_canvas_px);
    return detail->sharpness > 0.0 ? SHARPEN * strength * need * scale : 0.0;
}

/* A copy with an even light, where that of the canvas is not; else NULL. */
static fc_status even_light(const fc_image *canvas, const fc_plane *matte, fc_box face,
                            fc_enhance_report *report, fc_image **out, fc_error *err)
{
    const fc_side_light light = fc_side_light_measure(canvas, matte, face);
    report->side_stops = light.stops;
    report->side_tint = light.tint;
    report->evened = fc_side_light_acts(&light);
    if (report->evened) {
        FC_TRY(fc_image_copy(canvas, out, err));
        fc_side_light_even_in_place(&light, matte, face, *out);
    }
    return FC_OK;
}

/* Take noise off, if there is any to speak of; the result is a picture of its own. */
static fc_status clean_noise(const fc_image *canvas, const fc_denoise_options *options,
                             fc_image **even, fc_image **out, fc_error *err)
{
    if (options->luma_share > 0.0 || options->chroma_share > 0.0) {
        return fc_denoise(*even != NULL ? *even : canvas, options, out, err);
    }
    if (*even != NULL) {
        *out = FC_STEAL(*even);
        return FC_OK;
    }
    return fc_image_copy(canvas, out, err);
}

/* How fine the canvas is, measured while somebody else measures its tones. */
typedef struct measuring {
    const fc_image *canvas;
    const fc_plane *matte;
    fc_box face;
    int32_t step;
    fc_detail_stats detail;
} measuring;

static fc_status measure_detail(void *context, fc_error *err)
{
    (void)err;
    measuring *the = context;
    the->detail = fc_detail_measure(the->canvas, the->matte, the->face, the->step);
    return FC_OK;
}

fc_status fc_enhance(const fc_image *canvas, const fc_plane *matte, fc_box face,
                     double photo_px_per_canvas_px, fc_enhance_strength strength, fc_image **out,
                     fc_enhance_report *report, fc_error *err)
{
    FC_ASSERT(canvas != NULL && canvas->channels == 3);
    FC_ASSERT(matte != NULL);
    FC_ASSERT(out != NULL);
    FC_ASSERT(report != NULL);

    if (!(photo_px_per_canvas_px > 0.0) || isinf(photo_px_per_canvas_px)) {
        return fc_fail(err, FC_INVALID_ARGUMENT,
                       "%g px of the photo for one of the portrait, above 0 is allowed",
                       photo_px_per_canvas_px);
    }
    const double factor = strength == FC_ENHANCE_STRENGTH_STRONG ? 2.0 : 1.0;
    const int32_t step = noise_step(photo_px_per_canvas_px);
    fc_enhance_report did = { 0 };
    FC_AUTO(fc_image) even = NULL;
    FC_TRY(even_light(canvas, matte, face, &did, &even, err));
    const fc_image *lit = even != NULL ? even : canvas;
    measuring fineness = { .canvas = lit, .matte = matte, .face = face, .step = step };
    fc_crew_task beside;
    fc_crew_start(&beside, measure_detail, &fineness);
    const fc_person_stats person = fc_person_measure(lit, matte, face);
    FC_TRY(fc_crew_wait(&beside, err));
    const fc_detail_stats detail = fineness.detail;
    const fc_denoise_options denoise = plan_denoise(&detail, step, factor);
    did.luma_noise = detail.luma_noise;
    did.chroma_noise = detail.chroma_noise;
    did.denoise = denoise.luma_share;
    did.sharpness = detail.sharpness;
    did.sharpen = plan_sharpen(&detail, photo_px_per_canvas_px, factor);
    plan_tones(&person, factor, &did);

    FC_AUTO(fc_image) clean = NULL;
    FC_TRY(clean_noise(canvas, &denoise, &even, &clean, err));
    fc_image_free(FC_STEAL(even));
    FC_TRY(apply_tones(&person, &did, clean, err));
    /* Lifting lifts the noise that is left as well. */
    const double left = detail.luma_noise * (1.0 - denoise.luma_share);
    const double noise = fmin(0.5 + left * exp2(fmax(did.stops, 0.0)), 255.0);
    FC_TRY(fc_sharpen(clean, matte, did.sharpen, noise, out, err));
    *report = did;
    return FC_OK;
}

void fc_enhance_describe(const fc_enhance_report *report, char *text, size_t size)
{
    FC_ASSERT(report != NULL);
    FC_ASSERT(text != NULL && size > 0);
    int used = 0;
    if (report->evened) {
        used = snprintf(text, size, "side light %+.2f, tint %.2f; ", report->side_stops,
                        report->side_tint);
    }
    const size_t begun = (size_t)used < size ? (size_t)used : size - 1;
    (void)snprintf(text + begun, size - begun,
                   "exposure %+.2f, white %.2f %.2f %.2f, noise %.1f %.1f, denoise %.2f, "
                   "contrast %.2f, sharpness %.2f, sharpen %.2f",
                   report->stops, report->gains.red, report->gains.green, report->gains.blue,
                   report->luma_noise, report->chroma_noise, report->denoise, report->contrast,
                   report->sharpness, report->sharpen);
}
