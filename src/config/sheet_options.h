/** Options of a sheet to print: flags of `facecraft sheet`, fields of POST /api/v1/sheet. */
#pragma once

#include "base/attributes.h"
#include "base/error.h"
#include "config/options.h"
#include "config/presets.h"

/* Values of `format`. */
#define FC_SHEET_FORMATS(WORD)                                                                     \
    WORD(FC_SHEET_PDF, "pdf")                                                                      \
    WORD(FC_SHEET_JPEG, "jpg")                                                                     \
    WORD(FC_SHEET_PNG, "png")
enum { FC_SHEET_FORMATS(FC_WORD_CONSTANT) };

typedef struct fc_sheet_options {
    char size[FC_OPTION_TEXT_SIZE];  /* of one picture, as fc_paper_parse takes it */
    char paper[FC_OPTION_TEXT_SIZE]; /* the same */
    char gap[FC_OPTION_TEXT_SIZE];   /* as fc_length_mm_parse takes it */
    char margin[FC_OPTION_TEXT_SIZE];
    char caption[FC_OPTION_TEXT_SIZE]; /* "": none */
    int32_t dpi;
    fc_choice format; /* FC_SHEET_... */
    bool cut_lines;
} fc_sheet_options;

/** The rows; offsets are into fc_sheet_options. */
fc_options fc_sheet_option_rows(void);

/**
 * Print what a preset makes: its size on paper, and its density where `dpi` is 0.
 *
 * options   size is "", or it is refused
 *
 * Errors: FC_INVALID_ARGUMENT: that, or the preset has no size on paper.
 */
FC_MUST_CHECK fc_status fc_sheet_options_take_preset(const fc_preset *preset,
                                                     fc_sheet_options *options, fc_error *err);
