/**
 * ZIP names: names for the files of an archive that every system can unpack and that do not mislead
 * a reader. Any thread.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Longest name in an archive, with its final zero: file systems hold 255 bytes. */
#define FC_ZIP_NAME_SIZE 256

/**
 * The last part of a path as a name in an archive.
 *
 * Characters that some system refuses become "_": control characters, characters that turn the
 * direction of writing, reserved signs of Windows, bytes that are not UTF-8. Dots and spaces at the
 * end go, a dot at the start becomes "_", and names of devices (con, nul, com1) get a "_" in front.
 * A name that is too long is cut at a character, before its ending.
 *
 * given   any text
 * name    UTF-8, never empty
 */
void fc_zip_name_clean(const char *given, char name[FC_ZIP_NAME_SIZE]);

/** "face.png" and 2 give "face-2.png"; cut at a character where that is too long. `plain` is a
 * clean name. */
void fc_zip_name_number(const char *plain, size_t number, char name[FC_ZIP_NAME_SIZE]);

/** Whether two clean names are one file on systems that tell neither capital letters from small
 * ones nor the ways in which Unicode writes a letter. */
bool fc_zip_name_same(const char *a, const char *b);

/** A hash of a clean name, equal for names that are the same. */
uint64_t fc_zip_name_hash(const char *name);
