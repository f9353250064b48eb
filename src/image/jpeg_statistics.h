/**
 * JPEG statistics: how often a picture has each symbol, which its own Huffman tables are made from.
 *
 * libjpeg counts them by a loop over all coefficients that guesses wrong at most of them: 40 % of
 * the time of an encoding. This takes the place of that loop alone; tables and bytes are the same.
 * Section F.1.2 of ITU-T T.81 says which symbols there are.
 */
#pragma once

#include <stdio.h> /* jpeglib.h takes it for granted */

#include <jpeglib.h>

/**
 * Count in libjpeg's place, from jpeg_start_compress to jpeg_finish_compress. A part of a step
 * (image/jpeg_guard.h).
 *
 * codec   just started, with optimize_coding, baseline, Huffman codes
 */
void fc_jpeg_count_symbols(j_compress_ptr codec);
