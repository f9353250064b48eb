#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/assert.h"

static const fc_status_info TABLE[] = {
#define FC_STATUS(name, slug, exit_code, meaning) { #name, slug, meaning, exit_code },
#include "base/status.def"
#undef FC_STATUS
};

int fc_status_count(void)
{
    return (int)(sizeof TABLE / sizeof TABLE[0]);
}

const fc_status_info *fc_status_lookup(fc_status status)
{
    FC_ASSERT((int)status >= 0);
    FC_ASSERT((int)status < fc_status_count());
    return &TABLE[status];
}

fc_status fc_fail(fc_error *err, fc_status status, const char *format, ...)
{
    FC_ASSERT(status != FC_OK);
    if (err != NULL) {
        err->status = status;
        va_list arguments;
        va_start(arguments, format);
        (void)vsnprintf(err->text, sizeof err->text, format, arguments);
        va_end(arguments);
    }
    return status;
}
