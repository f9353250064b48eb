#include "pipeline/stage_functions.h"

#include "ops/foreground.h"

/* Edge colours come from the matte alone: the oval cuts the person, not the background. */
fc_status fc_stage_foreground(fc_portrait *portrait, fc_stage_report *report, fc_error *err)
{
    (void)report;
    return fc_foreground(portrait->canvas, portrait->matte, portrait->frame.face_in_canvas.height,
                         &portrait->person, err);
}
