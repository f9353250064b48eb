#include <string.h>
#include <time.h>

#include "api/routes.h"
#include "base/memory.h"
#include "report/json.h"
#include "service/job_view.h"
#include "service/service.h"

/* How often a job is looked at, and after how many looks without news a sign of life is sent, so
 * that proxies keep the connection and a client that has left is noticed. */
#define LOOK_MS 250
#define SIGN_OF_LIFE_LOOKS 40

#define EVENT_BYTES_MAX ((size_t)64 << 10)

/* One client that follows one job. */
typedef struct follower {
    const fc_service *service;
    char owner[FC_HTTP_KEY_NAME_SIZE];
    char id[FC_JOB_ID_SIZE];
    fc_buffer last; /* the event that was sent last */
    size_t sent;    /* bytes of it that are on their way */
    int quiet_looks;
    bool ended; /* it was the last event */
} follower;

static void follower_free(void *context)
{
    follower *self = context;
    fc_buffer_clear(&self->last);
    fc_memory_free(self);
}

static fc_status print_event(json_t *view, fc_buffer *event, fc_error *err)
{
    const fc_status status = fc_buffer_print(event, err, "event: status\ndata: ");
    if (status != FC_OK) {
        json_decref(view);
        return status;
    }
    FC_TRY(fc_json_write_line(view, event, err));
    return fc_buffer_append(event, "\n", 1, err);
}

/* Replaces the last event where something has changed. */
static fc_status look(follower *self, fc_error *err)
{
    json_t *view = NULL;
    bool ended = false;
    FC_TRY(fc_job_view(self->service, self->owner, self->id, false, &view, &ended, err));
    fc_buffer event = FC_BUFFER(EVENT_BYTES_MAX);
    const fc_status status = print_event(view, &event, err);
    if (status != FC_OK ||
        (event.size == self->last.size && memcmp(event.data, self->last.data, event.size) == 0)) {
        fc_buffer_clear(&event);
        return status;
    }
    fc_buffer_clear(&self->last);
    self->last = event;
    self->sent = 0;
    self->ended = ended;
    return FC_OK;
}

static void wait_for_news(const follower *self)
{
    FC_AUTO(fc_task) task = fc_worker_pool_lookup(self->service->pool, self->id);
    if (task == NULL || fc_task_wait(task, LOOK_MS)) {
        const struct timespec pause = { .tv_nsec = LOOK_MS * 1000000L };
        (void)nanosleep(&pause, NULL);
    }
}

static size_t take_part(follower *self, char *piece, size_t size)
{
    const size_t left = self->last.size - self->sent;
    const size_t part = left < size ? left : size;
    memcpy(piece, self->last.data + self->sent, part);
    self->sent += part;
    return part;
}

/* News, or a sign of life, or nothing. False: deleted or expired, there is nothing more to say. */
static bool find_news(follower *self, char *piece, size_t size, size_t *filled)
{
    static const char SIGN_OF_LIFE[] = ":\n\n";
    wait_for_news(self);
    if (look(self, NULL) != FC_OK) {
        return false;
    }
    self->quiet_looks = self->sent < self->last.size ? 0 : self->quiet_looks + 1;
    if (self->quiet_looks == SIGN_OF_LIFE_LOOKS && size >= sizeof SIGN_OF_LIFE) {
        self->quiet_looks = 0;
        *filled = sizeof SIGN_OF_LIFE - 1;
        memcpy(piece, SIGN_OF_LIFE, *filled);
    } else {
        *filled = take_part(self, piece, size);
    }
    return true;
}

static bool next_piece(void *context, char *piece, size_t *size)
{
    follower *self = context;
    const size_t room = *size;
    *size = 0;
    if (self->sent < self->last.size) {
        *size = take_part(self, piece, room);
        return true;
    }
    return !self->ended && find_news(self, piece, room, size);
}

fc_status fc_handle_events(void *context, const fc_http_request *request,
                           fc_http_response *response, fc_error *err)
{
    const char *id = fc_http_path_param(request, "job_id");
    if (!fc_job_id_valid(id)) {
        fc_http_refuse(response, 404, "Job not found");
        return FC_OK;
    }
    follower *self = NULL;
    FC_TRY(fc_memory_new_zeroed(1, sizeof *self, (void **)&self, err));
    self->service = context;
    self->last = FC_BUFFER(EVENT_BYTES_MAX);
    memcpy(self->owner, request->key_name, sizeof self->owner);
    memcpy(self->id, id, sizeof self->id);
    fc_error why = { 0 };
    const fc_status status = look(self, &why);
    if (status == FC_OK) {
        fc_http_set_stream(response, "text/event-stream", next_piece, self, follower_free);
        return FC_OK;
    }
    follower_free(self);
    if (status == FC_NOT_FOUND) {
        fc_http_refuse(response, 404, "Job not found");
        return FC_OK;
    }
    return fc_fail(err, status, "%s", why.text);
}
