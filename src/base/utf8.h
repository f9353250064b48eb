/** UTF-8: where its characters end, so that foreign text can be copied without damage. Any thread.
 */
#pragma once

#include <stddef.h>

/** Bytes of the character at the start of `text`, 1..4; 0 when it is none (or `size` is 0).
 *  Overlong forms, surrogates and values above U+10FFFF do not count. */
size_t fc_utf8_character(const char *text, size_t size);

/** Bytes of the start of `text` (with a final zero) that fit into `size_max` without cutting a
 *  character. Bytes that are not UTF-8 are taken one by one. */
size_t fc_utf8_cut(const char *text, size_t size_max);
