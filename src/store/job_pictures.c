/* The files of the store: their names, writing and removing them. */
#include "store/job_pictures.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/assert.h"
#include "base/crc32.h"
#include "base/digest.h"
#include "base/number.h"

/* Of the file that keeps the photo of an accepted job. */
#define PHOTO_ENDING ".photo"

void fc_picture_name(const char *id, fc_picture_type type, int32_t number,
                     char name[FC_PICTURE_NAME_SIZE])
{
    FC_ASSERT(fc_job_id_valid(id));
    FC_ASSERT(number >= 1 && number <= FC_FACES_MAX);
    (void)snprintf(name, FC_PICTURE_NAME_SIZE, "%s-%d.%s", id, number, fc_picture_type_name(type));
}

void fc_kept_photo_name(const char *id, char name[FC_PICTURE_NAME_SIZE])
{
    FC_ASSERT(fc_job_id_valid(id));
    (void)snprintf(name, FC_PICTURE_NAME_SIZE, "%s" PHOTO_ENDING, id);
}

/* What comes behind a whole name: nothing, ".part" where it is not finished, or ".1234-5.part" as
 * version 1.0.0 named that. */
static fc_file_kind parse_rest(const char *rest, fc_file_kind whole)
{
    if (*rest == '\0') {
        return whole;
    }
    const char *old = rest + 1 + strspn(rest + 1, "0123456789-");
    const bool part = strcmp(rest, ".part") == 0 || (*rest == '.' && strcmp(old, ".part") == 0);
    return part ? FC_FILE_PART : FC_FILE_FOREIGN;
}

/* "png", or "png.part" */
static fc_file_kind parse_ending(const char *text, fc_picture_type *type)
{
    for (int i = 0; i < FC_PICTURE_TYPES_COUNT; i++) {
        const char *name = fc_picture_type_name((fc_picture_type)i);
        const size_t length = strlen(name);
        if (strncmp(text, name, length) == 0) {
            *type = (fc_picture_type)i;
            return parse_rest(text + length, FC_FILE_PICTURE);
        }
    }
    return FC_FILE_FOREIGN;
}

fc_file_kind fc_picture_parse_name(const char *name, char id[FC_JOB_ID_SIZE], fc_picture_type *type,
                                   int32_t *number)
{
    (void)snprintf(id, FC_JOB_ID_SIZE, "%s", name);
    if (!fc_job_id_valid(id)) {
        return FC_FILE_FOREIGN;
    }
    const char *behind = name + FC_JOB_ID_SIZE - 1;
    if (strncmp(behind, PHOTO_ENDING, strlen(PHOTO_ENDING)) == 0) {
        return parse_rest(behind + strlen(PHOTO_ENDING), FC_FILE_PHOTO);
    }
    if (*behind != '-') {
        return FC_FILE_FOREIGN;
    }
    const char *digits = name + FC_JOB_ID_SIZE;
    const size_t length = strspn(digits, "0123456789");
    char text[8];
    int64_t value = 0;
    if (length == 0 || length >= sizeof text || digits[length] != '.') {
        return FC_FILE_FOREIGN;
    }
    (void)snprintf(text, sizeof text, "%.*s", (int)length, digits);
    if (!fc_parse_integer(text, &value) || value < 1 || value > FC_FACES_MAX) {
        return FC_FILE_FOREIGN;
    }
    *number = (int32_t)value;
    return parse_ending(digits + length + 1, type);
}

/* The reason only: clients need not know where the server keeps its files. */
static fc_status put(fc_blobs *blobs, const char *name, fc_bytes content, const char *what,
                     fc_error *err)
{
    fc_error why = { 0 };
    const fc_status status = fc_blobs_put(blobs, name, content, &why);
    return status == FC_OK ? FC_OK
                           : fc_fail(err, status, "the %s could not be kept: %s", what, why.text);
}

fc_status fc_picture_save_as(fc_blobs *blobs, const char *blob, const fc_job_picture *picture,
                             fc_stored_picture *out, fc_error *err)
{
    FC_TRY(put(blobs, blob, picture->bytes, "portrait", err));
    *out = (fc_stored_picture){ .type = picture->type,
                                .number = picture->number,
                                .bytes = (int64_t)picture->bytes.size,
                                .saved_s = (int64_t)time(NULL),
                                .crc32 = fc_crc32(0, picture->bytes) };
    fc_digest_of(picture->bytes, out->digest);
    return FC_OK;
}

fc_status fc_picture_save(fc_blobs *blobs, const char *id, const fc_job_picture *picture,
                          fc_stored_picture *out, fc_error *err)
{
    char name[FC_PICTURE_NAME_SIZE];
    fc_picture_name(id, picture->type, picture->number, name);
    FC_TRY(fc_picture_save_as(blobs, name, picture, out, err));
    (void)snprintf(out->job_id, sizeof out->job_id, "%s", id);
    return FC_OK;
}

fc_status fc_picture_open(fc_blobs *blobs, const char *id, fc_picture_type type, int32_t number,
                          int *descriptor, fc_error *err)
{
    char name[FC_PICTURE_NAME_SIZE];
    fc_error why = { 0 };
    fc_picture_name(id, type, number, name);
    const fc_status status = fc_blobs_open(blobs, name, descriptor, &why);
    if (status == FC_NOT_FOUND) {
        return fc_fail(err, FC_NOT_FOUND, "Job not found");
    }
    return status == FC_OK ? FC_OK : fc_fail(err, status, "the portrait: %s", why.text);
}

/* What stays is an orphan, removed at the next start. */
static void remove_blob(fc_blobs *blobs, const char *name)
{
    (void)(fc_blobs_remove(blobs, name, NULL) == FC_OK);
}

void fc_picture_remove(fc_blobs *blobs, const char *id, fc_picture_type type, int32_t number)
{
    char name[FC_PICTURE_NAME_SIZE];
    fc_picture_name(id, type, number, name);
    remove_blob(blobs, name);
}

fc_status fc_kept_photo_save(fc_blobs *blobs, const char *id, fc_bytes photo, fc_bytes tail,
                             fc_error *err)
{
    char name[FC_PICTURE_NAME_SIZE];
    fc_kept_photo_name(id, name);
    if (tail.size == 0) {
        return put(blobs, name, photo, "photo", err);
    }
    FC_AUTO_BUFFER(both, photo.size + tail.size);
    FC_TRY(fc_buffer_append(&both, photo.data, photo.size, err));
    FC_TRY(fc_buffer_append(&both, tail.data, tail.size, err));
    return put(blobs, name, fc_buffer_bytes(&both), "photo", err);
}

fc_status fc_kept_photo_read(fc_blobs *blobs, const char *id, size_t size, fc_buffer *out,
                             fc_error *err)
{
    char name[FC_PICTURE_NAME_SIZE];
    fc_error why = { 0 };
    fc_kept_photo_name(id, name);
    const fc_status status = fc_blobs_read(blobs, name, size, out, &why);
    return status == FC_OK ? FC_OK
                           : fc_fail(err, status == FC_NOT_FOUND ? FC_IO : status,
                                     "the photo cannot be read: %s", why.text);
}

void fc_kept_photo_remove(fc_blobs *blobs, const char *id)
{
    char name[FC_PICTURE_NAME_SIZE];
    fc_kept_photo_name(id, name);
    remove_blob(blobs, name);
}
