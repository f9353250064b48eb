/**
 * Sheet layout: as many pictures as fit on a paper, and the marks to cut along. Geometry only; mm
 * from the upper left corner of the paper. Any thread.
 */
#pragma once

#include "image/pdf.h"

/** Pictures on one sheet: more are left out. */
#define FC_SHEET_PICTURES_MAX 500

/** Two marks at each corner. */
#define FC_SHEET_MARKS_MAX (8 * FC_SHEET_PICTURES_MAX)

/** Width of a mark. */
#define FC_SHEET_MARK_MM 0.1

/** Wishes for a sheet. */
typedef struct fc_sheet_wish {
    double paper_width;
    double paper_height;
    double width; /* of one picture */
    double height;
    double gap;
    double margin; /* at each edge; pictures never lie in it */
    double foot;   /* next to it, for a caption; marks keep out of it as well */
    bool marks;
} fc_sheet_wish;

typedef struct fc_sheet {
    fc_pdf_place places[FC_SHEET_PICTURES_MAX];
    size_t place_count;
    fc_pdf_line marks[FC_SHEET_MARKS_MAX];
    size_t mark_count;
} fc_sheet;

/**
 * Place the pictures: rows and columns of one orientation, and what is left at the right or below
 * filled with the other one, whichever makes most of them; upright where that makes as many. The
 * block lies in the middle. Marks are outside of all pictures: up to 4 mm long, in a narrower gap
 * as long as that.
 *
 * out   filled in on success
 *
 * Errors: FC_INVALID_ARGUMENT (not one fits: says how much room there is). Cost: O(pictures^2).
 */
FC_MUST_CHECK fc_status fc_sheet_lay_out(const fc_sheet_wish *wish, fc_sheet *out, fc_error *err);
