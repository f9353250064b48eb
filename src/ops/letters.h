/**
 * Letters: a line of text on a picture, black, in squares of 5 x 7. For captions on sheets to
 * print, where a font and what draws it would be out of proportion. Pure operation, any thread.
 */
#pragma once

#include "base/attributes.h"
#include "base/error.h"
#include "image/geometry.h"
#include "image/image.h"

/** Whether all letters of a text can be drawn: those of ASCII, and the letters of ISO 8859-1.
 *  Errors: FC_INVALID_ARGUMENT. */
FC_MUST_CHECK fc_status fc_letters_check(const char *text, fc_error *err);

/** Width of a text, px. */
double fc_letters_width(const char *text, double size);

/**
 * Draw a text; what lies beyond the picture is cut, a letter that cannot be drawn is a space.
 *
 * image   RGB
 * text    UTF-8
 * at      left end of the base line, px
 * size    of the letters, px: a capital has 0.72 of it
 */
void fc_letters_draw(fc_image *image, const char *text, fc_point at, double size);
