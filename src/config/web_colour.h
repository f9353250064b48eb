/** Colours as web pages write them: hexadecimal or by name (CSS Color 4, section 6.1). Any thread.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/attributes.h"

/**
 * Read 3, 4, 6 or 8 hexadecimal digits, "#" before them or not, or a name in any case. 4 and 8
 * digits carry alpha; all else is opaque.
 *
 * False: it is none; then `rgba` is as it was.
 */
FC_MUST_CHECK bool fc_web_colour_parse(const char *text, uint8_t rgba[4]);

/**
 * Read a colour as people and programs write it, with spaces around it or not: "#" and digits, a
 * name, "240, 240, 240", "rgb(240, 240, 240)", "rgb(94% 94% 94% / 50%)", or "transparent", which
 * is white with alpha 0.
 *
 * False: it is none; then `rgba` is as it was.
 */
FC_MUST_CHECK bool fc_web_colour_read(const char *text, uint8_t rgba[4]);
