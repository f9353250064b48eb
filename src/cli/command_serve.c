#define _GNU_SOURCE /* secure_getenv */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "api/openapi.h"
#include "api/routes.h"
#include "base/assert.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/memory.h"
#include "cli/arguments.h"
#include "cli/command.h"
#include "cli/decoders.h"
#include "cli/dotenv.h"
#include "cli/environment.h"
#include "cli/page.h"
#include "directory/target_file.h"
#include "facecraft_version.h"
#include "http/server.h"
#include "report/log_writer.h"
#include "sandbox/sandbox.h"
#include "service/async_job.h"
#include "service/start.h"
#include "service/webhook.h"

/* ---- the plan -------------------------------------------------------------------------------- */

/* Room for the rows of server.def. */
#define SERVE_ROWS_MAX 64

/* Flags that are no settings. */
typedef struct serve_flags {
    bool check;
} serve_flags;

/* The configuration of the service: from defaults, the file .env, the environment and flags, the
 * later ones being stronger. */
typedef struct serve_plan {
    serve_flags flags;
    fc_params params;
    fc_settings settings;
    fc_server_settings server;
    bool worker;                         /* it only works on what others have accepted */
    const fc_command_line *line;         /* borrowed */
    bool in_environment[SERVE_ROWS_MAX]; /* rows that .env cannot change */
} serve_plan;

#define ENV_FILE ".env"
#define PREFIX "FACECRAFT_"

static const fc_option CHECK_FLAG =
    FC_FLAG_BOOL(serve_flags, check, "Check configuration, models and folders, and end");

static const char *variable_of(const fc_option *option)
{
    char name[96];
    (void)snprintf(name, sizeof name, PREFIX "%s", option->variable);
    return secure_getenv(name);
}

static void remember_environment(serve_plan *plan)
{
    const fc_options options = fc_server_options();
    FC_ASSERT(options.count <= SERVE_ROWS_MAX);
    for (size_t i = 0; i < options.count; i++) {
        plan->in_environment[i] = variable_of(&options.rows[i]) != NULL;
    }
}

static fc_status take_flags(serve_plan *plan, fc_error *err)
{
    fc_arguments arguments = {
        .groups = { { { &CHECK_FLAG, 1 }, &plan->flags },
                    { fc_server_options(), &plan->server },
                    { fc_params_options(), &plan->params },
                    { fc_settings_options(), &plan->settings } },
        .group_count = 4,
    };
    FC_TRY(fc_arguments_parse(&arguments, plan->line->count, plan->line->arguments, err));
    if (arguments.operand_count > 0) {
        return fc_fail(err, FC_INVALID_ARGUMENT, "\"%.60s\": %s takes flags only",
                       arguments.operands[0], plan->worker ? "worker" : "serve");
    }
    return FC_OK;
}

/* Read everything. At start only: variables of .env are put into the environment. */
static fc_status read_plan(const fc_command_line *line, bool worker, serve_plan *plan,
                           fc_error *err)
{
    FC_ASSERT(line != NULL);
    FC_ASSERT(plan != NULL);

    *plan = (serve_plan){ .worker = worker,
                          .line = line,
                          .params = fc_params_default(),
                          .settings = fc_settings_default(),
                          .server = fc_server_settings_default() };
    remember_environment(plan);
    FC_TRY(fc_dotenv_load(ENV_FILE, err));
    FC_TRY(fc_options_from_environment(&plan->params, &plan->settings, err));
    FC_TRY(fc_server_settings_from_environment(&plan->server, err));
    FC_TRY(fc_secrets_load(&plan->server, err));
    FC_TRY(take_flags(plan, err));
    if (worker && plan->server.database[0] == '\0') {
        return fc_fail(err, FC_INVALID_ARGUMENT,
                       "a worker needs the database that accepts its photos: --database");
    }
    return FC_OK;
}

/* A line of .env, where the environment does not say otherwise. */
static fc_status take_line(void *context, const char *name, const char *value, fc_error *err)
{
    serve_plan *plan = context;
    const fc_options options = fc_server_options();
    for (size_t i = 0; i < options.count; i++) {
        if (strncmp(name, PREFIX, sizeof PREFIX - 1) == 0 && !plan->in_environment[i] &&
            strcmp(options.rows[i].variable, name + sizeof PREFIX - 1) == 0) {
            return fc_option_set(&options.rows[i], &plan->server, value, err);
        }
    }
    return FC_OK;
}

static fc_status take_env_file(serve_plan *plan, fc_error *err)
{
    if (access(ENV_FILE, F_OK) != 0) {
        return FC_OK;
    }
    FC_AUTO_BUFFER(text, FC_DOTENV_BYTES_MAX);
    FC_TRY(fc_file_read(ENV_FILE, FC_DOTENV_BYTES_MAX, &text, err));
    return fc_dotenv_parse(fc_buffer_bytes(&text), take_line, plan, err);
}

/*
 * Read the settings of the service again from where they came, with .env and the files of secrets
 * as they are now. The environment is left alone, so other threads may run.
 *
 * out   changed on success only
 */
static fc_status reread_plan(const serve_plan *plan, fc_server_settings *out, fc_error *err)
{
    FC_ASSERT(plan != NULL);
    FC_ASSERT(out != NULL);

    serve_plan again = *plan;
    again.server = fc_server_settings_default();
    FC_TRY(take_env_file(&again, err));
    const fc_options options = fc_server_options();
    for (size_t i = 0; i < options.count; i++) {
        const char *value = variable_of(&options.rows[i]);
        if (plan->in_environment[i] && value != NULL) {
            FC_TRY(fc_option_set(&options.rows[i], &again.server, value, err));
        }
    }
    FC_TRY(fc_secrets_load(&again.server, err));
    FC_TRY(take_flags(&again, err));
    *out = again.server;
    return FC_OK;
}

/* ---- the command ----------------------------------------------------------------------------- */

/* How often running work is looked at while the service ends. */
#define DRAIN_LOOK_MS 20

/* A connection and the file that it downloads; besides, models, database, log, and two for each
 * photo that is decoded. */
#define DESCRIPTORS_PER_CONNECTION 2
#define DESCRIPTORS_OF_OUR_OWN 192

/* Decoders that wait for photos: two that come at once find theirs. */
#define DECODERS_READY 2

/* How often expired jobs are deleted; until then they are not found. */
#define EXPIRE_US INT64_C(60000000)

/* What comes after the deadline of the end: the answers to those who are cut short, and then the
 * end, whatever still runs. Docker waits 10 s in all, and the deadline is 8 s. */
#define GOODBYE_MS 500
#define END_AFTER_S 1

/* Time for the last lines of the log to be read. */
#define LAST_LINES_MS 500

static void start_log(const fc_server_settings *server)
{
    static const fc_log_level LEVELS[] = {
        [FC_LEVEL_DEBUG] = FC_LOG_DEBUG,     [FC_LEVEL_INFO] = FC_LOG_INFO,
        [FC_LEVEL_WARNING] = FC_LOG_WARNING, [FC_LEVEL_ERROR] = FC_LOG_ERROR,
        [FC_LEVEL_CRITICAL] = FC_LOG_ERROR, /* nothing here is worse than an error */
    };
    fc_log_set_level(server->debug ? FC_LOG_DEBUG : LEVELS[server->log_level]);
    fc_log_set_json(server->log_format == FC_LOG_AS_JSON);
}

/* Print how a part of the check went, and keep the first failure. */
static void report(fc_page *page, const char *what, fc_status status, const fc_error *why,
                   fc_error *first)
{
    if (status == FC_OK) {
        fc_page_raw(page, "%-14s ok\n", what);
        return;
    }
    fc_page_raw(page, "%-14s %s\n", what, why->text);
    if (first->status == FC_OK) {
        *first = *why;
    }
}

static fc_status check_store(const fc_server_settings *server, fc_error *err)
{
    FC_AUTO(fc_job_store) store = NULL;
    FC_TRY(fc_service_open_store(server, &store, err));
    return fc_job_store_probe(store, err);
}

static fc_status check_models(const fc_settings *settings, fc_error *err)
{
    FC_AUTO(fc_engine) engine = NULL;
    return fc_engine_new(settings, &engine, err);
}

/* Listens where the service would, for a moment. */
static fc_status check_address(const fc_server_settings *server, fc_error *err)
{
    FC_AUTO(fc_http_server) listener = NULL;
    fc_http_settings http = fc_http_settings_default();
    http.host = server->host;
    http.port = (uint16_t)server->port;
    http.api_keys = server->api_key;
    http.cors_origins = server->cors_origins;
    return fc_http_server_new(&http, fc_routes(), NULL, &listener, err);
}

static fc_status read_profiles(const fc_server_settings *server, fc_target_file *out, fc_error *err)
{
    return server->profiles_file[0] != '\0' ? fc_target_file_read(server->profiles_file, out, err)
                                            : FC_OK;
}

static fc_status check_profiles(const fc_server_settings *server, fc_error *err)
{
    __attribute__((cleanup(fc_target_file_clear))) fc_target_file own = { 0 };
    return read_profiles(server, &own, err);
}

static fc_status check(const serve_plan *plan, int *exit_code, fc_error *err)
{
    FC_AUTO_PAGE(page, FC_PAGE_PLAIN);
    fc_error first = { 0 };
    fc_error why = { 0 };
    report(&page, "configuration", fc_webhook_check_settings(&plan->server, &why), &why, &first);
    report(&page, "profiles", check_profiles(&plan->server, &why), &why, &first);
    report(&page, "decoders", fc_decoders_start(&plan->settings, 0, FC_DECODERS_TELL, &why), &why,
           &first);
    report(&page, "models", check_models(&plan->settings, &why), &why, &first);
    report(&page, "output folder", check_store(&plan->server, &why), &why, &first);
    report(&page, "address", check_address(&plan->server, &why), &why, &first);
    *exit_code = first.status == FC_OK ? 0 : fc_status_lookup(first.status)->exit_code;
    return fc_page_print(&page, err);
}

/* Signals are waited for by one thread: nothing happens inside of handlers. */
static sigset_t service_signals(void)
{
    sigset_t signals;
    (void)sigemptyset(&signals);
    (void)sigaddset(&signals, SIGTERM);
    (void)sigaddset(&signals, SIGINT);
    (void)sigaddset(&signals, SIGHUP);
    return signals;
}

static void block_signals(void)
{
    const sigset_t signals = service_signals();
    (void)pthread_sigmask(SIG_BLOCK, &signals, NULL);
    struct sigaction ignore = { .sa_handler = SIG_IGN };
    (void)sigemptyset(&ignore.sa_mask);
    (void)sigaction(SIGPIPE, &ignore, NULL);
    (void)sigaction(SIGXFSZ, &ignore, NULL);
}

/* As many descriptors as the connections need; shells and systemd start programs with 1024. */
static void allow_descriptors(int32_t connections)
{
    struct rlimit limit = { 0 };
    const rlim_t needed = (rlim_t)connections * DESCRIPTORS_PER_CONNECTION + DESCRIPTORS_OF_OUR_OWN;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= needed) {
        return;
    }
    limit.rlim_cur = needed < limit.rlim_max ? needed : limit.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_cur < needed) {
        FC_LOG(FC_LOG_WARNING, "fewer descriptors than connections_max needs",
               FC_LOG_NUMBER("allowed", (int64_t)limit.rlim_cur),
               FC_LOG_NUMBER("needed", (int64_t)needed));
    }
}

/* Keys and log level are read again; a configuration that is wrong changes nothing. */
static void reload(const serve_plan *plan, fc_http_server *server)
{
    fc_server_settings settings = { 0 };
    fc_error err = { 0 };
    fc_status status = reread_plan(plan, &settings, &err);
    status = status != FC_OK ? status : fc_http_server_set_keys(server, settings.api_key, &err);
    if (status != FC_OK) {
        FC_LOG(FC_LOG_ERROR, "not reloaded", FC_LOG_TEXT("error", err.text));
        return;
    }
    start_log(&settings);
    FC_LOG(FC_LOG_INFO, "reloaded", FC_LOG_TEXT("what", "keys, log level"));
}

static void expire(const fc_service *service)
{
    int64_t deleted = 0;
    fc_error err = { 0 };
    if (fc_job_store_expire(service->store, fc_job_store_now_s(service->store), &deleted, &err) !=
        FC_OK) {
        FC_LOG(FC_LOG_ERROR, "expired jobs not deleted", FC_LOG_TEXT("error", err.text));
    } else if (deleted > 0) {
        FC_LOG(FC_LOG_INFO, "expired jobs deleted", FC_LOG_NUMBER("jobs", deleted));
    }
}

/* Returns with the signal that ends the service. */
static int wait_for_end(const serve_plan *plan, const fc_service *service, fc_http_server *server)
{
    const sigset_t signals = service_signals();
    int64_t expire_us = fc_clock_us() + EXPIRE_US;
    for (;;) {
        const int64_t left_us = expire_us - fc_clock_us();
        if (left_us <= 0) {
            expire(service);
            expire_us = fc_clock_us() + EXPIRE_US;
            continue;
        }
        const struct timespec left = { .tv_sec = (time_t)(left_us / 1000000),
                                       .tv_nsec = (long)(left_us % 1000000) * 1000 };
        const int number = sigtimedwait(&signals, NULL, &left);
        if (number == SIGHUP) {
            reload(plan, server);
        } else if (number > 0) {
            return number;
        }
    }
}

/* The only thing that happens inside of a handler: the end, at once. Everything that is on the disk
 * is whole at every moment, and jobs that were accepted are resumed by the next process. */
FC_NORETURN static void end_now(int number)
{
    _exit(number == SIGALRM ? 0 : fc_status_lookup(FC_CANCELLED)->exit_code);
}

/* From now on a second signal ends the service, and so does the time when it must be over. */
static void arm_end(int32_t deadline_s)
{
    struct sigaction end = { .sa_handler = end_now };
    sigset_t signals;
    (void)sigemptyset(&end.sa_mask);
    (void)sigemptyset(&signals);
    const int numbers[] = { SIGALRM, SIGTERM, SIGINT };
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        (void)sigaction(numbers[i], &end, NULL);
        (void)sigaddset(&signals, numbers[i]);
    }
    (void)alarm((unsigned)deadline_s + END_AFTER_S);
    (void)pthread_sigmask(SIG_UNBLOCK, &signals, NULL);
}

static void pause_draining(void)
{
    const struct timespec pause = { .tv_nsec = DRAIN_LOOK_MS * 1000000L };
    (void)nanosleep(&pause, NULL);
}

static bool is_working(const fc_service *service, fc_http_server *server)
{
    const fc_worker_pool_load load = fc_worker_pool_stats(service->pool);
    return load.busy > 0 || load.queued > 0 ||
           (service->async_jobs != NULL && fc_async_jobs_count(service->async_jobs) > 0) ||
           fc_http_server_load(server).requests > 0;
}

/* Should the process be killed from now on, no photo is blamed for it. */
static void tell_store(const fc_service *service)
{
    fc_error err = { 0 };
    if (fc_job_store_stop(service->store, &err) != FC_OK) {
        FC_LOG(FC_LOG_WARNING, "end not recorded", FC_LOG_TEXT("error", err.text));
    }
}

/* Not ready at once, but still there for those who ask; what was accepted is finished, as far as
 * there is time. Then who waits is told that there is none, and jobs that are answered later are
 * left to the next process. */
static void drain(fc_service *service, fc_http_server *server, int32_t deadline_s)
{
    const int64_t end_us = fc_clock_us() + (int64_t)deadline_s * 1000000;
    arm_end(deadline_s);
    fc_service_close(service);
    tell_store(service);
    while (is_working(service, server) && fc_clock_us() < end_us) {
        pause_draining();
    }
    const bool all = !is_working(service, server);
    FC_LOG(FC_LOG_INFO, "stopped", FC_LOG_TEXT("work", all ? "finished" : "cut short"));
    fc_async_jobs_stop(service->async_jobs);
    fc_webhook_stop(service->webhook);
    (void)fc_worker_pool_drain(service->pool, 0);
    fc_async_jobs_let_go(service->async_jobs);
    const int64_t left_ms = (end_us - fc_clock_us()) / 1000;
    fc_http_server_quiesce(server);
    (void)fc_http_server_drain(server, left_ms > GOODBYE_MS ? (int32_t)left_ms : GOODBYE_MS);
}

/* What became of a provider: its reason says whether it is used. */
static const char *why(const fc_service *service, fc_provider provider)
{
    const fc_provider_report *report =
        fc_runtime_report(fc_engine_runtime(service->engine), provider);
    return report->text;
}

static void tell_start(const serve_plan *plan, const fc_service *service,
                       const fc_http_server *server, int64_t start_us)
{
    const fc_server_settings *settings = &plan->server;
    FC_LOG(FC_LOG_INFO, "ready", FC_LOG_TEXT("version", FC_VERSION),
           FC_LOG_TEXT("host", settings->host), FC_LOG_NUMBER("port", fc_http_server_port(server)),
           FC_LOG_NUMBER("models", FC_MODEL_FILES_COUNT),
           FC_LOG_TEXT("cpu", why(service, FC_PROVIDER_CPU)),
           FC_LOG_TEXT("openvino", why(service, FC_PROVIDER_OPENVINO)),
           FC_LOG_TEXT("cuda", why(service, FC_PROVIDER_CUDA)),
           FC_LOG_TEXT("sandbox", fc_sandbox_look().text),
           FC_LOG_NUMBER("workers", fc_service_workers(settings)),
           FC_LOG_NUMBER("queue", settings->queue_length),
           FC_LOG_NUMBER("memory_mb", fc_service_memory(settings) >> 20),
           FC_LOG_NUMBER("upload_mb", settings->max_upload_size_mb),
           FC_LOG_NUMBER("keep_hours", settings->cleanup_age_hours),
           FC_LOG_TEXT("keys", settings->api_key[0] != '\0' ? "asked for" : "none"),
           FC_LOG_NUMBER("start_ms", (fc_clock_us() - start_us) / 1000));
}

static fc_status serve(const serve_plan *plan, fc_error *err)
{
    const int64_t start_us = fc_clock_us();
    start_log(&plan->server);
    allow_descriptors(plan->server.connections_max);
    FC_TRY(fc_decoders_start(&plan->settings, DECODERS_READY, FC_DECODERS_LOG, err));
    if (!fc_sandbox_is_on()) {
        fc_memory_fill();
    }
    __attribute__((cleanup(fc_target_file_clear))) fc_target_file own = { 0 };
    FC_TRY(read_profiles(&plan->server, &own, err));
    FC_AUTO(fc_service) service = NULL;
    FC_TRY(fc_service_new(&plan->params, &plan->settings, &plan->server,
                          plan->worker ? fc_routes_worker() : fc_routes(), &service, err));
    service->profiles = &own.profiles;
    FC_TRY(fc_openapi_print(&service->defaults, &service->server, &service->openapi, err));
    const fc_http_settings http = fc_service_http_settings(service);
    FC_AUTO(fc_http_server) server = NULL;
    const fc_http_routes routes = plan->worker             ? fc_routes_worker()
                                  : service->server.compat ? fc_routes()
                                                           : fc_routes_native();
    FC_TRY(fc_http_server_new(&http, routes, service, &server, err));
    tell_start(plan, service, server, start_us);
    const int number = wait_for_end(plan, service, server);
    FC_LOG(FC_LOG_INFO, "stopping", FC_LOG_TEXT("signal", number == SIGINT ? "INT" : "TERM"));
    drain(service, server, plan->server.shutdown_deadline_s);
    return FC_OK;
}

/* A log that nobody reads stops neither the service nor its end. */
static fc_status serve_logged(const serve_plan *plan, fc_error *err)
{
    fc_memory_limit_heaps(fc_service_workers(&plan->server));
    block_signals(); /* for the writer's thread as well */
    FC_TRY(fc_log_writer_start(STDERR_FILENO, err));
    const fc_status status = serve(plan, err);
    (void)fc_log_writer_stop(LAST_LINES_MS);
    return status;
}

static fc_status run_as(bool worker, const fc_command_line *line, int *exit_code, fc_error *err)
{
    serve_plan plan;
    FC_TRY(read_plan(line, worker, &plan, err));
    return plan.flags.check ? check(&plan, exit_code, err) : serve_logged(&plan, err);
}

static fc_status run(const fc_command_line *line, int *exit_code, fc_error *err)
{
    return run_as(false, line, exit_code, err);
}

static fc_status run_worker(const fc_command_line *line, int *exit_code, fc_error *err)
{
    return run_as(true, line, exit_code, err);
}

static const char *const DETAILS[] = {
    "Answers POST /api/v1/process and the other routes of docs/routes.md until it is stopped. "
    "SIGTERM or SIGINT: not ready at once, what runs is finished, then exit code 0; a second one "
    "ends the service at once, with exit code 130. SIGHUP: keys and log level are read again.",
    "Settings come from flags, from the environment, and from a file .env in the working "
    "directory; the first one that says something counts. Secrets may lie in files: "
    "FACECRAFT_API_KEY_FILE.",
    NULL,
};

static const char *const EXAMPLES[] = {
    "facecraft serve --port 8080 --output-dir portraits",
    "facecraft serve --check",
    "curl -F file=@photo.jpg -F format=png http://127.0.0.1:8000/api/v1/process -o portrait.png",
    NULL,
};

const fc_command fc_command_serve = {
    .name = "serve",
    .operands = "",
    .purpose = "Run the HTTP service",
    .details = DETAILS,
    .examples = EXAMPLES,
    .flags = { &CHECK_FLAG, 1 },
    .takes_options = true,
    .takes_server_options = true,
    .decodes = true,
    .run = run,
};

static const char *const WORKER_DETAILS[] = {
    "Works on the photos that the nodes of a cluster have accepted (docs/scale.md), as many at a "
    "time as it has processors, and answers only /health, /ready, /status and /metrics. Settings "
    "are those of serve; the database is needed.",
    "Ends as serve does: what it has in work is finished, as far as there is time, and what is "
    "left is for other nodes at once.",
    NULL,
};

static const char *const WORKER_EXAMPLES[] = {
    "facecraft worker --database postgresql://facecraft@db/facecraft --store s3://portraits",
    NULL,
};

const fc_command fc_command_worker = {
    .name = "worker",
    .operands = "",
    .purpose = "Work on photos that other nodes have accepted",
    .details = WORKER_DETAILS,
    .examples = WORKER_EXAMPLES,
    .flags = { &CHECK_FLAG, 1 },
    .takes_options = true,
    .takes_server_options = true,
    .decodes = true,
    .run = run_worker,
};
