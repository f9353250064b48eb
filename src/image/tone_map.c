#include "image/tone_map.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "base/assert.h"
#include "base/memory.h"
#include "image/cicp.h"

/* cd/m2. */
#define PQ_MAX 10000.0
#define HLG_MAX 1000.0
#define DIFFUSE_WHITE 203.0

/* Of diffuse white: up to here light is kept, above it is rolled off. */
#define KNEE 0.8

/* Light of the brightest highlight that still differs from white, of diffuse white: masters of
 * 1000 cd/m2 are what phones and broadcasters make. */
#define PEAK (HLG_MAX / DIFFUSE_WHITE)

#define LEVELS 4096 /* steps of both tables: finer than the 10 and 12 bits of cameras */

struct fc_tone_map {
    fc_colour_space space;
    int32_t bits;
    bool is_hlg;
    float to_srgb[3][3];   /* linear light of the file's primaries to those of sRGB */
    float luma[3];         /* luminance of the file's primaries: HLG's system gamma needs it */
    float light[LEVELS];   /* of a stored value; diffuse white is 1 (HLG: scene light 0..1) */
    uint8_t coded[LEVELS]; /* sRGB value, by the root of the light 0..1 */
};

/* SMPTE ST 2084, equation 4.1. */
static double pq_light(double value)
{
    const double m1 = 2610.0 / 16384;
    const double m2 = 2523.0 / 4096 * 128;
    const double c1 = 3424.0 / 4096;
    const double c2 = 2413.0 / 4096 * 32;
    const double c3 = 2392.0 / 4096 * 32;
    const double root = pow(value, 1 / m2);
    return PQ_MAX * pow(fmax(root - c1, 0) / (c2 - c3 * root), 1 / m1) / DIFFUSE_WHITE;
}

/* ITU-R BT.2100, table 5: the inverse of the camera's curve. */
static double hlg_scene(double value)
{
    const double a = 0.17883277;
    const double b = 1 - 4 * a;
    const double c = 0.5 - a * log(4 * a);
    return value <= 0.5 ? value * value / 3 : (exp((value - c) / a) + b) / 12;
}

static double srgb_value(double light)
{
    return light <= 0.0031308 ? 12.92 * light : 1.055 * pow(light, 1 / 2.4) - 0.055;
}

/* ---- matrices ------------------------------------------------------------------------------ */

typedef double matrix[3][3];

static void multiply(matrix a, matrix b, matrix out)
{
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 3; j++) {
            out[i][j] = a[i][0] * b[0][j] + a[i][1] * b[1][j] + a[i][2] * b[2][j];
        }
    }
}

static void invert(matrix m, matrix out)
{
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 3; j++) {
            const int r0 = (j + 1) % 3;
            const int r1 = (j + 2) % 3;
            const int c0 = (i + 1) % 3;
            const int c1 = (i + 2) % 3;
            out[i][j] = m[r0][c0] * m[r1][c1] - m[r0][c1] * m[r1][c0];
        }
    }
    const double determinant = m[0][0] * out[0][0] + m[0][1] * out[1][0] + m[0][2] * out[2][0];
    for (int i = 0; i < 9; i++) {
        out[i / 3][i % 3] /= determinant;
    }
}

static void to_xyz(const double xy[2], double out[3])
{
    out[0] = xy[0] / xy[1];
    out[1] = 1;
    out[2] = (1 - xy[0] - xy[1]) / xy[1];
}

/* Linear RGB to XYZ, white is Y 1 (SMPTE RP 177). */
static void rgb_to_xyz(const fc_chromaticities *primaries, matrix out)
{
    const double *const xy[3] = { primaries->red, primaries->green, primaries->blue };
    matrix columns = { { 0 } };
    for (int j = 0; j < 3; j++) {
        double xyz[3];
        to_xyz(xy[j], xyz);
        for (int i = 0; i < 3; i++) {
            columns[i][j] = xyz[i];
        }
    }
    matrix inverse;
    invert(columns, inverse);
    double white[3];
    to_xyz(primaries->white, white);
    for (int j = 0; j < 3; j++) {
        const double scale =
            inverse[j][0] * white[0] + inverse[j][1] * white[1] + inverse[j][2] * white[2];
        for (int i = 0; i < 3; i++) {
            out[i][j] = columns[i][j] * scale;
        }
    }
}

static void set_matrix(fc_tone_map *self)
{
    fc_chromaticities primaries = { 0 };
    if (!fc_cicp_chromaticities(self->space.primaries, &primaries)) {
        (void)fc_cicp_chromaticities(FC_CICP_PRIMARIES_BT709, &primaries);
    }
    fc_chromaticities srgb = { 0 };
    (void)fc_cicp_chromaticities(FC_CICP_PRIMARIES_BT709, &srgb);
    matrix from;
    matrix to;
    matrix back;
    matrix both;
    rgb_to_xyz(&primaries, from);
    rgb_to_xyz(&srgb, to);
    invert(to, back);
    multiply(back, from, both);
    for (int i = 0; i < 3; i++) {
        self->luma[i] = (float)from[1][i];
        for (int j = 0; j < 3; j++) {
            self->to_srgb[i][j] = (float)both[i][j];
        }
    }
}

static void set_tables(fc_tone_map *self)
{
    for (int i = 0; i < LEVELS; i++) {
        const double at = i / (LEVELS - 1.0);
        self->light[i] = (float)(self->is_hlg ? hlg_scene(at) : pq_light(at));
        self->coded[i] = (uint8_t)(255 * srgb_value(at * at) + 0.5);
    }
}

fc_status fc_tone_map_new(const fc_colour_space *space, int32_t bits, fc_tone_map **out,
                          fc_error *err)
{
    FC_ASSERT(space != NULL && space->model != FC_COLOUR_CMYK);
    FC_ASSERT(bits == 32 || ((bits == 8 || bits == 16) && fc_cicp_is_hdr(space->transfer)));
    FC_ASSERT(out != NULL);

    void *block = NULL;
    FC_TRY(fc_memory_new_zeroed(1, sizeof(fc_tone_map), &block, err));
    fc_tone_map *self = block;
    self->space = *space;
    self->bits = bits;
    self->is_hlg = space->transfer == FC_CICP_TRANSFER_HLG;
    set_matrix(self);
    set_tables(self);
    *out = self;
    return FC_OK;
}

void fc_tone_map_free(fc_tone_map *map)
{
    fc_memory_free(map);
}

/* ---- rows ---------------------------------------------------------------------------------- */

static float stored_light(const fc_tone_map *map, const void *row, size_t index)
{
    if (map->bits == 32) {
        return ((const float *)row)[index];
    }
    const uint32_t value = map->bits == 16 ? ((const uint16_t *)row)[index]
                                           : ((const uint8_t *)row)[index] * UINT32_C(257);
    return map->light[(value * (LEVELS - 1) + 32767) / 65535];
}

/* Light of a display of 1000 cd/m2 that HLG asks for: its system gamma is 1.2. */
static void show_scene(const fc_tone_map *map, float light[3])
{
    const float luma = map->luma[0] * light[0] + map->luma[1] * light[1] + map->luma[2] * light[2];
    const float gain = (float)PEAK * powf(fmaxf(luma, 0), 0.2F);
    for (int c = 0; c < 3; c++) {
        light[c] *= gain;
    }
}

/* Slope 1 at the knee, and white exactly at the peak. */
static float roll_off(float light)
{
    if (light <= (float)KNEE) {
        return light;
    }
    const float bend = (float)((PEAK - KNEE) / (1 - KNEE) - 1) / (float)(PEAK - KNEE);
    const float above = light - (float)KNEE;
    return fminf((float)KNEE + above / (1 + above * bend), 1);
}

static uint8_t encode(const fc_tone_map *map, float light)
{
    if (!(light > 0)) { /* not a number as well */
        return 0;
    }
    return light >= 1 ? 255 : map->coded[(int)(sqrtf(light) * (LEVELS - 1) + 0.5F)];
}

static void map_pixel(const fc_tone_map *map, const float stored[3], uint8_t *to)
{
    float light[3] = { stored[0], stored[1], stored[2] };
    if (map->is_hlg) {
        show_scene(map, light);
    }
    float rgb[3];
    for (int c = 0; c < 3; c++) {
        const float *row = map->to_srgb[c];
        rgb[c] = row[0] * light[0] + row[1] * light[1] + row[2] * light[2];
    }
    const float brightest = fmaxf(fmaxf(rgb[0], rgb[1]), rgb[2]);
    const bool is_bright = map->bits != 32 && brightest > (float)KNEE;
    const float gain = is_bright ? roll_off(brightest) / brightest : 1;
    for (int c = 0; c < 3; c++) {
        to[c] = encode(map, rgb[c] * gain);
    }
}

static uint8_t alpha_of(const fc_tone_map *map, const void *row, size_t index)
{
    if (map->bits == 32) {
        const float alpha = ((const float *)row)[index];
        return alpha >= 1 ? 255 : alpha > 0 ? (uint8_t)(alpha * 255 + 0.5F) : 0;
    }
    return map->bits == 16
               ? (uint8_t)((((const uint16_t *)row)[index] * UINT32_C(255) + 32767) / 65535)
               : ((const uint8_t *)row)[index];
}

void fc_tone_map_row(const fc_tone_map *map, const void *from, uint8_t *to, int32_t count)
{
    FC_ASSERT(map != NULL);
    FC_ASSERT(count >= 0);

    const size_t channels = (size_t)fc_colour_space_channels(&map->space);
    const bool is_grey = map->space.model == FC_COLOUR_GREY;
    for (size_t x = 0; x < (size_t)count; x++) {
        float stored[3];
        for (size_t c = 0; c < 3; c++) {
            stored[c] = stored_light(map, from, x * channels + (is_grey ? 0 : c));
        }
        map_pixel(map, stored, to);
        to += 3;
        if (map->space.has_alpha) {
            *to++ = alpha_of(map, from, (x + 1) * channels - 1);
        }
    }
}
