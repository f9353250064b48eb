#include "infer/ort.h"

#include <stdbool.h>
#include <string.h>

#include "base/assert.h"

const OrtApi *fc_ort(void)
{
    return OrtGetApiBase()->GetApi(ORT_API_VERSION);
}

static bool is_graphic(char letter)
{
    return letter > ' ' && letter != 0x7f;
}

/* The library's texts run over several lines and name its source files and the user's folders. */
static void copy_words(const char *text, char *out, size_t size)
{
    size_t used = 0;
    out[0] = '\0';
    while (*text != '\0') {
        size_t length = 0;
        while (is_graphic(text[length])) {
            length++;
        }
        const bool is_path =
            memchr(text, '/', length) != NULL || memchr(text, '\\', length) != NULL;
        if (length > 0 && !is_path) {
            if (used + length + 2 > size) {
                return;
            }
            if (used > 0) {
                out[used++] = ' ';
            }
            memcpy(out + used, text, length);
            used += length;
            out[used] = '\0';
        }
        text += length > 0 ? length : 1;
    }
}

/* There is no code for it: the library reports it as a general failure, in these words. */
static bool is_out_of_memory(const char *text)
{
    return strstr(text, "bad_alloc") != NULL || strstr(text, "Failed to allocate memory") != NULL ||
           strstr(text, "Available memory of") != NULL;
}

static fc_status out_of_memory(const char *name, fc_error *err)
{
    return fc_fail(err, FC_OUT_OF_MEMORY, "%s: no memory for the network", name);
}

fc_status fc_ort_check(const char *name, OrtStatus *outcome, fc_error *err)
{
    FC_ASSERT(name != NULL);
    if (outcome == NULL) {
        return FC_OK;
    }
    const char *message = fc_ort()->GetErrorMessage(outcome);
    char text[FC_ERROR_TEXT_SIZE];
    copy_words(message, text, sizeof text);
    const bool no_memory = is_out_of_memory(message);
    fc_ort()->ReleaseStatus(outcome);
    if (no_memory) {
        return out_of_memory(name, err);
    }
    return fc_fail(err, FC_MODEL_UNAVAILABLE, "%s: %s", name, text);
}

fc_status fc_ort_there(const char *name, const void *object, fc_error *err)
{
    FC_ASSERT(name != NULL);
    return object != NULL ? FC_OK : out_of_memory(name, err);
}

void fc_ort_free_options(OrtSessionOptions *options)
{
    if (options != NULL) {
        fc_ort()->ReleaseSessionOptions(options);
    }
}
