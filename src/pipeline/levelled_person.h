/**
 * Levelled person: the rough mask of a portrait's person and the borders of the photo, asked for in
 * the levelled coordinates of its face (pipeline/face_pose.h). Any thread.
 */
#pragma once

#include "pipeline/face_pose.h"
#include "pipeline/portrait.h"

typedef struct fc_levelled_person {
    fc_similarity to_photo; /* levelled -> px of the photo */
    fc_size photo;
    const fc_plane *mask; /* borrowed; NULL: the person is not known */
    fc_box covered;       /* px of the preview that the mask covers */
    fc_similarity to_preview;
} fc_levelled_person;

/**
 * The person of a portrait, with the eye line turned by `roll_rad`.
 *
 * portrait   stage segment is done
 */
fc_levelled_person fc_levelled_person_of(const fc_portrait *portrait, const fc_face_pose *pose,
                                         double roll_rad);

bool fc_levelled_person_in_photo(const fc_levelled_person *person, fc_point at);

/** How much of a point is the person, 0..1; 0 beyond what the mask covers. Cost: one px is read. */
double fc_levelled_person_share(const fc_levelled_person *person, fc_point at);
