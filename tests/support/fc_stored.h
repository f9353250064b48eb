/** For tests of decode_FORMAT.c: what a source gives, without colour conversion. */
#pragma once

#include "image/codecs.h"
#include "support/fc_test.h"

/** What such tests accept: 100 megapixels, 1 GB. */
extern const fc_source_limits fc_stored_limits;

/** Open a file of tests/data/image, decode the whole and append its rows; fails the test where that
 *  is refused. `facts` is the source without its functions; no pointer of it may be followed. */
void fc_stored_open(fc_source_open *open, const char *name, fc_source *facts, fc_buffer *rows);

/** Append the rows of a part, one behind the other. */
fc_status fc_stored_read(fc_source *source, fc_rect part, fc_buffer *rows, fc_error *err);

/** Open the bytes and read all rows into an emptied buffer. */
fc_status fc_stored_decode(fc_source_open *open, fc_bytes file, fc_buffer *rows, fc_error *err);

/** All of a picture. */
fc_rect fc_stored_whole(const fc_source *source);

/** Every part gives the pixels of that part of the whole: some in the middle and at the edges. */
void fc_stored_assert_parts(fc_source_open *open, fc_bytes file);

/** However the file is cut short, it is refused, or has lost nothing: its pixels are those of the
 *  whole. Each cut is a copy of its size, so that a read past the end is seen. */
void fc_stored_assert_cuts(fc_source_open *open, fc_bytes file);

/** Whatever one byte says, each outcome is a status with a text, and each pixel comes from the
 *  file: two runs give the same, however memory was filled before. Every `step`-th byte. */
void fc_stored_assert_damage(fc_source_open *open, fc_bytes file, size_t step);
