#include "config/sheet_options.h"

#include <stdio.h>

#include "base/assert.h"

static const fc_option ROWS[] = {
#include "config/sheet.def"
};

fc_options fc_sheet_option_rows(void)
{
    return (fc_options){ ROWS, sizeof ROWS / sizeof ROWS[0] };
}

fc_status fc_sheet_options_take_preset(const fc_preset *preset, fc_sheet_options *options,
                                       fc_error *err)
{
    FC_ASSERT(preset != NULL && options != NULL);
    if (preset->width_mm <= 0) {
        return fc_fail(err, FC_INVALID_ARGUMENT,
                       "%s has no size on paper, only px; allowed for a sheet: presets in mm",
                       preset->name);
    }
    if (options->size[0] != '\0') {
        return fc_fail(err, FC_INVALID_ARGUMENT,
                       "size is \"%.40s\" with %s, which has %g x %g mm; leave one of them out",
                       options->size, preset->name, preset->width_mm, preset->height_mm);
    }
    (void)snprintf(options->size, sizeof options->size, "%gx%gmm", preset->width_mm,
                   preset->height_mm);
    options->dpi = options->dpi > 0 ? options->dpi : preset->dpi;
    return FC_OK;
}
