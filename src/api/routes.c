#include "api/routes.h"

#include <string.h>

#include "compat/handlers.h"
#include "compat/removebg_answer.h"

/* Paths that are signed. */
#define AS_SENT "/image"

/* The first and the last of those that a node has which only works. */
#define FIRST_OF_WORKER "/health"
#define LAST_OF_WORKER "/metrics"

#define FIRST_OF_OTHERS "/v1.0/removebg"

/* The table of routes: everything that the service answers to. From it come dispatch, 404 and 405,
 * labels of log and metrics, openapi.json and docs/routes.md.
 *
 * The last but one names the fields of the body: rows of config/params.def and of service/form.c,
 * `params` for all of the former, -NAME for all but that one; `background_file` is a second file,
 * `sheet_options` all rows of config/sheet.def.
 *
 * The last column has the answers, but for those refusals that all routes have: "CODE TEXT:
 * CONTENT" joined by " | ". CONTENT is media types, or what a JSON object is called in the tables
 * of schemas (report/schema.h; NAME[] is a list of them, `object` any). A code alone is the usual
 * answer of that code. NULL: they are those of another service, in api/docs/openapi.json. */
/* clang-format off */
static const fc_http_route ROUTES[] = {
    { FC_HTTP_POST, "/api/v1/process", fc_handle_process, FC_HTTP_FEW_PHOTOS, false,
      "process", "portraits", "Turn a photo into a portrait",
      "Answers when the portrait is done, or at once with 202 when `Prefer: respond-async` asks "
      "for that. With `format` the answer is the picture itself. A photo without a face is "
      "answered with 200 and `success` false. An `Idempotency-Key` makes a repeated request "
      "harmless.",
      "params background_file return_base64 format callback_url lang",
      "200 The facts, or the picture itself: Answer image/png image/jpeg image/webp | 202 | 409" },
    { FC_HTTP_POST, "/api/v1/process/quick", fc_handle_quick, FC_HTTP_FEW_PHOTOS, false,
      "process_quick", "portraits", "Turn a photo into a square PNG and answer with it",
      "Nothing is kept.",
      "params -width -height background_file size",
      "200 The portrait: image/png image/jpeg image/webp" },
    { FC_HTTP_POST, "/api/v1/process/batch", fc_handle_batch, FC_HTTP_MANY_PHOTOS, false,
      "process_batch", "portraits", "Turn several photos into portraits",
      "The photos are worked on in parallel; the results come in the order of the upload, and one "
      "bad photo does not spoil the others.",
      "params background_file return_base64 callback_url lang",
      "200 What came of each photo: BatchAnswer | 202 | 409" },
    { FC_HTTP_POST, "/api/v1/profiles/{name}", fc_handle_profile, FC_HTTP_ONE_PHOTO, false,
      "process_profile", "portraits", "Turn a photo into the JPEG that one kind of directory takes",
      "Size, bytes and shape are those of the profile, such as `ad`, `graph` or `badge`, or one "
      "of your own (`profiles_file`); a photo with fewer px gives a smaller picture. Nothing is kept.",
      "params -preset -width -height -min_jpeg_kb -max_jpeg_kb -dpi -use_oval_mask -enlarge",
      "200 The picture: image/jpeg | 404" },
    { FC_HTTP_POST, "/api/v1/check", fc_handle_check, FC_HTTP_ONE_PHOTO, false,
      "check", "portraits", "Tell how well a photo suits a document",
      "Nothing is made or kept. A photo without a face is answered with 200 and `success` false. With "
      "`preset` also how far the photo as it is meets its rule.",
      "preset face matte matte_quality lang",
      "200 The check; without a face, `check` is null and `error` says so: CheckAnswer" },
    { FC_HTTP_POST, "/api/v1/sheet", fc_handle_sheet, FC_HTTP_ONE_PHOTO, false,
      "sheet", "portraits", "Put a portrait on a sheet to print",
      "As often as it fits, turned where that makes more of them, in exact millimetres. The portrait "
      "is any picture; its middle covers the size. `X-Pictures` tells how many. Nothing is kept.",
      "sheet_options",
      "200 The sheet: application/pdf image/jpeg image/png" },
    { FC_HTTP_POST, "/api/v1/analyze", fc_handle_analyze, FC_HTTP_ONE_PHOTO, false,
      "analyze", "live", "Look at a photo once, to render portraits from it",
      "Tells the faces, and a token for /api/v1/render. The photo is kept in memory only, for a few "
      "minutes, and overwritten then. A photo without a face is answered with 200 and no token. A "
      "face of `face_box` that no network sees has a score of 0.",
      "background background_r background_g background_b face_box",
      "200 What was found; without a face, `token` is null and `error` says so: Analysis" },
    { FC_HTTP_DELETE, "/api/v1/analyze/{token}", fc_handle_forget_analysis, FC_HTTP_NO_BODY, false,
      "forget_analysis", "live", "Overwrite an analysed photo now", NULL, NULL,
      "200 Overwritten: Message | 404 | 410" },
    { FC_HTTP_GET, "/api/v1/analyze/{token}/original", fc_handle_original, FC_HTTP_NO_BODY, false,
      "original", "live", "Show an analysed photo, reduced",
      "Upright, with at most 1600 px a side, for clients that cannot show its format.", NULL,
      "200 The photo: image/jpeg | 404 | 410" },
    { FC_HTTP_POST, "/api/v1/render/{token}", fc_handle_render, FC_HTTP_BACKGROUND, false,
      "render", "live", "Render a portrait of an analysed photo",
      "The same picture as /api/v1/process gives for the same fields, many times faster. With "
      "`preview` it is smaller, with `sheet` it is printed on a paper, as /api/v1/sheet does.",
      "params background_file format preview sheet",
      "200 The portrait, or the sheet: image/png image/jpeg image/webp application/pdf | 404 | 410" },
    { FC_HTTP_GET, "/api/v1/jobs/{job_id}", fc_handle_job, FC_HTTP_NO_BODY, false,
      "job", "jobs", "Tell how far a job is, or what came of it", NULL, NULL,
      "200 The job: Job | 404" },
    { FC_HTTP_DELETE, "/api/v1/jobs/{job_id}", fc_handle_delete_job, FC_HTTP_NO_BODY, false,
      "delete_job", "jobs", "Delete a finished job, or cancel one that waits or runs", NULL, NULL,
      "200 Deleted, cancelled, or not found, as `message` says: Message" },
    { FC_HTTP_GET, "/api/v1/jobs/{job_id}/events", fc_handle_events, FC_HTTP_NO_BODY, false,
      "job_events", "jobs", "Follow a job by server-sent events",
      "One `status` event for each change; the stream ends with the job.", NULL,
      "200 Events named `status`, each with the job as its data: text/event-stream | 404" },
    { FC_HTTP_GET, "/api/v1/download/{job_id}/{format}", fc_handle_download, FC_HTTP_NO_BODY, false,
      "download", "jobs", "Download a portrait, or all of a job as a ZIP",
      "`number` chooses among the portraits of a photo (`face=all`). Supports conditional and "
      "range requests.", NULL,
      "200 The file: image/png image/jpeg image/webp application/zip | 206 A part of the "
      "file: image/png image/jpeg image/webp | 304 | 404 | 416 The file has no such part: "
      "Detail" },
    { FC_HTTP_GET, "/image/{signature}/{options}/{address}", fc_handle_image, FC_HTTP_NO_BODY, true,
      "image", "portraits", "The portrait of a photo that lies on the web, by a signed address",
      "For `<img src>`: no key is asked, the path is signed instead (`facecraft sign`). The photo is "
      "fetched where FACECRAFT_FETCH_URLS allows that, and the portrait is kept for a while. "
      "Supports conditional and range requests. `X-Face-Count` is 0 for the middle of a photo "
      "without a face.", NULL,
      "200 The portrait: image/webp image/png image/jpeg | 206 A part of it: image/webp image/png "
      "image/jpeg | 304 | 403 The signature is not one of ours: Detail | 404 Without a key for "
      "signing, or there is no photo at this address: Detail | 413 The photo is too large: Detail | "
      "416 The image has no such part: Detail | 422 An option or an address is none: Detail | 500 | "
      "503 | 504" },
    { FC_HTTP_GET, "/health", fc_handle_health, FC_HTTP_NO_BODY, true,
      "health", "operation", "Tell that the process lives", NULL, NULL,
      "200 The process lives: Health" },
    { FC_HTTP_GET, "/livez", fc_handle_health, FC_HTTP_NO_BODY, true,
      "livez", "operation", "The same, as Kubernetes names it", NULL, NULL,
      "200 The process lives: Health" },
    { FC_HTTP_GET, "/ready", fc_handle_ready, FC_HTTP_NO_BODY, true,
      "ready", "operation", "Tell whether work is accepted", NULL, NULL,
      "200 Work is accepted: Ready | 503 It is not: Ready" },
    { FC_HTTP_GET, "/readyz", fc_handle_ready, FC_HTTP_NO_BODY, true,
      "readyz", "operation", "The same, as Kubernetes names it", NULL, NULL,
      "200 Work is accepted: Ready | 503 It is not: Ready" },
    { FC_HTTP_GET, "/status", fc_handle_status, FC_HTTP_NO_BODY, false,
      "status", "operation", "Version, device, models and counts", NULL, NULL,
      "200 The state of the service: Status" },
    { FC_HTTP_GET, "/metrics", fc_handle_metrics, FC_HTTP_NO_BODY, false,
      "metrics", "operation", "Metrics for Prometheus", NULL, NULL,
      "200 Prometheus text format: text/plain" },
    { FC_HTTP_GET, "/api/v1/models", fc_handle_models, FC_HTTP_NO_BODY, false,
      "models", "operation", "Models: licence, hash, origin, and whether each is loaded", NULL, NULL,
      "200 The models: ModelFile[]" },
    { FC_HTTP_GET, "/api/v1/presets", fc_handle_presets, FC_HTTP_NO_BODY, false,
      "presets", "portraits", "What the field `preset` takes, with rules, sources and dates", NULL, NULL,
      "200 The presets: Preset[]" },
    { FC_HTTP_GET, "/", fc_handle_root, FC_HTTP_NO_BODY, true,
      "root", "documentation", "The page for people; programs are sent to the documentation", NULL, NULL,
      "200 The page, for who accepts text/html: text/html | 304 | 307 To /docs" },
    { FC_HTTP_GET, "/ui/{file}", fc_handle_page_file, FC_HTTP_NO_BODY, true,
      "page_file", "documentation", "A file of the page for people", NULL, NULL,
      "200 The file: text/javascript text/css object image/svg+xml | 304 | 404" },
    { FC_HTTP_GET, "/docs", fc_handle_docs, FC_HTTP_NO_BODY, true,
      "docs", "documentation", "This interface as a page to try", NULL, NULL,
      "200 The page: text/html | 304" },
    { FC_HTTP_GET, "/docs/{file}", fc_handle_docs_asset, FC_HTTP_NO_BODY, true,
      "docs_file", "documentation", "A file of that page", NULL, NULL,
      "200 The file: text/javascript text/css | 304 | 404" },
    { FC_HTTP_GET, "/openapi.json", fc_handle_openapi, FC_HTTP_NO_BODY, true,
      "openapi", "documentation", "This interface as OpenAPI 3.1", NULL, NULL,
      "200 OpenAPI 3.1: object | 304" },

    /* From here on: other services' interfaces, which FACECRAFT_COMPAT=off leaves out. */
    { FC_HTTP_POST, FIRST_OF_OTHERS, fc_handle_removebg, FC_HTTP_FEW_PHOTOS, false,
      "removebg", "other services", "Cut people out, as remove.bg does",
      "Takes its fields, answers with its headers and refuses in its words.", NULL,
      NULL },
    { FC_HTTP_GET, "/v1.0/account", fc_handle_removebg_account, FC_HTTP_NO_BODY, false,
      "removebg_account", "other services", "Tell of credits, as remove.bg does", NULL, NULL,
      NULL },
    { FC_HTTP_POST, "/api/remove", fc_handle_rembg, FC_HTTP_ONE_PHOTO, false,
      "rembg", "other services", "Cut people out, as rembg's server does", NULL, NULL,
      NULL },
    { FC_HTTP_GET, "/api/remove", fc_handle_rembg_url, FC_HTTP_NO_BODY, false,
      "rembg_url", "other services", "The same with the photo of an address", NULL, NULL,
      NULL },
};
/* clang-format on */

/* Whose words are spoken where; our own everywhere else. */
static const fc_http_error_format CONTRACTS[] = {
    { "/v1.0", fc_removebg_refusal },
};

#define ALL (sizeof ROUTES / sizeof ROUTES[0])

fc_http_routes fc_routes(void)
{
    return (fc_http_routes){ ROUTES, ALL, CONTRACTS, sizeof CONTRACTS / sizeof CONTRACTS[0],
                             AS_SENT };
}

static size_t find(const char *pattern)
{
    size_t index = 0;
    while (index < ALL && strcmp(ROUTES[index].pattern, pattern) != 0) {
        index++;
    }
    return index;
}

fc_http_routes fc_routes_native(void)
{
    return (fc_http_routes){ ROUTES, find(FIRST_OF_OTHERS), NULL, 0, AS_SENT };
}

fc_http_routes fc_routes_worker(void)
{
    const size_t first = find(FIRST_OF_WORKER);
    return (fc_http_routes){ &ROUTES[first], find(LAST_OF_WORKER) + 1 - first, NULL, 0, NULL };
}
