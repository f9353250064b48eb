/**
 * Wiener rows: an edge-preserving smoother that is fed row by row and remembers only a few rows.
 *
 * In each window the values are modelled as mean + a (value - mean), where a is the share of the
 * variance that is not noise (J.-S. Lee, 1980). As in a guided filter (He, Sun and Tang, 2013) the
 * models of all windows over a px are averaged, so that no window shows. Flat places become their
 * mean, edges and texture well above the noise stay. Sums are kept in whole numbers, so running
 * sums gather no error, and the cost does not depend on the radius.
 *
 * One thread at a time.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/error.h"

#define FC_WIENER_RADIUS_MAX 6

/** Largest magnitude of a value. */
#define FC_WIENER_VALUE_MAX 255

typedef struct fc_wiener_rows fc_wiener_rows;

/**
 * A smoother for rows of `width` values.
 *
 * radius_px   half the side of the windows, 1 .. FC_WIENER_RADIUS_MAX
 * variance    of the noise, 0 or more; windows that vary no more than this become flat
 *
 * Errors: FC_OUT_OF_MEMORY. Memory: about 12 (radius_px + 2) bytes a px of one row, 16 width.
 */
FC_MUST_CHECK fc_status fc_wiener_rows_new(int32_t width, int32_t radius_px, double variance,
                                           fc_wiener_rows **out, fc_error *err);

void fc_wiener_rows_free(fc_wiener_rows *rows);
FC_DEFINE_CLEANUP(fc_wiener_rows, fc_wiener_rows_free)

/** The row to fill with `width` values before the next push. */
int16_t *fc_wiener_rows_input(fc_wiener_rows *rows);

/**
 * Take the row that was filled in, and give the row that lies 2 radius_px before it.
 *
 * What comes out is meaningful from the (4 radius_px + 1)th push on: repeat the first row
 * 2 radius_px times before it, and the last row as often after it.
 *
 * before, after   `width` values each: the row as it went in, and smoothed
 */
void fc_wiener_rows_push(fc_wiener_rows *rows, int16_t *before, int16_t *after);
