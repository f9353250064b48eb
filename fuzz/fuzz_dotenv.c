/** Any bytes as a .env file: names are clean, values end, and nothing is read behind the text. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/assert.h"
#include "cli/dotenv.h"

static fc_status look(void *context, const char *name, const char *value, fc_error *err)
{
    (void)err;
    FC_ASSERT(name[0] != '\0');
    *(size_t *)context += strlen(name) + strlen(value);
    return FC_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fc_error err = { 0 };
    size_t read = 0;
    const fc_status status = fc_dotenv_parse((fc_bytes){ data, size }, look, &read, &err);
    FC_ASSERT(read <= size);
    FC_ASSERT(status == FC_OK || err.text[0] != '\0');
    return 0;
}
