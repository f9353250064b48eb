/**
 * Line: the state of one row of the roster, or of one photo without a row. Each row and each photo
 * is on exactly one line.
 */
#pragma once

#include <stdbool.h>

#include "base/error.h"

typedef enum fc_line_state {
#define FC_STATE(name, word, eyes, meaning) FC_LINE_##name,
#include "directory/states.def"
#undef FC_STATE
    FC_LINE_STATES_COUNT,
} fc_line_state;

/** A row of the table. */
typedef struct fc_line_state_info {
    const char *word;
    bool eyes;
    const char *meaning;
} fc_line_state_info;

const fc_line_state_info *fc_line_state_lookup(fc_line_state state);

/** Longest reason, with its final zero. */
#define FC_REASON_SIZE FC_ERROR_TEXT_SIZE
