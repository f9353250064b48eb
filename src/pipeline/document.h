/**
 * Document: places a head in the picture of a preset, and says how far its rule is met. Lengths are
 * in the preset's unit, mm or % of the picture's height. Any thread.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "config/presets.h"
#include "image/geometry.h"

/** Skull and hairline above the eyes, in distances from eyes to chin: the eyes are half-way, and
 * the face has three equal parts, of which the eyes leave two below. */
#define FC_SKULL_ABOVE 1.0
#define FC_HAIRLINE_ABOVE 0.62

/** A head in its photo: lengths are in px of the photo, along the face's own axes. */
typedef struct fc_head {
    fc_point eyes;  /* the middle between both */
    double roll;    /* of the eye line, clockwise, rad */
    double chin;    /* below the eyes, > 0 */
    double hair;    /* above the eyes; of a skull where no hair was seen */
    double centre;  /* of the face, to the right of the eyes' middle */
    bool hair_seen; /* the rough mask has told `hair` */
    bool hair_cut;  /* the photo ends before it */
} fc_head;

/** How far a picture reaches beyond the photo on a side, at least 0. */
typedef struct fc_beyond {
    double top;
    double right;
    double bottom;
    double left;
} fc_beyond;

/** What became of a rule. All 0 where there is no preset. */
typedef struct fc_document {
    double head;       /* as the preset counts it */
    double head_hair;  /* chin to the hair's end */
    double head_skull; /* chin to the skull's top, by proportion */
    double eye_line;   /* above the lower edge */
    double top;        /* above the hair */
    double chin_room;  /* chin to the lower edge */
    fc_beyond beyond;
    bool hair_seen;
    bool hair_cut;
    bool keeps_ground; /* the photo's own background, so that its end shows on each side */
    bool ground_laid;  /* another background, or a blurred one, where altered photos are refused */
    bool retouched;    /* enhanced or restored, where that is so */
} fc_document;

/**
 * The place of the picture in the photo: head height and eye line as near to the middle of what is
 * allowed as the other limits let them, in this order: the head within its range, the eye line
 * within its own, the picture within the photo, the crown within the picture. Where a rule says
 * nothing, ICAO's head (70 to 80 % of the height of 35 x 45) and a free space of two fifths above.
 * Where the photo ends at a side, the face may be 4 % of the width off the middle.
 *
 * canvas         px of the picture; its height is the preset's height, whatever its width
 * keeps_ground   a picture beyond the photo counts on every side
 *
 * Cost: 625 tries, some 20 us.
 */
fc_similarity fc_document_place(const fc_preset *preset, const fc_head *head, fc_size canvas,
                                fc_size photo, bool keeps_ground, fc_document *out);

/**
 * How far a rule is met by a picture that lies elsewhere in the photo, because it was cropped by
 * hand: what fc_document_place says of its own.
 *
 * map   canvas px -> px of the photo. The head may lean: lengths are along its own axis, places
 *       those of its points
 */
fc_document fc_document_measure(const fc_preset *preset, const fc_head *head, fc_similarity map,
                                fc_size canvas, fc_size photo, bool keeps_ground);

/** Reasons that fc_document_judge can give, and room for each. */
#define FC_DOCUMENT_REASONS_MAX 10
#define FC_DOCUMENT_REASON_SIZE 128

/** What of a rule is not met, one line each: "the head is 29.4 mm, allowed 32 to 36". */
typedef struct fc_document_reasons {
    char items[FC_DOCUMENT_REASONS_MAX][FC_DOCUMENT_REASON_SIZE];
    int32_t count;
} fc_document_reasons;

/**
 * Compare with what the rule says; what it does not say is met.
 *
 * canvas   px of the picture
 * bytes    of the JPEG; 0: there is none
 */
fc_document_reasons fc_document_judge(const fc_preset *preset, const fc_document *document,
                                      fc_size canvas, size_t bytes);

/** Whether the photo reaches as far as the picture does: a part of fc_document_judge. */
bool fc_document_fits_photo(const fc_preset *preset, const fc_document *document);
