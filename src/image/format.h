/**
 * Picture types: their names in the settings, and telling them apart by content, never by name.
 *
 * Pure functions, any thread.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"

/** Picture types: FC_FORMAT_UNKNOWN, and those of image/formats.def. */
typedef enum fc_format {
    FC_FORMAT_UNKNOWN,
#define FC_FORMAT(type, name, tell, codec, endings) FC_FORMAT_##type,
#include "image/formats.def"
#undef FC_FORMAT
    FC_FORMAT_COUNT,
} fc_format;

/** Bit of a type in a set of types. */
#define FC_FORMAT_BIT(format) (UINT32_C(1) << (format))

/** Longest text of fc_formats_print with its final zero. */
#define FC_FORMATS_TEXT_SIZE 64

/** Lower-case name as in the setting: "jpeg", "heic"... "unknown" for FC_FORMAT_UNKNOWN. */
const char *fc_format_name(fc_format format);

/** Type by the first bytes. Cost: O(1). */
fc_format fc_format_sniff(fc_bytes file);

/** Type that the ending of a file's name promises, in any case; FC_FORMAT_UNKNOWN for all others.
 */
fc_format fc_format_of_name(const char *name);

/**
 * Bits of a list such as "jpeg,png,webp". Spaces around a name are allowed; an empty list is not.
 *
 * Errors: FC_INVALID_ARGUMENT naming the unknown word.
 */
FC_MUST_CHECK fc_status fc_formats_parse(const char *list, uint32_t *formats, fc_error *err);

/** The list back, in the order of the types. `text` holds FC_FORMATS_TEXT_SIZE bytes. */
void fc_formats_print(uint32_t formats, char *text);
