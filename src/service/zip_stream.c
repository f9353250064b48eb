#include "service/zip_stream.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/assert.h"
#include "base/memory.h"
#include "service/zip.h"

/* Headers of one file, and the directory of all. */
#define HEADER_BYTES_MAX ((size_t)16 << 20)

/* Name of a portrait before it is cleaned and cut: the photo's, a number and an ending. */
#define NAME_SIZE (FC_JOB_NAME_SIZE + 32)

typedef struct archive {
    const fc_service *service;
    fc_stored_picture *pictures;
    size_t count;
    size_t next; /* picture that is not yet begun; count: only the directory is left */
    fc_zip *zip;
    fc_buffer text; /* header or directory that is being sent */
    size_t sent;
    int descriptor;  /* of the picture that is being sent; -1: none */
    int64_t missing; /* bytes of it that its header promises and that were not sent */
    bool ended;      /* the directory is in `text` */
} archive;

static void archive_free(void *context)
{
    archive *self = context;
    if (self->descriptor >= 0) {
        (void)close(self->descriptor);
    }
    fc_buffer_clear(&self->text);
    fc_zip_free(self->zip);
    fc_memory_free(self->pictures);
    fc_memory_free(self);
}

/* photo.jpg becomes photo.png, or photo_2.png for its second portrait. */
static void name_picture(const fc_stored_picture *picture, char name[NAME_SIZE])
{
    const char *photo = picture->name[0] != '\0' ? picture->name : "portrait";
    const char *dot = strrchr(photo, '.');
    const int stem = dot != NULL && dot != photo ? (int)(dot - photo) : (int)strlen(photo);
    char number[16] = "";
    if (picture->number > 1) {
        (void)snprintf(number, sizeof number, "_%d", picture->number);
    }
    (void)snprintf(name, NAME_SIZE, "%.*s%s.%s", stem, photo, number,
                   fc_picture_type_name(picture->type));
}

static fc_status begin_picture(archive *self, fc_error *err)
{
    const fc_stored_picture *picture = &self->pictures[self->next];
    char name[NAME_SIZE];
    fc_stored_picture opened = { 0 };
    name_picture(picture, name);
    FC_TRY(fc_job_store_open_picture(self->service->store, picture->job_id, picture->type,
                                     picture->number, &self->descriptor, &opened, err));
    FC_TRY(fc_zip_add(self->zip, name, picture->bytes, picture->crc32, picture->saved_s,
                      &self->text, err));
    self->missing = picture->bytes;
    self->next++;
    return FC_OK;
}

static fc_status begin_next(archive *self, fc_error *err)
{
    fc_buffer_clear(&self->text);
    self->sent = 0;
    if (self->next < self->count) {
        return begin_picture(self, err);
    }
    self->ended = true;
    return fc_zip_end(self->zip, &self->text, err);
}

/* What is left of the header, then of the picture; 0 when both are through. -1: the picture is
 * shorter than its header says, or cannot be read. */
static ssize_t read_part(archive *self, char *piece, size_t size)
{
    const size_t left = self->text.size - self->sent;
    if (left > 0) {
        const size_t part = left < size ? left : size;
        memcpy(piece, self->text.data + self->sent, part);
        self->sent += part;
        return (ssize_t)part;
    }
    if (self->missing > 0) {
        const size_t part = (uint64_t)self->missing < size ? (size_t)self->missing : size;
        const ssize_t got = read(self->descriptor, piece, part);
        self->missing -= got > 0 ? got : 0;
        return got > 0 ? got : -1;
    }
    if (self->descriptor >= 0) {
        (void)close(self->descriptor);
        self->descriptor = -1;
    }
    return 0;
}

/* An archive that cannot go on is cut short: without its directory nobody takes it for whole. */
static bool next_piece(void *context, char *piece, size_t *size)
{
    archive *self = context;
    ssize_t part = read_part(self, piece, *size);
    if (part == 0 && !self->ended && begin_next(self, NULL) == FC_OK) {
        part = read_part(self, piece, *size);
    }
    *size = part > 0 ? (size_t)part : 0;
    return part > 0;
}

/* Said before the first byte: an archive that ends after 4 GB is of no use. */
static fc_status check_size(const archive *self, fc_error *err)
{
    int64_t bytes = FC_ZIP_OVERHEAD;
    for (size_t i = 0; i < self->count; i++) {
        bytes += self->pictures[i].bytes + FC_ZIP_OVERHEAD;
    }
    if (bytes > FC_ZIP_BYTES_MAX || self->count > FC_ZIP_ENTRIES_MAX) {
        return fc_fail(err, FC_LIMIT_EXCEEDED,
                       "%zu portraits of %.1f GB together; an archive holds at most %d and 4 GB",
                       self->count, (double)bytes / 1e9, FC_ZIP_ENTRIES_MAX);
    }
    return FC_OK;
}

static fc_status fill(archive *self, const char *job_id, fc_error *err)
{
    FC_TRY(fc_job_store_pictures(self->service->store, job_id, &self->pictures, &self->count, err));
    if (self->count == 0) {
        return fc_fail(err, FC_NOT_FOUND, "Job not found");
    }
    FC_TRY(check_size(self, err));
    FC_TRY(fc_zip_new(&self->zip, err));
    return begin_next(self, err);
}

fc_status fc_zip_stream_start(const fc_service *service, const char *job_id,
                              fc_http_response *response, fc_error *err)
{
    FC_ASSERT(response != NULL);

    archive *self = NULL;
    FC_TRY(fc_memory_new_zeroed(1, sizeof *self, (void **)&self, err));
    self->service = service;
    self->descriptor = -1;
    self->text = FC_BUFFER(HEADER_BYTES_MAX);
    const fc_status status = fill(self, job_id, err);
    if (status != FC_OK) {
        archive_free(self);
        return status;
    }
    fc_http_set_stream(response, "application/zip", next_piece, self, archive_free);
    return FC_OK;
}
