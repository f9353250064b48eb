#include "pipeline/stage_functions.h"

#include <stdio.h>

fc_status fc_stage_probe(fc_photo *photo, fc_stage_report *report, fc_error *err)
{
    FC_TRY(fc_decode_probe(photo->file, &photo->limits, &photo->facts, err));
    (void)snprintf(report->note, sizeof report->note, "%s, %d x %d px",
                   fc_format_name(photo->facts.format), photo->facts.size.width,
                   photo->facts.size.height);
    return FC_OK;
}
