/**
 * Matting Laplacian: how far a mask is, about each unknown px, from a linear function of the colour
 * in every 3 x 3 window. Source: Levin, Lischinski and Weiss, "A Closed-Form Solution to Natural
 * Image Matting", 2008. The matrix is not written out: it is multiplied by fitting the windows.
 *
 * Px are worked on in blocks of FC_FLOAT8_LANES neighbours in a row. Planes are padded, so that
 * neither a window nor a block that sticks out needs a test.
 *
 * One thread at a time.
 */
#pragma once

#include "base/attributes.h"
#include "image/image.h"
#include "ops/float8.h"

/** Places, in a padded plane, of the first px of blocks that do not overlap. */
typedef struct fc_places {
    int32_t count;
    int32_t *items;
} fc_places;

/** Known values of a block of px. */
typedef struct fc_band_px {
    fc_float8 unknown; /* 1, or 0 where there is no equation */
    fc_float8 weight;  /* of the px itself: windows that hold it, and what the caller adds */
} fc_band_px;

typedef struct fc_windows fc_windows;

typedef struct fc_laplacian {
    fc_size size;    /* of the picture */
    size_t stride;   /* of a row of a padded plane */
    size_t padded;   /* px of a padded plane */
    fc_places px_at; /* blocks that hold all unknown px */
    fc_band_px *px;  /* of each of these blocks */
    fc_places windows_at;
    fc_windows *windows;
    float *colours[3]; /* padded planes, 0..1 */
    float *fits[4]; /* padded planes: slopes and constant in each window, of what is multiplied */
    float *memory;  /* of all planes */
} fc_laplacian;

/**
 * Make the equations of the unknown px.
 *
 * guide    RGB, 3 x 3 px at least
 * unknown  same size, 1 channel: 0 known, anything else unknown
 * out      zeroed; owner: caller, release with fc_laplacian_clear, after a failure too
 *
 * Errors: FC_OUT_OF_MEMORY. Cost: about 100 ns an unknown px; seven planes and 60 bytes an unknown
 * px.
 */
FC_MUST_CHECK fc_status fc_laplacian_init(const fc_image *guide, const fc_image *unknown,
                                          fc_laplacian *out, fc_error *err);
void fc_laplacian_clear(fc_laplacian *laplacian);

/** Copy a plane into the middle of a padded one, or back. */
void fc_laplacian_pad(const fc_laplacian *laplacian, const fc_plane *plane, float *padded);
void fc_laplacian_unpad(const fc_laplacian *laplacian, const float *padded, fc_plane *plane);

/**
 * Multiply: out = the rows of the unknown px times a padded plane, block by block; 0 for px that
 * are known. The fits change; else nothing does. Cost: about 4 ns an unknown px.
 */
void fc_laplacian_multiply(const fc_laplacian *laplacian, float *plane, fc_float8 *out);
