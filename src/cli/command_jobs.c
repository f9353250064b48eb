#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/memory.h"
#include "base/suggest.h"
#include "cli/command.h"
#include "cli/dotenv.h"
#include "cli/environment.h"
#include "cli/page.h"
#include "report/json.h"
#include "service/start.h"
#include "store/job_store.h"

/* The states as jobs have them, and one before them for all. */
#define STATES(WORD)                                                                               \
    WORD(ANY_STATE, "all")                                                                         \
    WORD(QUEUED, "queued")                                                                         \
    WORD(RUNNING, "running")                                                                       \
    WORD(SUCCEEDED, "succeeded")                                                                   \
    WORD(FAILED, "failed")                                                                         \
    WORD(CANCELLED, "cancelled")
enum { STATES(FC_WORD_CONSTANT) };
_Static_assert(QUEUED == FC_JOB_QUEUED + 1 && CANCELLED == FC_JOB_CANCELLED + 1,
               "a word is its state and one more");

/* Bytes of a list as JSON. */
#define JSON_BYTES_MAX ((size_t)16 << 20)

typedef struct jobs_flags {
    bool json;
    fc_choice state;
    int32_t limit;
} jobs_flags;

static const fc_option FLAGS[] = {
    FC_FLAG_BOOL(jobs_flags, json, "Print one line of JSON instead"),
    FC_FLAG_CHOICE(jobs_flags, state, "all", FC_WORD_LIST(STATES),
                   "State of the jobs that are listed"),
    FC_FLAG_INT(jobs_flags, limit, 50, 1, 10000, "Jobs that are listed, the latest first"),
};

/* One call: ids are the operands after the sub-command. */
typedef struct jobs_call {
    fc_job_store *store;
    const jobs_flags *flags;
    char **ids;
    int id_count;
} jobs_call;

/* ---- telling --------------------------------------------------------------------------------- */

static const char *time_text(int64_t unix_s, char text[32])
{
    const time_t when = (time_t)unix_s;
    struct tm parts = { 0 };
    text[0] = '\0';
    if (unix_s > 0 && gmtime_r(&when, &parts) != NULL) {
        (void)strftime(text, 32, "%Y-%m-%dT%H:%M:%SZ", &parts);
    }
    return text;
}

static json_t *pack_time(int64_t unix_s)
{
    char text[32];
    return fc_json_text(unix_s > 0 ? time_text(unix_s, text) : NULL);
}

static json_t *pack_job(const fc_job *job)
{
    return json_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "id", job->id, "state",
                     fc_job_state_name(job->state), "batch",
                     fc_json_text(job->batch[0] != '\0' ? job->batch : NULL), "name",
                     fc_json_text(job->name), "created", pack_time(job->created_s), "finished",
                     pack_time(job->finished_s), "expires", pack_time(job->expires_s), "error",
                     fc_json_text(job->error[0] != '\0' ? job->error : NULL), "error_message",
                     fc_json_text(job->message[0] != '\0' ? job->message : NULL));
}

/* Names come from clients: what would move a terminal's cursor is shown as "?". */
static void add_line(fc_page *page, const fc_job *job)
{
    char text[32];
    char name[FC_JOB_NAME_SIZE];
    (void)snprintf(name, sizeof name, "%s", job->name);
    for (char *at = name; *at != '\0'; at++) {
        *at = (unsigned char)*at < 0x20 || *at == 0x7F ? '?' : *at;
    }
    fc_page_raw(page, "%s  %-9s  %s  %-17s  %s\n", job->id, fc_job_state_name(job->state),
                time_text(job->created_s, text), job->error, name);
}

static fc_status print_json(json_t *value, fc_error *err)
{
    FC_AUTO_PAGE(page, FC_PAGE_PLAIN);
    FC_AUTO_BUFFER(text, JSON_BYTES_MAX);
    FC_TRY(fc_json_write_line(value, &text, err));
    fc_page_raw(&page, "%s", fc_buffer_text(&text));
    return fc_page_print(&page, err);
}

static fc_status print_jobs(const jobs_call *call, const fc_job *jobs, size_t count, fc_error *err)
{
    if (call->flags->json) {
        json_t *list = json_array();
        for (size_t i = 0; i < count; i++) {
            list = fc_json_append(list, pack_job(&jobs[i]));
        }
        return print_json(list, err);
    }
    FC_AUTO_PAGE(page, FC_PAGE_PLAIN);
    for (size_t i = 0; i < count; i++) {
        add_line(&page, &jobs[i]);
    }
    return fc_page_print(&page, err);
}

/* ---- sub-commands ---------------------------------------------------------------------------- */

static fc_status list(const jobs_call *call, fc_error *err)
{
    fc_job *jobs = NULL;
    size_t count = 0;
    FC_TRY(fc_job_store_list(call->store, call->flags->state - 1, (size_t)call->flags->limit, &jobs,
                             &count, err));
    const fc_status status = print_jobs(call, jobs, count, err);
    fc_memory_free(jobs);
    return status;
}

static fc_status show(const jobs_call *call, fc_error *err)
{
    fc_job job = { 0 };
    FC_TRY(fc_job_store_read(call->store, call->ids[0], &job, NULL, err));
    if (call->flags->json) {
        return print_json(pack_job(&job), err);
    }
    FC_AUTO_PAGE(page, FC_PAGE_PLAIN);
    add_line(&page, &job);
    if (job.message[0] != '\0') {
        fc_page_raw(&page, "%s\n", job.message);
    }
    return fc_page_print(&page, err);
}

static fc_status retry(const jobs_call *call, fc_error *err)
{
    for (int i = 0; i < call->id_count; i++) {
        FC_TRY(fc_job_store_retry(call->store, call->ids[i], err));
    }
    return FC_OK;
}

static fc_status delete_jobs(const jobs_call *call, fc_error *err)
{
    for (int i = 0; i < call->id_count; i++) {
        FC_TRY(fc_job_store_delete(call->store, call->ids[i], err));
    }
    return FC_OK;
}

typedef struct sub_command {
    const char *name;
    int ids_min;
    int ids_max;
    const char *takes;
    fc_status (*run)(const jobs_call *call, fc_error *err);
} sub_command;

#define MANY 10000

static const sub_command SUB_COMMANDS[] = {
    { "list", 0, 0, "no operands", list },
    { "show", 1, 1, "one ID", show },
    { "retry", 1, MANY, "one ID or more", retry },
    { "delete", 1, MANY, "one ID or more", delete_jobs },
};
#define SUB_COMMANDS_COUNT (sizeof SUB_COMMANDS / sizeof SUB_COMMANDS[0])

static fc_status find_sub_command(const char *word, const sub_command **out, fc_error *err)
{
    fc_suggestion suggestion = { .word = word };
    for (size_t i = 0; i < SUB_COMMANDS_COUNT; i++) {
        if (strcmp(SUB_COMMANDS[i].name, word) == 0) {
            *out = &SUB_COMMANDS[i];
            return FC_OK;
        }
        fc_suggestion_offer(&suggestion, SUB_COMMANDS[i].name);
    }
    return fc_fail(err, FC_INVALID_ARGUMENT, "jobs %.60s: %s%s%s", word,
                   suggestion.best != NULL ? "did you mean " : "allowed: ",
                   suggestion.best != NULL ? suggestion.best : fc_command_jobs.operands,
                   suggestion.best != NULL ? "?" : "");
}

static fc_status read_settings(fc_server_settings *server, fc_error *err)
{
    *server = fc_server_settings_default();
    FC_TRY(fc_dotenv_load(".env", err));
    FC_TRY(fc_server_settings_from_environment(server, err));
    FC_TRY(fc_secrets_load(server, err));
    return server->cleanup_age_hours > 0
               ? FC_OK
               : fc_fail(err, FC_INVALID_ARGUMENT,
                         "cleanup_age_hours is 0, so there are no jobs that are kept");
}

static fc_status run(const fc_command_line *line, int *exit_code, fc_error *err)
{
    (void)exit_code;
    jobs_flags flags = { 0 };
    fc_server_settings server;
    fc_arguments arguments = { .groups = { { fc_command_jobs.flags, &flags } }, .group_count = 1 };
    fc_options_set_defaults(fc_command_jobs.flags, &flags);
    FC_TRY(fc_arguments_parse(&arguments, line->count, line->arguments, err));
    const bool bare = arguments.operand_count == 0;
    const sub_command *chosen = &SUB_COMMANDS[0];
    if (!bare) {
        FC_TRY(find_sub_command(arguments.operands[0], &chosen, err));
    }
    const int count = bare ? 0 : arguments.operand_count - 1;
    if (count < chosen->ids_min || count > chosen->ids_max) {
        return fc_fail(err, FC_INVALID_ARGUMENT, "jobs %s takes %s", chosen->name, chosen->takes);
    }
    FC_AUTO(fc_job_store) store = NULL;
    FC_TRY(read_settings(&server, err));
    FC_TRY(fc_service_open_store(&server, &store, err));
    const jobs_call call = { store, &flags, arguments.operands + 1, count };
    return chosen->run(&call, err);
}

static const char *const DETAILS[] = {
    "list (or nothing): jobs and photos of batches, the latest first.",
    "show: one of them, with the reason why it has failed.",
    "retry: photos that are dead wait again: those in whose middle nodes have died three times. "
    "Only with FACECRAFT_DATABASE: else a photo is not kept longer than its job takes.",
    "delete: jobs with their pictures, at once; batches with their photos.",
    "The jobs are those that `facecraft serve` would have with the same variables. Without "
    "FACECRAFT_DATABASE the folder is one process's: only while the service is stopped.",
    NULL,
};

static const char *const EXAMPLES[] = {
    "facecraft jobs --state failed",
    "facecraft jobs show 0123456789abcdef0123456789abcdef --json",
    "facecraft jobs retry 0123456789abcdef0123456789abcdef",
    NULL,
};

const fc_command fc_command_jobs = {
    .name = "jobs",
    .operands = "[list | show ID | retry ID... | delete ID...]",
    .purpose = "List and delete the jobs of the service, and try dead ones again",
    .details = DETAILS,
    .examples = EXAMPLES,
    .flags = { FLAGS, sizeof FLAGS / sizeof FLAGS[0] },
    .run = run,
};
