#define _GNU_SOURCE /* memmem */
#include "support/fc_test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"

const char *fc_test_shared_dir(void)
{
    const char *folder = getenv("FC_TEST_SHARED");
    if (folder == NULL || access(folder, R_OK) != 0) {
        return NULL;
    }
    return folder;
}

const char *fc_test_shared_file(const char *name)
{
    static char path[1024];
    if (fc_test_shared_dir() == NULL) {
        return NULL;
    }
    (void)snprintf(path, sizeof path, "%s/%s", fc_test_shared_dir(), name);
    return path;
}

float *fc_test_npy_read(const char *path, size_t *count)
{
    fc_error err = { 0 };
    FC_AUTO(fc_mapping) file = NULL;
    ASSERT_OK(fc_mapping_new(path, (size_t)1 << 30, &file, &err), err);
    assert_true(file->bytes.size > 10);
    assert_memory_equal(file->bytes.data, "\x93NUMPY\x01", 7);
    const size_t start = 10 + file->bytes.data[8] + 256u * file->bytes.data[9];
    assert_non_null(memmem(file->bytes.data, start, "<f4", 3));
    assert_non_null(memmem(file->bytes.data, start, "'fortran_order': False", 22));
    *count = (file->bytes.size - start) / sizeof(float);
    float *values = NULL;
    ASSERT_OK(fc_memory_new(*count, sizeof(float), (void **)&values, &err), err);
    memcpy(values, file->bytes.data + start, *count * sizeof(float));
    return values;
}
