/** Job pictures: the files of the store, their names and contents. Any thread. */
#pragma once

#include "base/attributes.h"
#include "base/error.h"
#include "store/job_store_private.h"

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

/** Write, sync and rename one picture, and return its record. */
FC_MUST_CHECK fc_status fc_picture_save(const fc_job_store *store, const char *id,
                                        const fc_job_picture *picture, fc_stored_picture *out,
                                        fc_error *err);

/** Remove a picture's file, which may be gone already. */
void fc_picture_remove(const fc_job_store *store, const char *id, fc_picture_type type,
                       int32_t number);

/** The same for the photo of an accepted job, with a tail behind it that may be empty. */
FC_MUST_CHECK fc_status fc_kept_photo_save(const fc_job_store *store, const char *id,
                                           fc_bytes photo, fc_bytes tail, fc_error *err);
void fc_kept_photo_remove(const fc_job_store *store, const char *id);
