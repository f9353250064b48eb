#include "image/webp_scan.h"

#include <string.h>

#include "base/assert.h"
#include "base/limits.h"

#define FILE_HEADER_SIZE 12 /* "RIFF", size, "WEBP" */
#define CHUNK_HEADER_SIZE 8 /* type, size */

static size_t little_endian_32(const uint8_t *data)
{
    return data[0] | (size_t)data[1] << 8 | (size_t)data[2] << 16 | (size_t)data[3] << 24;
}

fc_status fc_webp_scan(fc_bytes file, fc_error *err)
{
    FC_ASSERT(file.size >= FILE_HEADER_SIZE);

    int frames = 0;
    size_t at = FILE_HEADER_SIZE;
    while (file.size - at >= CHUNK_HEADER_SIZE) {
        const uint8_t *chunk = file.data + at;
        if (memcmp(chunk, "ANMF", 4) == 0 && ++frames > FC_FRAMES_MAX) {
            return fc_fail(err, FC_LIMIT_EXCEEDED,
                           "an animation of more than %d pictures; at most %d are accepted",
                           FC_FRAMES_MAX, FC_FRAMES_MAX);
        }
        const size_t left = file.size - at - CHUNK_HEADER_SIZE;
        const size_t size = little_endian_32(chunk + 4);
        const size_t padded = size + size % 2;
        if (padded > left) {
            break;
        }
        at += CHUNK_HEADER_SIZE + padded;
    }
    return FC_OK;
}
