#include "store/blobs.h"

#include <string.h>
#include <unistd.h>

#include "base/assert.h"
#include "base/file.h"

/* Names are ours: made of ids, numbers and endings. */
static void check_name(const char *name)
{
    FC_ASSERT(name != NULL);
    const size_t length = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789.-");
    FC_ASSERT(length >= 1 && length < FC_BLOB_NAME_SIZE && name[length] == '\0');
    FC_ASSERT(name[0] != '.' && name[0] != '-');
}

void fc_blobs_close(fc_blobs *blobs)
{
    if (blobs != NULL) {
        blobs->engine->close(blobs);
    }
}

fc_status fc_blobs_put(fc_blobs *blobs, const char *name, fc_bytes bytes, fc_error *err)
{
    FC_ASSERT(blobs != NULL);
    check_name(name);
    return blobs->engine->put(blobs, name, bytes, err);
}

void fc_blobs_settle(fc_blobs *blobs)
{
    FC_ASSERT(blobs != NULL);
    blobs->engine->settle(blobs);
}

fc_status fc_blobs_open(fc_blobs *blobs, const char *name, int *descriptor, fc_error *err)
{
    FC_ASSERT(blobs != NULL && descriptor != NULL);
    check_name(name);
    return blobs->engine->open(blobs, name, descriptor, err);
}

static fc_status read_all(int descriptor, size_t size, fc_buffer *out, fc_error *err)
{
    *out = FC_BUFFER(size);
    FC_TRY(fc_file_read_rest(descriptor, out, err));
    return out->size < size ? fc_fail(err, FC_IO, "it is cut short") : FC_OK;
}

fc_status fc_blobs_read(fc_blobs *blobs, const char *name, size_t size, fc_buffer *out,
                        fc_error *err)
{
    FC_ASSERT(out != NULL);
    int descriptor = -1;
    FC_TRY(fc_blobs_open(blobs, name, &descriptor, err));
    const fc_status status = read_all(descriptor, size, out, err);
    (void)close(descriptor);
    return status;
}

fc_status fc_blobs_size(fc_blobs *blobs, const char *name, int64_t *bytes, fc_error *err)
{
    FC_ASSERT(blobs != NULL && bytes != NULL);
    check_name(name);
    return blobs->engine->size(blobs, name, bytes, err);
}

fc_status fc_blobs_remove(fc_blobs *blobs, const char *name, fc_error *err)
{
    FC_ASSERT(blobs != NULL);
    check_name(name);
    return blobs->engine->remove(blobs, name, err);
}

fc_status fc_blobs_probe(fc_blobs *blobs, size_t bytes, fc_error *err)
{
    FC_ASSERT(blobs != NULL);
    return blobs->engine->probe(blobs, bytes, err);
}
