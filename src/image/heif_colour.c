#include "image/heif_colour.h"

#include "base/assert.h"
#include "image/colour_space.h"

/* Matrix coefficients of ITU-T H.273, table 4. */
enum {
    MATRIX_IDENTITY = 0, /* G, B, R */
    MATRIX_BT709 = 1,
    MATRIX_FCC = 4,
    MATRIX_SMPTE240 = 7,
    MATRIX_YCGCO = 8,
    MATRIX_BT2020 = 9,
    MATRIX_BT2020_CONSTANT = 10,
    MATRIX_BY_PRIMARIES = 12,
    MATRIX_BY_PRIMARIES_CONSTANT = 13,
};

/* Pixels that are converted at a time. */
enum { CHUNK = 256 };

/* Shares of red and blue in the luma. */
typedef struct weights {
    double red;
    double blue;
} weights;

/* xy of red, green and blue, table 2 of H.273; white is D65 for all that are listed. */
static const struct {
    int32_t code;
    double xy[3][2];
} PRIMARIES[] = {
    { FC_CICP_PRIMARIES_BT709, { { 0.64, 0.33 }, { 0.30, 0.60 }, { 0.15, 0.06 } } },
    { 5, { { 0.64, 0.33 }, { 0.29, 0.60 }, { 0.15, 0.06 } } },
    { 6, { { 0.63, 0.34 }, { 0.31, 0.595 }, { 0.155, 0.07 } } },
    { 7, { { 0.63, 0.34 }, { 0.31, 0.595 }, { 0.155, 0.07 } } },
    { FC_CICP_PRIMARIES_BT2020, { { 0.708, 0.292 }, { 0.170, 0.797 }, { 0.131, 0.046 } } },
    { FC_CICP_PRIMARIES_P3, { { 0.680, 0.320 }, { 0.265, 0.690 }, { 0.150, 0.060 } } },
    { 22, { { 0.630, 0.340 }, { 0.295, 0.605 }, { 0.155, 0.077 } } },
};

static double determinant(double m[3][3])
{
    return m[0][0] * (m[1][1] * m[2][2] - m[1][2] * m[2][1]) -
           m[0][1] * (m[1][0] * m[2][2] - m[1][2] * m[2][0]) +
           m[0][2] * (m[1][0] * m[2][1] - m[1][1] * m[2][0]);
}

/* Luminance of red and blue at full level: how much of each makes white (Cramer's rule). */
static weights weights_of_primaries(const double xy[3][2])
{
    static const double WHITE[3] = { 0.3127 / 0.3290, 1, (1 - 0.3127 - 0.3290) / 0.3290 };
    double columns[3][3];
    for (int c = 0; c < 3; c++) {
        columns[0][c] = xy[c][0] / xy[c][1];
        columns[1][c] = 1;
        columns[2][c] = (1 - xy[c][0] - xy[c][1]) / xy[c][1];
    }
    const double all = determinant(columns);
    double share[3];
    for (int c = 0; c < 3; c++) {
        double replaced[3][3];
        for (int i = 0; i < 9; i++) {
            replaced[i / 3][i % 3] = i % 3 == c ? WHITE[i / 3] : columns[i / 3][i % 3];
        }
        share[c] = determinant(replaced) / all;
    }
    return (weights){ share[0], share[2] };
}

static weights weights_of(const fc_heif_code_points *points)
{
    static const weights BT601 = { 0.299, 0.114 };
    switch (points->matrix) {
    case MATRIX_BT709:
        return (weights){ 0.2126, 0.0722 };
    case MATRIX_FCC:
        return (weights){ 0.30, 0.11 };
    case MATRIX_SMPTE240:
        return (weights){ 0.212, 0.087 };
    case MATRIX_BT2020:
    case MATRIX_BT2020_CONSTANT:
        return (weights){ 0.2627, 0.0593 };
    case MATRIX_BY_PRIMARIES:
    case MATRIX_BY_PRIMARIES_CONSTANT:
        for (size_t i = 0; i < sizeof PRIMARIES / sizeof PRIMARIES[0]; i++) {
            if (PRIMARIES[i].code == points->primaries) {
                return weights_of_primaries(PRIMARIES[i].xy);
            }
        }
        return BT601;
    default:
        return BT601;
    }
}

/* R, G, B from luma 0..1 and chroma -0.5..0.5, which are Y, Cb and Cr. */
static void fill_matrix(const fc_heif_code_points *points, double matrix[3][3])
{
    static const double IDENTITY[3][3] = { { 0, 0, 1 }, { 1, 0, 0 }, { 0, 1, 0 } };
    static const double YCGCO[3][3] = { { 1, -1, 1 }, { 1, 1, 0 }, { 1, -1, -1 } };
    const weights share = weights_of(points);
    const double green = 1 - share.red - share.blue;
    const double blue_scale = 2 * (1 - share.blue);
    const double red_scale = 2 * (1 - share.red);
    const double usual[3][3] = {
        { 1, 0, red_scale },
        { 1, -share.blue * blue_scale / green, -share.red * red_scale / green },
        { 1, blue_scale, 0 },
    };
    const double(*from)[3] = points->matrix == MATRIX_IDENTITY ? IDENTITY
                             : points->matrix == MATRIX_YCGCO  ? YCGCO
                                                               : usual;
    for (int i = 0; i < 9; i++) {
        matrix[i / 3][i % 3] = from[i / 3][i % 3];
    }
}

fc_heif_conversion fc_heif_conversion_new(const fc_heif_picture *picture,
                                          const fc_heif_code_points *points,
                                          const fc_heif_target *target)
{
    FC_ASSERT(picture != NULL && points != NULL && target != NULL);

    const double unit = (double)(1 << (picture->sampling.bits - 8)); /* one level of 8 bits */
    const double full = (double)((1 << picture->sampling.bits) - 1);
    const bool is_full = points->is_full_range;
    const bool is_identity = points->matrix == MATRIX_IDENTITY;
    const double luma_range = is_full ? full : 219 * unit;
    const double chroma_range = is_full ? full : is_identity ? 219 * unit : 224 * unit;
    const double luma_zero = is_full ? 0 : 16 * unit;
    const double chroma_zero = is_identity ? luma_zero : 128 * unit;
    fc_heif_conversion made = { .offset = { (float)luma_zero, (float)chroma_zero,
                                            (float)chroma_zero },
                                .max = target->bits > 8 ? 65535 : 255 };
    double matrix[3][3];
    fill_matrix(points, matrix);
    for (int i = 0; i < 9; i++) {
        const double range = i % 3 == 0 ? luma_range : chroma_range;
        made.matrix[i / 3][i % 3] = (float)(matrix[i / 3][i % 3] / range * made.max);
    }
    if (picture->sampling.is_grey || target->colours == 1) { /* luma alone, in every colour */
        for (int i = 0; i < 9; i++) {
            made.matrix[i / 3][i % 3] = i % 3 == 0 ? (float)(made.max / luma_range) : 0;
        }
    }
    return made;
}

/* `count` samples, each of them twice: by pairs, which compilers do by shuffling. */
static inline void unpack_twice(const uint8_t *row, int32_t count, float offset,
                                float *restrict out)
{
    for (int32_t i = 0; i < count / 2; i++) {
        const float sample = (float)row[i] - offset;
        out[2 * i] = sample;
        out[2 * i + 1] = sample;
    }
    if (count % 2 != 0) {
        out[count - 1] = (float)row[count / 2] - offset;
    }
}

/* Samples first..first + count of a row, each repeated as chroma is. */
static inline void unpack(const uint8_t *row, bool is_wide, int32_t first, int32_t shift,
                          int32_t count, float offset, float *out)
{
    if (is_wide) {
        const uint16_t *wide = (const uint16_t *)(const void *)row;
        for (int32_t i = 0; i < count; i++) {
            out[i] = (float)wide[(first + i) >> shift] - offset;
        }
    } else if (shift == 0) {
        for (int32_t i = 0; i < count; i++) {
            out[i] = (float)row[first + i] - offset;
        }
    } else if (shift == 1 && first % 2 == 0) {
        unpack_twice(row + first / 2, count, offset, out);
    } else {
        for (int32_t i = 0; i < count; i++) {
            out[i] = (float)row[(first + i) >> shift] - offset;
        }
    }
}

/* Multiply, limit, and round. */
static void convert_chunk(const fc_heif_conversion *by, float samples[3][CHUNK], int32_t colour,
                          int32_t count, uint16_t *out)
{
    const float *m = by->matrix[colour];
    for (int32_t i = 0; i < count; i++) {
        float value = m[0] * samples[0][i] + m[1] * samples[1][i] + m[2] * samples[2][i] + 0.5F;
        value = value > 0 ? value : 0;
        value = value < by->max ? value : by->max;
        out[i] = (uint16_t)(int32_t)value;
    }
}

/* Pixels of 8 bits without alpha, as nearly all are: in one go, which compilers do by shuffling. */
static inline void store_rgb(uint16_t from[3][CHUNK], int32_t count, uint8_t *restrict to)
{
    for (int32_t i = 0; i < count; i++) {
        to[3 * i] = (uint8_t)from[0][i];
        to[3 * i + 1] = (uint8_t)from[1][i];
        to[3 * i + 2] = (uint8_t)from[2][i];
    }
}

static void store(const uint16_t *from, int32_t count, const fc_heif_target *target, int32_t colour,
                  int32_t at, void *out)
{
    const int32_t step = target->channels;
    if (target->bits > 8) {
        uint16_t *to = (uint16_t *)out + (ptrdiff_t)at * step + colour;
        for (int32_t i = 0; i < count; i++) {
            to[(ptrdiff_t)i * step] = from[i];
        }
    } else {
        uint8_t *to = (uint8_t *)out + (ptrdiff_t)at * step + colour;
        for (int32_t i = 0; i < count; i++) {
            to[(ptrdiff_t)i * step] = (uint8_t)from[i];
        }
    }
}

FC_WIDE void fc_heif_convert(const fc_heif_picture *picture, const fc_heif_conversion *conversion,
                             const fc_heif_target *target, int32_t x, int32_t y, int32_t count,
                             void *out)
{
    FC_ASSERT(picture != NULL && conversion != NULL && target != NULL && out != NULL);
    FC_ASSERT(x >= 0 && count >= 0 && count <= picture->size.width - x);
    FC_ASSERT(y >= 0 && y < picture->size.height);

    const fc_heif_sampling *sampling = &picture->sampling;
    const int planes = sampling->is_grey || target->colours == 1 ? 1 : 3;
    float samples[3][CHUNK] = { { 0 } };
    uint16_t converted[3][CHUNK];
    const bool is_rgb = target->bits == 8 && target->colours == 3 && target->channels == 3;
    for (int32_t done = 0; done < count; done += CHUNK) {
        const int32_t some = count - done < CHUNK ? count - done : CHUNK;
        for (int plane = 0; plane < planes; plane++) {
            const int32_t line = plane > 0 ? y >> sampling->shift_y : y;
            unpack(picture->planes[plane] + (size_t)line * picture->strides[plane],
                   sampling->bits > 8, x + done, plane > 0 ? sampling->shift_x : 0, some,
                   conversion->offset[plane], samples[plane]);
        }
        for (int32_t colour = 0; colour < target->colours; colour++) {
            convert_chunk(conversion, samples, colour, some, converted[colour]);
            if (!is_rgb) {
                store(converted[colour], some, target, colour, done, out);
            }
        }
        if (is_rgb) {
            store_rgb(converted, some, (uint8_t *)out + (ptrdiff_t)3 * done);
        }
    }
}
