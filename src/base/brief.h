/**
 * Brief: a file name or path, cut so short that an error text has room for the reason.
 *
 * An error text has FC_ERROR_TEXT_SIZE bytes and a path may have 4,096, so a path in front would
 * push the reason out. Any thread.
 */
#pragma once

/** Longest brief text in bytes, with its final zero: less than half of an error text. */
#define FC_BRIEF_SIZE 128

typedef struct fc_brief {
    char text[FC_BRIEF_SIZE];
} fc_brief;

/**
 * The path itself where it fits; else its start, "...", and its end, where the file name is. No
 * UTF-8 character is cut. Returned by value, so that `fc_brief_of(path).text` can stand among the
 * arguments of fc_fail.
 */
fc_brief fc_brief_of(const char *path);
