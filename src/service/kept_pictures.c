#include "service/kept_pictures.h"

#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "base/assert.h"
#include "base/limits.h"
#include "http/base64.h"

static fc_status read_descriptor(int descriptor, fc_buffer *out, fc_error *err)
{
    char piece[16384];
    ssize_t got = 0;
    while ((got = read(descriptor, piece, sizeof piece)) > 0) {
        FC_TRY(fc_buffer_append(out, piece, (size_t)got, err));
    }
    return got == 0 ? FC_OK : fc_fail(err, FC_IO, "a portrait cannot be read");
}

fc_status fc_kept_picture_read(const fc_service *service, const char *id, fc_picture_type type,
                               int32_t number, fc_buffer *out, fc_error *err)
{
    FC_ASSERT(out != NULL);
    int descriptor = -1;
    fc_stored_picture picture = { 0 };
    FC_TRY(fc_job_store_open_picture(service->store, id, type, number, &descriptor, &picture, err));
    const fc_status status = read_descriptor(descriptor, out, err);
    (void)close(descriptor);
    return status;
}

/* Base64 is not kept beside the pictures: it is made again. `found` is set when there is one. */
static fc_status add_base64(const fc_service *service, const char *id, fc_picture_type type,
                            int32_t number, const char *key, json_t *answer, bool *found,
                            fc_error *err)
{
    FC_AUTO_BUFFER(picture, FC_PORTRAIT_BYTES_MAX);
    FC_AUTO_BUFFER(text, 2 * FC_PORTRAIT_BYTES_MAX);
    const fc_status status = fc_kept_picture_read(service, id, type, number, &picture, err);
    if (status == FC_NOT_FOUND) {
        return FC_OK; /* not every portrait has both types */
    }
    FC_TRY(status);
    FC_TRY(fc_base64_encode(fc_buffer_bytes(&picture), &text, err));
    *found = true;
    return json_object_set_new(answer, key, json_string(fc_buffer_text(&text))) == 0
               ? FC_OK
               : fc_fail(err, FC_OUT_OF_MEMORY, "no memory for an answer");
}

static fc_status fill_portrait(const fc_service *service, const char *id, int32_t number,
                               json_t *answer, fc_error *err)
{
    bool found = false;
    if (id == NULL || !json_is_true(json_object_get(answer, "success"))) {
        return FC_OK;
    }
    FC_TRY(add_base64(service, id, FC_PICTURE_PNG, number, "png_base64", answer, &found, err));
    FC_TRY(add_base64(service, id, FC_PICTURE_JPEG, number, "jpg_base64", answer, &found, err));
    return found ? FC_OK : fc_fail(err, FC_NOT_FOUND, "Job not found");
}

fc_status fc_kept_pictures_fill(const fc_service *service, const char *id, json_t *answer,
                                fc_error *err)
{
    FC_ASSERT(service != NULL);
    FC_ASSERT(answer != NULL);
    json_t *results = json_object_get(answer, "results");
    json_t *portraits = json_object_get(answer, "portraits");
    for (size_t i = 0; i < json_array_size(results); i++) {
        json_t *result = json_array_get(results, i);
        const char *item = json_string_value(json_object_get(result, "job_id"));
        FC_TRY(fill_portrait(service, item, 1, result, err));
    }
    if (results == NULL) {
        FC_TRY(fill_portrait(service, id, 1, answer, err));
    }
    for (size_t i = 0; i < json_array_size(portraits); i++) {
        FC_TRY(fill_portrait(service, id, (int32_t)i + 1, json_array_get(portraits, i), err));
    }
    return FC_OK;
}
