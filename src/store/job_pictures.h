/** Job pictures: the blobs of the store, their names and what is in them. Any thread. */
#pragma once

#include "base/attributes.h"
#include "base/error.h"
#include "base/limits.h"
#include "store/blobs.h"
#include "store/job_record.h"

/** Name of a file of the store: 32 digits, "-", the portrait's number, ".webp", or ".photo"; with
 *  its final zero. */
#define FC_PICTURE_NAME_SIZE 64

/** Name of the file in the folder. */
void fc_picture_name(const char *id, fc_picture_type type, int32_t number,
                     char name[FC_PICTURE_NAME_SIZE]);

/** Name of the file that keeps the photo of an accepted job. */
void fc_kept_photo_name(const char *id, char name[FC_PICTURE_NAME_SIZE]);

/** Kind of a file, from its name in the folder. */
typedef enum fc_file_kind {
    FC_FILE_FOREIGN, /* not ours: left alone */
    FC_FILE_PICTURE,
    FC_FILE_PHOTO, /* of an accepted job */
    FC_FILE_PART,  /* begun and never finished */
} fc_file_kind;

/** The kind of a file name, its job and, for a picture, its number. */
fc_file_kind fc_picture_parse_name(const char *name, char id[FC_JOB_ID_SIZE], fc_picture_type *type,
                                   int32_t *number);

/** Keep one picture under a name, and tell what to record; job_id and name are left empty. */
FC_MUST_CHECK fc_status fc_picture_save_as(fc_blobs *blobs, const char *blob,
                                           const fc_job_picture *picture, fc_stored_picture *out,
                                           fc_error *err);

/** The same under its usual name, with job_id. */
FC_MUST_CHECK fc_status fc_picture_save(fc_blobs *blobs, const char *id,
                                        const fc_job_picture *picture, fc_stored_picture *out,
                                        fc_error *err);

/** Open a picture as fc_blobs_open. */
FC_MUST_CHECK fc_status fc_picture_open(fc_blobs *blobs, const char *id, fc_picture_type type,
                                        int32_t number, int *descriptor, fc_error *err);

/** Remove a picture, which may be gone already. */
void fc_picture_remove(fc_blobs *blobs, const char *id, fc_picture_type type, int32_t number);

/** The same for the photo of an accepted job, with a tail behind it that may be empty. */
FC_MUST_CHECK fc_status fc_kept_photo_save(fc_blobs *blobs, const char *id, fc_bytes photo,
                                           fc_bytes tail, fc_error *err);
/** Photo and tail; `size` bytes in all. Errors: as fc_blobs_read, but FC_IO where it is not there.
 */
FC_MUST_CHECK fc_status fc_kept_photo_read(fc_blobs *blobs, const char *id, size_t size,
                                           fc_buffer *out, fc_error *err);
void fc_kept_photo_remove(fc_blobs *blobs, const char *id);
