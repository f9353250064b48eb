#include "image/profile.h"

#include <lcms2.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>

#include "base/assert.h"
#include "base/memory.h"
#include "image/cicp.h"
#include "image/icc.h"

/* Primaries nearer than this give the same 8-bit colours (image/icc.h takes the same). */
#define SAME_XY 0.002

struct fc_profile_transform {
    cmsContext context; /* of its own, so that no file's error reaches another */
    cmsHTRANSFORM transform;
    int32_t channels;
};

static void close_profile(cmsHPROFILE *profile)
{
    if (*profile != NULL) {
        (void)cmsCloseProfile(*profile);
    }
}

#define AUTO_PROFILE __attribute__((cleanup(close_profile))) cmsHPROFILE

/* A damaged profile is no error of ours; the library would print it. */
static void ignore_error(cmsContext context, cmsUInt32Number code, const char *text)
{
    (void)context;
    (void)code;
    (void)text;
}

/* sRGB's curve: IEC 61966-2-1 as the library's parametric curve of type 4. */
static cmsToneCurve *srgb_curve(cmsContext context)
{
    static const double PARAMETERS[5] = { 2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045 };
    return cmsBuildParametricToneCurve(context, 4, PARAMETERS);
}

static bool is_srgb_gamma(double gamma)
{
    return gamma <= 0 || (gamma > 0.45 && gamma < 0.46); /* what encoders write for sRGB: 1/2.2 */
}

/* What a file declares in numbers instead of a profile. */
typedef struct declared {
    bool is_srgb;
    double gamma; /* exponent of decoding; 0: sRGB's curve */
    fc_chromaticities primaries;
} declared;

static bool same_primaries(const fc_chromaticities *a, const fc_chromaticities *b)
{
    const double *const left[] = { a->white, a->red, a->green, a->blue };
    const double *const right[] = { b->white, b->red, b->green, b->blue };
    for (int i = 0; i < 4; i++) {
        if (fabs(left[i][0] - right[i][0]) > SAME_XY || fabs(left[i][1] - right[i][1]) > SAME_XY) {
            return false;
        }
    }
    return true;
}

static declared read_declaration(const fc_colour_space *space)
{
    declared found = { 0 };
    fc_chromaticities srgb = { 0 };
    (void)fc_cicp_chromaticities(FC_CICP_PRIMARIES_BT709, &srgb);
    found.primaries = srgb;
    if (!fc_cicp_chromaticities(space->primaries, &found.primaries) && space->has_chromaticities) {
        found.primaries = space->chromaticities;
    }
    found.gamma = space->transfer == FC_CICP_TRANSFER_LINEAR ? 1.0 : fc_cicp_gamma(space->transfer);
    if (found.gamma <= 0 && !is_srgb_gamma(space->gamma)) {
        found.gamma = 1 / space->gamma;
    }
    found.is_srgb = found.gamma <= 0 &&
                    (space->model == FC_COLOUR_GREY || same_primaries(&found.primaries, &srgb));
    return found;
}

static cmsCIExyY to_xyy(const double xy[2])
{
    return (cmsCIExyY){ xy[0], xy[1], 1.0 };
}

/* NULL where the library refuses the numbers: they are ignored then. */
static cmsHPROFILE profile_from_numbers(cmsContext context, const fc_colour_space *space,
                                        const declared *found)
{
    cmsToneCurve *curve =
        found->gamma > 0 ? cmsBuildGamma(context, found->gamma) : srgb_curve(context);
    if (curve == NULL) {
        return NULL;
    }
    const cmsCIExyY white = to_xyy(found->primaries.white);
    const cmsCIExyYTRIPLE primaries = { to_xyy(found->primaries.red),
                                        to_xyy(found->primaries.green),
                                        to_xyy(found->primaries.blue) };
    cmsToneCurve *curves[3] = { curve, curve, curve };
    const cmsHPROFILE profile = space->model == FC_COLOUR_GREY
                                    ? cmsCreateGrayProfileTHR(context, cmsD50_xyY(), curve)
                                    : cmsCreateRGBProfileTHR(context, &white, &primaries, curves);
    cmsFreeToneCurve(curve);
    return profile;
}

static bool fits(cmsHPROFILE profile, fc_colour_model model)
{
    static const cmsColorSpaceSignature SIGNATURES[] = { [FC_COLOUR_GREY] = cmsSigGrayData,
                                                         [FC_COLOUR_RGB] = cmsSigRgbData,
                                                         [FC_COLOUR_CMYK] = cmsSigCmykData,
                                                         [FC_COLOUR_LAB] = cmsSigLabData };
    return cmsGetColorSpace(profile) == SIGNATURES[model];
}

/* NULL where there is none, or one that is damaged or made for other channels. */
static cmsHPROFILE open_embedded(cmsContext context, const fc_colour_space *space)
{
    const fc_bytes profile = space->profile;
    if (profile.size == 0 || profile.size > UINT32_MAX) {
        return NULL;
    }
    cmsHPROFILE opened =
        cmsOpenProfileFromMemTHR(context, profile.data, (cmsUInt32Number)profile.size);
    if (opened != NULL && !fits(opened, space->model)) {
        close_profile(&opened);
        opened = NULL;
    }
    return opened;
}

/* NULL where nothing has to be converted, or nothing that is declared can be used. */
static cmsHPROFILE open_profile(cmsContext context, const fc_colour_space *space)
{
    if (space->model == FC_COLOUR_LAB) {
        return cmsCreateLab4ProfileTHR(context, NULL); /* it needs no other */
    }
    if (fc_icc_is_srgb(space->profile)) {
        return NULL;
    }
    cmsHPROFILE embedded = open_embedded(context, space);
    if (embedded != NULL) {
        return embedded;
    }
    const declared found = read_declaration(space);
    if (found.is_srgb || space->model == FC_COLOUR_CMYK) {
        return NULL;
    }
    return profile_from_numbers(context, space, &found);
}

/* The library's word for a layout of pixels. CMYK of pictures says how much ink, 0 is none. */
static cmsUInt32Number layout(fc_colour_model model, int32_t bits, bool has_alpha)
{
    static const cmsUInt32Number SPACES[] = {
        [FC_COLOUR_GREY] = COLORSPACE_SH(PT_GRAY) | CHANNELS_SH(1),
        [FC_COLOUR_RGB] = COLORSPACE_SH(PT_RGB) | CHANNELS_SH(3),
        [FC_COLOUR_CMYK] = COLORSPACE_SH(PT_CMYK) | CHANNELS_SH(4),
        [FC_COLOUR_LAB] = COLORSPACE_SH(PT_Lab) | CHANNELS_SH(3),
    };
    return SPACES[model] | BYTES_SH((cmsUInt32Number)bits / 8) | EXTRA_SH(has_alpha ? 1U : 0U);
}

static fc_status build(fc_profile_transform *self, const fc_colour_space *space, int32_t bits,
                       fc_error *err)
{
    self->context = cmsCreateContext(NULL, NULL);
    if (self->context == NULL) {
        return fc_fail(err, FC_OUT_OF_MEMORY, "no memory for a colour profile");
    }
    cmsSetLogErrorHandlerTHR(self->context, ignore_error);
    AUTO_PROFILE from = open_profile(self->context, space);
    if (from == NULL) {
        return FC_OK;
    }
    AUTO_PROFILE srgb = cmsCreate_sRGBProfileTHR(self->context);
    if (srgb == NULL) {
        return fc_fail(err, FC_OUT_OF_MEMORY, "no memory for a colour profile");
    }
    /* Tables of the library's making are too coarse for Lab: dark, strong colours are 38 levels
     * off. */
    const cmsUInt32Number exact = space->model == FC_COLOUR_LAB ? cmsFLAGS_NOOPTIMIZE : 0;
    const cmsUInt32Number flags =
        cmsFLAGS_BLACKPOINTCOMPENSATION | cmsFLAGS_NOCACHE | cmsFLAGS_COPY_ALPHA | exact;
    self->transform = cmsCreateTransformTHR(
        self->context, from, layout(space->model, bits, space->has_alpha), srgb,
        layout(FC_COLOUR_RGB, bits, space->has_alpha), INTENT_RELATIVE_COLORIMETRIC, flags);
    self->channels = space->has_alpha ? 4 : 3;
    return FC_OK;
}

fc_status fc_profile_transform_new(const fc_colour_space *space, int32_t bits,
                                   fc_profile_transform **out, fc_error *err)
{
    FC_ASSERT(space != NULL);
    FC_ASSERT(bits == 8 || bits == 16);
    FC_ASSERT(out != NULL);

    void *block = NULL;
    FC_TRY(fc_memory_new_zeroed(1, sizeof(fc_profile_transform), &block, err));
    FC_AUTO(fc_profile_transform) self = block;
    FC_TRY(build(self, space, bits, err));
    *out = self->transform != NULL ? FC_STEAL(self) : NULL;
    return FC_OK;
}

void fc_profile_transform_apply(const fc_profile_transform *transform, const void *from, void *to,
                                int32_t count)
{
    FC_ASSERT(transform != NULL);
    FC_ASSERT(count >= 0);
    cmsDoTransform(transform->transform, from, to, (cmsUInt32Number)count);
}

void fc_profile_transform_free(fc_profile_transform *transform)
{
    if (transform == NULL) {
        return;
    }
    if (transform->transform != NULL) {
        cmsDeleteTransform(transform->transform);
    }
    if (transform->context != NULL) {
        cmsDeleteContext(transform->context);
    }
    fc_memory_free(transform);
}

const char *fc_profile_library(void)
{
    static char text[16];
    const int version = cmsGetEncodedCMMversion();
    (void)snprintf(text, sizeof text, "%d.%d", version / 1000, version % 1000 / 10);
    return text;
}
