#include "config/sheet_options.h"

static const fc_option ROWS[] = {
#include "config/sheet.def"
};

fc_options fc_sheet_option_rows(void)
{
    return (fc_options){ ROWS, sizeof ROWS / sizeof ROWS[0] };
}
