#define _GNU_SOURCE /* memfd_create */
#include "store/s3_blobs.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/assert.h"
#include "base/memory.h"
#include "jobs/job_id.h"

/* The largest photo, and a picture behind it. */
#define BYTES_MAX (INT64_C(2) << 30)

#define PROBE_BYTES 4096

typedef struct s3_blobs {
    fc_blobs base; /* first */
    fc_s3 *s3;
} s3_blobs;

static fc_s3 *s3_of(const fc_blobs *base)
{
    return ((const s3_blobs *)base)->s3;
}

static void close_blobs(fc_blobs *base)
{
    fc_s3_free(s3_of(base));
    fc_memory_free(base);
}

static fc_status put(fc_blobs *base, const char *name, fc_bytes bytes, fc_error *err)
{
    return fc_s3_put(s3_of(base), name, bytes, err);
}

/* What a bucket has answered for is there. */
static void settle(fc_blobs *base)
{
    (void)base;
}

/* A file without a name, in memory: whoever reads a blob needs no other way for this engine. */
static fc_status open_one(fc_blobs *base, const char *name, int *descriptor, fc_error *err)
{
    const int file = memfd_create("facecraft", MFD_CLOEXEC);
    if (file < 0) {
        return fc_fail(err, FC_IO, "%s", strerror(errno));
    }
    const fc_status status = fc_s3_get(s3_of(base), name, file, BYTES_MAX, err);
    if (status != FC_OK || lseek(file, 0, SEEK_SET) != 0) {
        (void)close(file);
        return status != FC_OK ? status : fc_fail(err, FC_IO, "%s", strerror(errno));
    }
    *descriptor = file;
    return FC_OK;
}

static fc_status size_of(fc_blobs *base, const char *name, int64_t *bytes, fc_error *err)
{
    return fc_s3_size(s3_of(base), name, bytes, err);
}

static fc_status remove_one(fc_blobs *base, const char *name, fc_error *err)
{
    return fc_s3_remove(s3_of(base), name, err);
}

/* How much room a bucket has nobody tells: a small object has to do. */
static fc_status probe(fc_blobs *base, size_t bytes, fc_error *err)
{
    static const uint8_t page[PROBE_BYTES];
    char name[FC_JOB_ID_SIZE + 8];
    char id[FC_JOB_ID_SIZE];
    (void)bytes;
    FC_TRY(fc_job_id_new(id, err));
    (void)snprintf(name, sizeof name, "probe-%s", id);
    const fc_status status = put(base, name, (fc_bytes){ page, sizeof page }, err);
    (void)(remove_one(base, name, NULL) == FC_OK);
    return status;
}

fc_status fc_s3_blobs_new(const fc_s3_settings *settings, fc_blobs **out, fc_error *err)
{
    FC_ASSERT(out != NULL);
    static const fc_blob_engine ENGINE = { .name = "S3",
                                           .close = close_blobs,
                                           .put = put,
                                           .settle = settle,
                                           .open = open_one,
                                           .size = size_of,
                                           .remove = remove_one,
                                           .probe = probe };
    s3_blobs *blobs = NULL;
    FC_TRY(fc_memory_new_zeroed(1, sizeof *blobs, (void **)&blobs, err));
    const fc_status status = fc_s3_new(settings, &blobs->s3, err);
    if (status != FC_OK) {
        fc_memory_free(blobs);
        return status;
    }
    blobs->base.engine = &ENGINE;
    *out = &blobs->base;
    return FC_OK;
}
