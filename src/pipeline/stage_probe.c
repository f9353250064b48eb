#include "pipeline/stage_functions.h"

#include <stdio.h>

fc_status fc_stage_probe(fc_photo *photo, fc_stage_report *report, fc_error *err)
{
    if (photo->decoder == NULL) {
        FC_TRY(fc_decoder_open(photo->file, &photo->limits, &photo->decoder, err));
    }
    photo->facts = *fc_decoder_facts(photo->decoder);
    if (photo->facts.lost_profile) {
        fc_warn(&photo->warnings,
                "the photo's colour profile is damaged, or made for another kind of "
                "picture, and was left out: colours may be a little off");
    }
    if (photo->facts.zeros > 0) {
        fc_warn(
            &photo->warnings,
            "the file ends in %lld KB of zeros, as a download that broke off leaves them: part of "
            "the photo may be missing",
            (long long)(photo->facts.zeros / 1000));
    }
    (void)snprintf(report->note, sizeof report->note, "%s, %d x %d px",
                   fc_format_name(photo->facts.format), photo->facts.size.width,
                   photo->facts.size.height);
    return FC_OK;
}
