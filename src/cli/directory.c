#include "cli/directory.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/brief.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/memory.h"
#include "cli/batch.h"
#include "cli/console.h"
#include "cli/decoders.h"
#include "cli/inputs.h"
#include "cli/interrupt.h"
#include "cli/page.h"
#include "cli/parallel.h"
#include "cli/progress.h"
#include "directory/apply.h"
#include "directory/plan.h"
#include "directory/plan_report.h"
#include "directory/target_file.h"
#include "directory/watch.h"
#include "engine/engine.h"
#include "engine/runtime_plan.h"
#include "engine/system_limits.h"
#include "report/json.h"

/* How long photos have to rest before watch takes them, and how often it looks for a signal. */
#define REST_MS 1500
#define LOOK_MS 2000

/* ---- targets and profiles of a plan ---------------------------------------------------------- */

/** What a plan is for. */
typedef struct purpose {
    fc_target_file file;
    const fc_profile *profiles[FC_PLAN_PROFILES_MAX];
    size_t profile_count;
} purpose;

static void purpose_clear(purpose *self)
{
    fc_target_file_clear(&self->file);
}

#define AUTO_PURPOSE __attribute__((cleanup(purpose_clear))) purpose

static fc_status add_profile(purpose *self, const char *name, fc_error *err)
{
    const fc_profile *profile = NULL;
    FC_TRY(fc_profile_find(&self->file.profiles, name, &profile, err));
    for (size_t i = 0; i < self->profile_count; i++) {
        if (self->profiles[i] == profile) {
            return FC_OK;
        }
    }
    if (self->profile_count == FC_PLAN_PROFILES_MAX) {
        return fc_fail(err, FC_LIMIT_EXCEEDED, "more than %d profiles in one plan",
                       FC_PLAN_PROFILES_MAX);
    }
    self->profiles[self->profile_count++] = profile;
    return FC_OK;
}

/* "ad,badge" */
static fc_status add_profiles(purpose *self, const char *list, fc_error *err)
{
    char name[64];
    while (*list != '\0') {
        const size_t size = strcspn(list, ",");
        (void)snprintf(name, sizeof name, "%.*s", size > 63 ? 63 : (int)size, list);
        FC_TRY(add_profile(self, name, err));
        list += size + (list[size] == ',' ? 1 : 0);
    }
    return FC_OK;
}

static fc_status read_purpose(const char *to, const char *profiles, purpose *out, fc_error *err)
{
    if (to[0] != '\0') {
        FC_TRY(fc_target_file_of(to, &out->file, err));
    }
    for (size_t i = 0; i < out->file.target_count; i++) {
        FC_TRY(add_profile(out, fc_target_profile(&out->file.targets[i]), err));
    }
    FC_TRY(add_profiles(out, profiles, err));
    return out->profile_count > 0
               ? FC_OK
               : fc_fail(err, FC_INVALID_ARGUMENT,
                         "--to says where the pictures go, --profile which are made");
}

/* ---- photos ---------------------------------------------------------------------------------- */

/** The photos of a folder. */
typedef struct photo_list {
    fc_inputs inputs;
    fc_match_photo *photos;
    size_t count;
} photo_list;

static void photos_clear(photo_list *self)
{
    fc_inputs_clear(&self->inputs);
    fc_memory_free(self->photos);
    *self = (photo_list){ 0 };
}

static int64_t changed_ns(const char *path)
{
    struct stat facts = { 0 };
    return stat(path, &facts) == 0
               ? (int64_t)facts.st_mtim.tv_sec * 1000000000 + facts.st_mtim.tv_nsec
               : 0;
}

static fc_status list_photos(const fc_directory *self, const char *folder, const char *plan,
                             photo_list *out, fc_error *err)
{
    fc_inputs_request request = { .recursive = true, .excluded = plan };
    char *operands[] = { (char *)(uintptr_t)folder }; /* is not changed */
    struct stat facts = { 0 };
    if (stat(folder, &facts) != 0 || !S_ISDIR(facts.st_mode)) {
        return fc_fail(err, FC_IO, "--photos %s: there is no such folder",
                       fc_brief_of(folder).text);
    }
    FC_TRY(fc_formats_parse(self->settings->formats, &request.formats, err));
    FC_TRY(fc_inputs_collect(operands, 1, &request, &out->inputs, err));
    FC_TRY(fc_memory_new(out->inputs.count, sizeof *out->photos, (void **)&out->photos, err));
    for (size_t i = 0; i < out->inputs.count; i++) {
        const fc_input *input = &out->inputs.items[i];
        if (input->kind == FC_INPUT_SHUT) {
            fc_console_say("note: %s cannot be read: %s", input->path, strerror(input->reason));
            continue;
        }
        out->photos[out->count++] = (fc_match_photo){ .path = input->path,
                                                      .below = input->below,
                                                      .changed_ns = changed_ns(input->path) };
    }
    return FC_OK;
}

/* ---- roster ---------------------------------------------------------------------------------- */

static fc_status list_target(const purpose *wanted, fc_roster *out, fc_error *err)
{
    for (size_t i = 0; i < wanted->file.target_count; i++) {
        const fc_target_class *class = fc_target_class_lookup(wanted->file.targets[i].kind);
        if (class->list == NULL) {
            continue;
        }
        fc_target *target = NULL;
        FC_TRY(class->open(&wanted->file.targets[i], &target, err));
        const fc_status status = class->list(target, fc_roster_add, out, err);
        class->close(target);
        return status;
    }
    return fc_fail(err, FC_INVALID_ARGUMENT,
                   "plan needs a roster: a CSV file, or a target that can list its accounts");
}

static fc_status read_roster(const fc_directory *self, const char *path, const purpose *wanted,
                             fc_roster *out, fc_error *err)
{
    if (path == NULL) {
        return list_target(wanted, out, err);
    }
    FC_TRY(fc_roster_read(path, self->flags->map, out, err));
    if (!self->flags->quiet) {
        fc_console_say("%zu accounts in %s, read as %s", out->count, fc_brief_of(path).text,
                       fc_text_encoding_name(out->encoding));
    }
    return FC_OK;
}

/* ---- plan ------------------------------------------------------------------------------------ */

/** The engine and what it needs, loaded when the first photo has to be looked at. */
typedef struct workshop {
    fc_engine *engine;
    fc_memory_share memory;
    int32_t parallel;
    bool open;
} workshop;

static void workshop_close(workshop *self)
{
    if (self->open) {
        fc_memory_share_end(&self->memory);
        fc_engine_free(self->engine);
    }
}

#define AUTO_WORKSHOP __attribute__((cleanup(workshop_close))) workshop

static fc_status workshop_open(const fc_directory *self, size_t photos, workshop *out,
                               fc_error *err)
{
    if (out->open) {
        return FC_OK;
    }
    const fc_system_limits container = fc_system_limits_here();
    out->parallel = fc_parallel_jobs(&container, self->flags->jobs, photos);
    fc_settings shared = *self->settings;
    shared.threads = fc_threads_share(self->settings->threads, out->parallel);
    FC_TRY(fc_decoders_start(self->settings, photos > 1 ? out->parallel : 0,
                             self->flags->quiet ? FC_DECODERS_QUIET : FC_DECODERS_TELL, err));
    FC_TRY(fc_engine_new_for(&shared, self->params, &out->engine, err));
    fc_memory_share_start(&out->memory, &container);
    out->open = true;
    return FC_OK;
}

/** A run over the items of a plan or an apply, for the batch. */
typedef struct run_state {
    workshop *shop; /* of a plan */
    fc_plan *plan;
    fc_apply *apply;
    fc_progress progress;
    const fc_directory_flags *flags;
} run_state;

static void tick(void *context)
{
    const run_state *self = context;
    fc_progress_draw(&self->progress);
}

static fc_status take_memory(void *context, int64_t bytes, fc_error *err)
{
    return fc_memory_share_take(context, bytes, fc_interrupt_cancel(), err);
}

static void return_memory(void *context, int64_t bytes)
{
    fc_memory_share_return(context, bytes);
}

static void work_on_photo(void *context, size_t index, fc_job_report *report)
{
    run_state *self = context;
    const fc_look_admission admission = { take_memory, return_memory, &self->shop->memory };
    const fc_status status = fc_plan_make(self->plan, index, self->shop->engine,
                                          fc_interrupt_cancel(), &admission, &report->failure);
    report->failure.status = status;
}

/* What is no fault of a photo ends the run. */
static fc_status pass_on(run_state *self, const char *name, const fc_job_report *done,
                         fc_error *err)
{
    const fc_error *failure = &done->failure;
    self->progress.done++;
    if (failure->status == FC_OK) {
        return FC_OK;
    }
    fc_progress_erase(&self->progress);
    if (failure->status == FC_CANCELLED) {
        return fc_fail(err, FC_CANCELLED, "interrupted after %zu of %zu; the same again goes on",
                       self->progress.done - 1, self->progress.total);
    }
    return fc_fail(err, failure->status, "%s: %s", fc_brief_of(name).text, failure->text);
}

static fc_status report_photo(void *context, size_t index, const fc_job_report *done, fc_error *err)
{
    run_state *self = context;
    return pass_on(self, fc_plan_photo(self->plan, index), done, err);
}

static fc_status make_all(const fc_directory *self, fc_plan *plan, workshop *shop, fc_error *err)
{
    const size_t count = fc_plan_count(plan);
    if (count == 0) {
        return FC_OK;
    }
    FC_TRY(workshop_open(self, count, shop, err));
    run_state state = { .shop = shop, .plan = plan, .flags = self->flags };
    fc_progress_init(&state.progress, count, !self->flags->quiet);
    fc_progress_draw(&state.progress);
    const fc_batch batch = { .count = count,
                             .threads = shop->parallel,
                             .cancel = fc_interrupt_cancel(),
                             .work = work_on_photo,
                             .report = report_photo,
                             .tick = tick,
                             .context = &state };
    const fc_status status = fc_batch_run(&batch, err);
    fc_progress_erase(&state.progress);
    return status;
}

static fc_status print_counts(const fc_directory *self, const fc_plan_report *report, fc_error *err)
{
    FC_AUTO_PAGE(page, FC_PAGE_PLAIN);
    if (self->flags->json) {
        json_t *counts = json_object();
        for (int i = 0; i < FC_LINE_STATES_COUNT; i++) {
            (void)json_object_set_new(counts, fc_line_state_lookup((fc_line_state)i)->word,
                                      json_integer((json_int_t)report->counts[i]));
        }
        FC_TRY(fc_json_write_line(counts, &page.text, err));
        return fc_page_print(&page, err);
    }
    for (int i = 0; i < FC_LINE_STATES_COUNT; i++) {
        if (report->counts[i] > 0) {
            fc_page_raw(&page, "%7zu %s\n", report->counts[i],
                        fc_line_state_lookup((fc_line_state)i)->word);
        }
    }
    fc_page_raw(&page, "%s/report.html\n", report->folder);
    return self->flags->quiet ? FC_OK : fc_page_print(&page, err);
}

static int exit_code_of(const fc_plan_report *report)
{
    if (report->counts[FC_LINE_REFUSED] > 0) {
        return FC_EXIT_REFUSED;
    }
    for (int i = 0; i < FC_LINE_STATES_COUNT; i++) {
        if (report->counts[i] > 0 && fc_line_state_lookup((fc_line_state)i)->eyes) {
            return FC_EXIT_NEEDS_EYES;
        }
    }
    return 0;
}

static fc_status write_report(const char *folder, fc_plan_store *store, const purpose *wanted,
                              fc_plan_report *report, fc_error *err)
{
    *report = (fc_plan_report){ .folder = folder,
                                .store = store,
                                .profiles = wanted->profiles,
                                .profile_count = wanted->profile_count,
                                .targets = wanted->file.targets,
                                .target_count = wanted->file.target_count };
    return fc_plan_report_write(report, err);
}

/* For apply: what the plan was made for. */
static fc_status keep_purpose(const fc_directory *self, fc_plan_store *store, fc_error *err)
{
    FC_TRY(fc_plan_store_set(store, "to", self->flags->to, err));
    return fc_plan_store_set(store, "profiles", self->flags->profile, err);
}

static fc_status plan_with(const fc_directory *self, const purpose *wanted, const fc_roster *roster,
                           const photo_list *photos, workshop *shop, fc_plan_report *report,
                           fc_error *err)
{
    fc_plan_request request = { .folder = self->flags->output,
                                .roster = roster,
                                .photos = photos->photos,
                                .photo_count = photos->count,
                                .id_in_name = self->flags->match == FC_MATCH_ID_IN_NAME,
                                .newest = self->flags->newest,
                                .params = *self->params,
                                .profile_count = wanted->profile_count,
                                .file_bytes_max = (size_t)self->settings->max_file_mb << 20,
                                .only = self->flags->only[0] != '\0' ? self->flags->only : NULL,
                                .limit = (size_t)self->flags->limit };
    memcpy(request.profiles, wanted->profiles, sizeof request.profiles);
    FC_AUTO(fc_plan) plan = NULL;
    FC_TRY(fc_plan_open(&request, &plan, err));
    FC_TRY(keep_purpose(self, fc_plan_state(plan), err));
    const fc_status made = make_all(self, plan, shop, err);
    if (made != FC_OK && made != FC_CANCELLED) {
        return made;
    }
    fc_error why = { 0 };
    fc_status status = made == FC_OK ? fc_plan_tidy(plan, &why) : FC_OK;
    status = status == FC_OK
                 ? write_report(request.folder, fc_plan_state(plan), wanted, report, &why)
                 : status;
    return status != FC_OK ? fc_fail(err, status, "%s", why.text) : made;
}

static fc_status plan_once(const fc_directory *self, const char *photos, const char *roster_path,
                           const purpose *wanted, workshop *shop, fc_plan_report *report,
                           fc_error *err)
{
    __attribute__((cleanup(photos_clear))) photo_list list = { 0 };
    __attribute__((cleanup(fc_roster_clear))) fc_roster roster = { 0 };
    FC_TRY(read_roster(self, roster_path, wanted, &roster, err));
    FC_TRY(list_photos(self, photos, self->flags->output, &list, err));
    return plan_with(self, wanted, &roster, &list, shop, report, err);
}

fc_status fc_directory_plan(const fc_directory *self, const char *roster, int *exit_code,
                            fc_error *err)
{
    AUTO_PURPOSE wanted = { 0 };
    AUTO_WORKSHOP shop = { 0 };
    fc_plan_report report = { 0 };
    if (self->flags->photos[0] == '\0') {
        return fc_fail(err, FC_INVALID_ARGUMENT, "plan needs --photos FOLDER");
    }
    FC_TRY(read_purpose(self->flags->to, self->flags->profile, &wanted, err));
    FC_TRY(plan_once(self, self->flags->photos, roster, &wanted, &shop, &report, err));
    *exit_code = exit_code_of(&report);
    return print_counts(self, &report, err);
}

/* ---- apply ----------------------------------------------------------------------------------- */

static void deliver(void *context, size_t index, fc_job_report *report)
{
    run_state *self = context;
    fc_apply_result result;
    report->results = FC_BUFFER(FC_REPORT_BYTES_MAX);
    report->failure.status = fc_apply_deliver(self->apply, index, &result, &report->failure);
    if (report->failure.status != FC_OK) {
        return;
    }
    const char *account = fc_apply_account(self->apply, index);
    const char *target = fc_apply_target(self->apply, index);
    const char *gap = result.words[0] != '\0' ? ": " : "";
    if (result.state == FC_LINE_REFUSED) {
        fc_warn(&report->warnings, "%.60s %s %.40s%s%s", account,
                fc_line_state_lookup(result.state)->word, target, gap, result.words);
    } else if (result.state == FC_LINE_READY || self->flags->undo) {
        report->failure.status = fc_buffer_print(
            &report->results, &report->failure, "%s%s %s%s%s\n",
            self->flags->dry_run ? "would send " : "", account, target, gap, result.words);
    }
}

static fc_status report_delivery(void *context, size_t index, const fc_job_report *done,
                                 fc_error *err)
{
    run_state *self = context;
    FC_TRY(pass_on(self, fc_apply_target(self->apply, index), done, err));
    fc_progress_erase(&self->progress);
    if (done->warnings.count > 0) {
        self->progress.failed++;
        fc_console_say("%s", done->warnings.items[0]);
    }
    if (done->results.size > 0 && !self->flags->quiet && !self->flags->json) {
        FC_TRY(fc_file_write("-", fc_buffer_bytes(&done->results), err));
    }
    fc_progress_draw(&self->progress);
    return FC_OK;
}

static fc_status deliver_all(const fc_directory *self, fc_apply *apply, size_t *failed,
                             fc_error *err)
{
    run_state state = { .apply = apply, .flags = self->flags };
    const size_t count = fc_apply_count(apply);
    const int32_t threads = fc_apply_threads(apply);
    fc_progress_init(&state.progress, count, !self->flags->quiet);
    const fc_batch batch = { .count = count,
                             .threads = count < (size_t)threads ? (int32_t)count : threads,
                             .cancel = fc_interrupt_cancel(),
                             .work = deliver,
                             .report = report_delivery,
                             .tick = tick,
                             .context = &state };
    const fc_status status = count > 0 ? fc_batch_run(&batch, err) : FC_OK;
    fc_progress_erase(&state.progress);
    *failed = state.progress.failed;
    fc_error why = { 0 };
    const fc_status finished = fc_apply_finish(apply, &why);
    return status != FC_OK || finished == FC_OK ? status : fc_fail(err, finished, "%s", why.text);
}

static fc_status apply_with(const fc_directory *self, const char *folder, fc_plan_store *store,
                            const purpose *wanted, fc_plan_report *report, size_t *failed,
                            fc_error *err)
{
    const fc_directory_flags *flags = self->flags;
    const fc_apply_request request = { .folder = folder,
                                       .store = store,
                                       .targets = wanted->file.targets,
                                       .target_count = wanted->file.target_count,
                                       .only = flags->only[0] != '\0' ? flags->only : NULL,
                                       .limit = (size_t)flags->limit,
                                       .parallel = flags->parallel,
                                       .needs_eyes = flags->needs_eyes,
                                       .undo = flags->undo,
                                       .dry_run = flags->dry_run,
                                       .cancel = fc_interrupt_cancel() };
    FC_AUTO(fc_apply) apply = NULL;
    FC_TRY(fc_apply_open(&request, &apply, err));
    const fc_status delivered = deliver_all(self, apply, failed, err);
    fc_error why = { 0 };
    const fc_status written = write_report(folder, store, wanted, report, &why);
    return delivered != FC_OK || written == FC_OK ? delivered
                                                  : fc_fail(err, written, "%s", why.text);
}

static void close_folder(const int *folder)
{
    if (*folder >= 0) {
        (void)close(*folder);
    }
}

/* What a plan was made for, or what --to says instead. */
static fc_status recall_purpose(const fc_directory *self, fc_plan_store *store, purpose *out,
                                fc_error *err)
{
    FC_AUTO_BUFFER(to, 1 << 16);
    FC_AUTO_BUFFER(profiles, 1 << 16);
    FC_TRY(fc_plan_store_get(store, "to", &to, err));
    FC_TRY(fc_plan_store_get(store, "profiles", &profiles, err));
    const char *target = self->flags->to[0] != '\0' ? self->flags->to : fc_buffer_text(&to);
    if (target[0] == '\0') {
        return fc_fail(err, FC_INVALID_ARGUMENT,
                       "the plan has no target; --to says where the pictures go");
    }
    return read_purpose(target, fc_buffer_text(&profiles), out, err);
}

fc_status fc_directory_apply(const fc_directory *self, const char *plan, int *exit_code,
                             fc_error *err)
{
    AUTO_PURPOSE wanted = { 0 };
    fc_plan_report report = { 0 };
    size_t failed = 0;
    __attribute__((cleanup(close_folder))) int folder = -1;
    FC_AUTO(fc_plan_store) store = NULL;
    FC_TRY(fc_plan_lock(plan, &folder, err));
    FC_TRY(fc_plan_store_open(plan, false, &store, err));
    FC_TRY(recall_purpose(self, store, &wanted, err));
    FC_TRY(apply_with(self, plan, store, &wanted, &report, &failed, err));
    *exit_code = failed > 0 ? FC_EXIT_REFUSED : exit_code_of(&report);
    return print_counts(self, &report, err);
}

/* ---- watch ----------------------------------------------------------------------------------- */

/* What is wrong now, such as a roster that is being written, may be right the next time. */
static void tell_and_go_on(const fc_error *why)
{
    fc_console_say("%s; waiting for the next change", why->text);
}

static fc_status plan_and_apply(const fc_directory *self, const char *photos, const char *roster,
                                const purpose *wanted, workshop *shop, int *exit_code,
                                fc_error *err)
{
    fc_plan_report report = { 0 };
    FC_TRY(plan_once(self, photos, roster, wanted, shop, &report, err));
    return fc_directory_apply(self, self->flags->output, exit_code, err);
}

/* A plan inside of the photos would be a change each time that it is written. */
static fc_status check_apart(const char *photos, const char *plan, fc_error *err)
{
    char inner[PATH_MAX];
    char outer[PATH_MAX];
    (void)mkdir(plan, 0700);
    const bool known = realpath(photos, outer) != NULL && realpath(plan, inner) != NULL;
    const size_t size = known ? strlen(outer) : 0;
    return known && strncmp(inner, outer, size) == 0 && (inner[size] == '/' || inner[size] == '\0')
               ? fc_fail(err, FC_INVALID_ARGUMENT, "-o %s: the plan must lie outside of the photos",
                         fc_brief_of(plan).text)
               : FC_OK;
}

fc_status fc_directory_watch(const fc_directory *self, const char *photos, const char *roster,
                             int *exit_code, fc_error *err)
{
    AUTO_PURPOSE wanted = { 0 };
    AUTO_WORKSHOP shop = { 0 };
    FC_AUTO(fc_watch) watch = NULL;
    FC_TRY(read_purpose(self->flags->to, self->flags->profile, &wanted, err));
    if (wanted.file.target_count == 0) {
        return fc_fail(err, FC_INVALID_ARGUMENT, "watch needs --to TARGET");
    }
    FC_TRY(check_apart(photos, self->flags->output, err));
    FC_TRY(fc_watch_new(photos, roster, &watch, err));
    for (bool changed = true; !atomic_load(&fc_interrupt_cancel()->requested);) {
        fc_error why = { 0 };
        if (changed &&
            plan_and_apply(self, photos, roster, &wanted, &shop, exit_code, &why) != FC_OK &&
            why.status != FC_CANCELLED) {
            tell_and_go_on(&why);
        }
        FC_TRY(fc_watch_wait(watch, REST_MS, LOOK_MS, &changed, err));
    }
    return FC_OK;
}
