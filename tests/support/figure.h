/** A person of simple shapes, as a rough mask in levelled coordinates. */
#pragma once

#include "pipeline/levelled_person.h"

/** What is drawn, levelled units. */
typedef struct fc_test_figure {
    fc_size photo;    /* px; 100 px a unit */
    fc_point face_at; /* middle of the face in the photo, px */
    double roll_deg;
    double crown; /* y of the top of the hair, below 0 */
    double hair;  /* half of its width */
    double body;  /* half of the width of the shoulders, from y = 0.7 down */
} fc_test_figure;

/** The figure in the mask that covers all of its photo. The mask belongs to the caller. */
fc_levelled_person fc_test_figure_draw(const fc_test_figure *figure);
