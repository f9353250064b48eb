#include "compat/removebg_sources.h"

#include "base/assert.h"
#include "compat/removebg_answer.h"

void fc_removebg_sources_clear(fc_removebg_sources *sources)
{
    fc_buffer_clear(&sources->fetched_photo);
    fc_buffer_clear(&sources->fetched_backdrop);
}

static fc_bytes file_of(const fc_http_request *request, const char *field)
{
    const fc_http_file *file = fc_http_file_lookup(request, field);
    return file != NULL ? file->bytes : (fc_bytes){ NULL, 0 };
}

/* NULL where the field is absent or empty. */
static const char *text_of(const fc_http_request *request, const char *name)
{
    const char *value = fc_http_pairs_lookup(request->fields, name);
    return value != NULL && value[0] != '\0' ? value : NULL;
}

/* What each way to fail is called, for the photo and for the background. */
static const char *word_of(fc_status status, bool backdrop)
{
    switch ((int)status) {
    case FC_INVALID_ARGUMENT:
        return backdrop ? "invalid_bg_image_url" : "invalid_image_url";
    case FC_UNSUPPORTED_FORMAT:
        return backdrop ? "failed_bg_download" : "invalid_file_type";
    case FC_LIMIT_EXCEEDED:
        return backdrop ? "failed_bg_download" : "file_too_large";
    case FC_NOT_FOUND:
    case FC_DEADLINE:
        return backdrop ? "failed_bg_download" : "failed_image_download";
    default:
        return NULL;
    }
}

static fc_status fetch(const fc_fetch_rules *rules, const char *url, bool backdrop, fc_buffer *out,
                       fc_http_response *response, bool *refused, fc_error *err)
{
    fc_error why = { 0 };
    if (fc_fetch(rules, url, out, &why) == FC_OK) {
        return FC_OK;
    }
    const char *word = word_of(why.status, backdrop);
    if (word == NULL) {
        return fc_fail(err, why.status, "%s", why.text);
    }
    *refused = true;
    fc_removebg_refuse(response, word, "%s: %s", backdrop ? "bg_image_url" : "image_url", why.text);
    return FC_OK;
}

/* The photo, or (empty) none; `url` is set where it is to be fetched. False: it was refused. */
static bool choose_photo(const fc_http_request *request, fc_bytes *out, const char **url,
                         fc_http_response *response)
{
    const fc_bytes file = file_of(request, "image_file");
    const fc_bytes text = file_of(request, "image_file_b64");
    *url = text_of(request, "image_url");
    switch ((file.size > 0) + (text.size > 0) + (*url != NULL)) {
    case 0:
        fc_removebg_refuse(response, "missing_source",
                           "No image given: image_file, image_file_b64 or image_url");
        return false;
    case 1:
        *out = file.size > 0 ? file : text;
        return true;
    default:
        fc_removebg_refuse(response, "multiple_sources",
                           "Multiple image sources given: only one of image_file, image_file_b64 "
                           "and image_url is allowed");
        return false;
    }
}

static bool choose_backdrop(const fc_http_request *request, bool has_colour, fc_bytes *out,
                            const char **url, fc_http_response *response)
{
    *out = file_of(request, "bg_image_file");
    *url = text_of(request, "bg_image_url");
    if ((out->size > 0) + (*url != NULL) + has_colour > 1) {
        fc_removebg_refuse(response, "multiple_bg_sources",
                           "Only one of bg_color, bg_image_url and bg_image_file is allowed");
        return false;
    }
    return true;
}

fc_status fc_removebg_find_sources(const fc_fetch_rules *rules, const fc_http_request *request,
                                   bool has_colour, fc_removebg_sources *out,
                                   fc_http_response *response, bool *refused, fc_error *err)
{
    FC_ASSERT(rules != NULL && request != NULL);
    FC_ASSERT(out != NULL && refused != NULL);
    const char *url = NULL;
    const char *backdrop_url = NULL;
    *refused = !choose_photo(request, &out->photo, &url, response) ||
               !choose_backdrop(request, has_colour, &out->backdrop, &backdrop_url, response);
    if (!*refused && url != NULL) {
        FC_TRY(fetch(rules, url, false, &out->fetched_photo, response, refused, err));
        out->photo = fc_buffer_bytes(&out->fetched_photo);
    }
    if (!*refused && backdrop_url != NULL) {
        FC_TRY(fetch(rules, backdrop_url, true, &out->fetched_backdrop, response, refused, err));
        out->backdrop = fc_buffer_bytes(&out->fetched_backdrop);
    }
    return FC_OK;
}
