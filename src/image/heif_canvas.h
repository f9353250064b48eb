/**
 * Canvas: the pixels of a HEIF item, put together from one coded picture or many: a grid of tiles,
 * or pictures laid over each other. Tiles are decoded when they are asked for, and kept.
 *
 * One thread at a time.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/error.h"
#include "image/geometry.h"
#include "image/heif_coded.h"
#include "image/heif_file.h"
#include "image/heif_frame.h"
#include "image/orientation.h"
#include "image/rows.h"

/** How the picture of an item is to be shown (cropped, turned, mirrored) and what its colours mean.
 */
typedef struct fc_heif_view {
    fc_rect part;               /* of the decoded picture; the part that is shown */
    fc_orientation orientation; /* from that part to the upright picture */
    fc_bytes profile;           /* ICC; empty: none. Borrows the file */
    bool has_points;
    fc_heif_code_points points; /* where has_points */
} fc_heif_view;

/** A coded picture and its place on the canvas. */
typedef struct fc_heif_tile {
    uint32_t item;
    fc_rect place;       /* may reach beyond the canvas */
    fc_heif_coded coded; /* without a codec where nothing is to be decoded */
    bool has_points;     /* of its own colours */
    fc_heif_code_points points;
    fc_bytes profile;         /* ICC; empty: none */
    fc_heif_picture *picture; /* NULL: not decoded yet */
} fc_heif_tile;

typedef struct fc_heif_canvas {
    fc_size size;
    bool is_overlay; /* tiles may lie over each other, the last above, and leave parts uncovered */
    uint16_t background[3]; /* R, G, B of those parts */
    size_t count;
    fc_heif_tile *tiles;
} fc_heif_canvas;

/**
 * Read what an item consists of, and how it is to be shown; nothing is decoded.
 *
 * otherwise   size of a coded picture that does not say its own; 0 x 0: then it is refused
 * canvas      release with fc_heif_canvas_clear, also after a failure
 *
 * Errors: FC_CORRUPT_IMAGE, FC_UNSUPPORTED_FORMAT (a kind of item, named), FC_LIMIT_EXCEEDED,
 * FC_OUT_OF_MEMORY.
 */
FC_MUST_CHECK fc_status fc_heif_canvas_read(const fc_heif_file *file, uint32_t item,
                                            fc_size otherwise, fc_heif_canvas *canvas,
                                            fc_heif_view *view, fc_error *err);

/**
 * The alpha of a picture: that of the whole, or one of each part.
 *
 * colour   the canvas of `item`
 * alpha    count 0: none is declared. Where `by_parts`, its tiles are those of `colour`, one by
 * one. Released as above
 */
FC_MUST_CHECK fc_status fc_heif_canvas_read_alpha(const fc_heif_file *file, uint32_t item,
                                                  const fc_heif_canvas *colour,
                                                  fc_heif_canvas *alpha, bool *by_parts,
                                                  bool *is_premultiplied, fc_error *err);

/** Bytes of all its decoded pictures. */
int64_t fc_heif_canvas_bytes(const fc_heif_canvas *canvas);

/** Most bytes that decoding one tile takes for a while, in addition to the picture that stays. */
int64_t fc_heif_canvas_work_bytes(const fc_heif_canvas *canvas);

/** Decode what a part of the canvas needs and is not decoded yet. Errors: those of decoding. */
FC_MUST_CHECK fc_status fc_heif_canvas_decode(const fc_heif_file *file, fc_heif_canvas *canvas,
                                              fc_rect part, fc_error *err);

/** Release what it holds. */
void fc_heif_canvas_clear(fc_heif_canvas *canvas);

/** The common part of two rectangles; width or height 0 or less where they do not meet. */
static inline fc_rect fc_heif_meet(fc_rect a, fc_rect b)
{
    const int32_t left = a.x > b.x ? a.x : b.x;
    const int32_t top = a.y > b.y ? a.y : b.y;
    const int32_t right = a.x + a.width < b.x + b.width ? a.x + a.width : b.x + b.width;
    const int32_t bottom = a.y + a.height < b.y + b.height ? a.y + a.height : b.y + b.height;
    return (fc_rect){ left, top, right - left, bottom - top };
}
