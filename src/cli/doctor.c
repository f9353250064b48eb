#define _GNU_SOURCE /* environ, secure_getenv */
#include "cli/doctor.h"

#include <errno.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/assert.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/suggest.h"
#include "cli/command.h"
#include "cli/decoders.h"
#include "cli/dotenv.h"
#include "cli/page.h"
#include "engine/model_files.h"
#include "engine/runtime_plan.h"
#include "engine/system_limits.h"
#include "facecraft_version.h"
#include "http/server.h"
#include "image/codecs.h"
#include "image/profile.h"
#include "infer/session.h"
#include "report/catalogue.h"
#include "report/json.h"
#include "sandbox/sandbox.h"
#include "store/job_store.h"
#include "store/postgres.h"

void fc_doctor_note(fc_doctor *doctor, fc_doctor_grade grade, const char *subject,
                    const char *advice, const char *format, ...)
{
    FC_ASSERT(doctor != NULL);
    FC_ASSERT(subject != NULL);
    if (doctor->count == FC_DOCTOR_LINES_MAX) {
        return;
    }
    fc_doctor_line *line = &doctor->lines[doctor->count++];
    *line = (fc_doctor_line){ .grade = grade, .subject = subject, .advice = advice };
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(line->text, sizeof line->text, format, arguments);
    va_end(arguments);
}

/* ---- settings -------------------------------------------------------------------------------- */

#define PREFIX "FACECRAFT_"
#define PREFIX_LENGTH (sizeof PREFIX - 1)

/* Longest name of a variable, without the prefix. */
#define NAME_SIZE 96

/* Each on its own, so that one bad variable does not hide the next. */
static int set_options(fc_doctor *doctor, fc_options options, void *target)
{
    int set = 0;
    for (size_t i = 0; i < options.count; i++) {
        char name[NAME_SIZE + PREFIX_LENGTH];
        (void)snprintf(name, sizeof name, PREFIX "%s", options.rows[i].variable);
        const char *value = secure_getenv(name);
        fc_error err = { 0 };
        if (value == NULL) {
            continue;
        }
        set++;
        if (fc_option_set(&options.rows[i], target, value, &err) != FC_OK) {
            fc_doctor_note(doctor, FC_DOCTOR_FAULT, "settings",
                           "set an allowed value; they are in `facecraft options`", "%s: %s", name,
                           err.text);
        }
    }
    return set;
}

static bool is_named(const fc_option *option, const char *name)
{
    const size_t length = strlen(option->variable);
    if (strncmp(option->variable, name, length) != 0) {
        return false;
    }
    return name[length] == '\0' ||
           (option->kind == FC_OPTION_SECRET && strcmp(name + length, "_FILE") == 0);
}

static bool is_known(const char *name, fc_suggestion *suggestion)
{
    const fc_options tables[] = { fc_params_options(), fc_settings_options(), fc_server_options() };
    for (size_t t = 0; t < sizeof tables / sizeof tables[0]; t++) {
        for (size_t i = 0; i < tables[t].count; i++) {
            if (is_named(&tables[t].rows[i], name)) {
                return true;
            }
            fc_suggestion_offer(suggestion, tables[t].rows[i].variable);
        }
    }
    return false;
}

static void find_unknown(fc_doctor *doctor)
{
    for (char **entry = environ; *entry != NULL; entry++) {
        char name[NAME_SIZE];
        if (strncmp(*entry, PREFIX, PREFIX_LENGTH) != 0) {
            continue;
        }
        (void)snprintf(name, sizeof name, "%.*s", (int)strcspn(*entry + PREFIX_LENGTH, "="),
                       *entry + PREFIX_LENGTH);
        fc_suggestion suggestion = { .word = name };
        if (!is_known(name, &suggestion)) {
            fc_doctor_note(doctor, FC_DOCTOR_WARNING, "settings",
                           "correct the name or take the variable out; `facecraft options` has all",
                           PREFIX "%s has no effect%s%s%s", name,
                           suggestion.best != NULL ? "; did you mean " PREFIX : "",
                           suggestion.best != NULL ? suggestion.best : "",
                           suggestion.best != NULL ? "?" : "");
        }
    }
}

static void check_settings(fc_doctor *doctor)
{
    fc_error err = { 0 };
    const size_t before = doctor->count;
    if (fc_dotenv_load(".env", &err) != FC_OK) {
        fc_doctor_note(doctor, FC_DOCTOR_FAULT, "settings", "correct the line of .env", "%s",
                       err.text);
    }
    const int set = set_options(doctor, fc_params_options(), &doctor->params) +
                    set_options(doctor, fc_settings_options(), &doctor->settings) +
                    set_options(doctor, fc_server_options(), &doctor->server);
    if (fc_secrets_load(&doctor->server, &err) != FC_OK) {
        fc_doctor_note(doctor, FC_DOCTOR_FAULT, "settings", "name a file that holds the secret",
                       "%s", err.text);
    }
    find_unknown(doctor);
    if (doctor->count == before) {
        fc_doctor_note(doctor, FC_DOCTOR_OK, "settings", NULL,
                       "%d variables are set and understood", set);
    }
}

/* ---- libraries ------------------------------------------------------------------------------- */

/* Which library reads which format. */
static void note_codecs(fc_doctor *doctor)
{
    FC_AUTO_BUFFER(line, 512);
    for (fc_format format = FC_FORMAT_UNKNOWN + 1; format < FC_FORMAT_COUNT; format++) {
        const fc_codec *codec = fc_codec_lookup(format);
        if (fc_buffer_print(&line, NULL, "%s%s: %s%s%s", line.size > 0 ? ", " : "",
                            fc_format_name(format), codec->library,
                            codec->version()[0] != '\0' ? " " : "", codec->version()) != FC_OK) {
            return; /* no memory for one line of text */
        }
    }
    fc_doctor_note(doctor, FC_DOCTOR_OK, "libraries", NULL, "%s", fc_buffer_text(&line));
}

static void check_libraries(fc_doctor *doctor)
{
    fc_doctor_note(doctor, FC_DOCTOR_OK, "libraries", NULL, "facecraft %s (%s), ONNX Runtime %s",
                   FC_VERSION, FC_REVISION, fc_runtime_version());
    fc_doctor_note(doctor, FC_DOCTOR_OK, "libraries", NULL,
                   "libmicrohttpd %s, SQLite %s, Jansson %s, Little CMS %s", fc_http_library(),
                   fc_job_store_library(), jansson_version_str(), fc_profile_library());
    note_codecs(doctor);
    const int libpq = fc_pg_library();
    if (libpq > 0) {
        fc_doctor_note(doctor, FC_DOCTOR_OK, "libraries", NULL, "libpq %d.%d", libpq / 10000,
                       libpq % 10000);
    } else {
        fc_doctor_note(doctor, FC_DOCTOR_OK, "libraries", NULL,
                       "no libpq, which only FACECRAFT_DATABASE needs");
    }
}

/* ---- machine --------------------------------------------------------------------------------- */

/* One portrait takes about 160 MB, as `make bench` measures it; below this there is no air. */
#define MEMORY_MIN_MB 384

static void check_machine(fc_doctor *doctor)
{
    const fc_system_limits limits = fc_system_limits_here();
    const long long memory_mb = limits.memory_bytes >> 20;
    if (memory_mb < MEMORY_MIN_MB) {
        fc_doctor_note(doctor, FC_DOCTOR_WARNING, "machine",
                       "raise the memory limit of the container",
                       "%lld MB of memory are allowed, %d are needed for one portrait at a time",
                       memory_mb, MEMORY_MIN_MB);
    } else {
        fc_doctor_note(doctor, FC_DOCTOR_OK, "machine", NULL,
                       "%d processors and %lld MB of memory may be used", limits.processors,
                       memory_mb);
    }
    if (doctor->server.memory_budget_mb > memory_mb) {
        fc_doctor_note(doctor, FC_DOCTOR_WARNING, "machine",
                       "lower FACECRAFT_MEMORY_BUDGET_MB, or leave it out",
                       "photos may take %d MB together, more than the %lld MB that are allowed",
                       doctor->server.memory_budget_mb, memory_mb);
    }
}

/* ---- folders --------------------------------------------------------------------------------- */

/* Below this the first busy hour may fill the disk. */
#define FREE_MIN_MB 256

/* A folder that is written to. */
typedef struct place {
    const char *what; /* "output folder" */
    const char *path;
    bool whole_way;          /* folders above it are made as well */
    fc_doctor_grade spoilt;  /* it is there, and nothing can be written */
    fc_doctor_grade missing; /* and it cannot be made */
    const char *advice;      /* for both */
    const char *low_advice;  /* where little is free */
} place;

/* The folder that `path` would be made in; false where there is none above it. */
static bool climb(char path[FC_CACHE_PATH_SIZE])
{
    size_t length = strlen(path);
    while (length > 1 && path[length - 1] == '/') {
        path[--length] = '\0';
    }
    char *slash = strrchr(path, '/');
    const bool is_top = strcmp(path, "/") == 0 || strcmp(path, ".") == 0;
    if (slash == NULL) {
        (void)snprintf(path, FC_CACHE_PATH_SIZE, ".");
    } else {
        slash[slash == path ? 1 : 0] = '\0';
    }
    return !is_top;
}

static void note_space(fc_doctor *doctor, const place *checked, const char *folder,
                       const char *state)
{
    struct statvfs disk = { 0 };
    if (statvfs(folder, &disk) != 0) {
        fc_doctor_note(doctor, FC_DOCTOR_WARNING, "folders", NULL, "%s %.200s: %s", checked->what,
                       folder, strerror(errno));
        return;
    }
    const unsigned long long free_mb =
        (unsigned long long)disk.f_bavail * (unsigned long long)disk.f_frsize >> 20;
    const bool low = free_mb < FREE_MIN_MB;
    fc_doctor_note(doctor, low ? FC_DOCTOR_WARNING : FC_DOCTOR_OK, "folders",
                   low ? checked->low_advice : NULL, "%s %.200s: %s, %llu MB free", checked->what,
                   checked->path, state, free_mb);
}

static void note_spoilt(fc_doctor *doctor, const place *checked, fc_doctor_grade grade,
                        const char *why)
{
    fc_doctor_note(doctor, grade, "folders", grade != FC_DOCTOR_OK ? checked->advice : NULL,
                   "%s %.200s: %s", checked->what, checked->path, why);
}

static void check_place(fc_doctor *doctor, const place *checked)
{
    struct stat facts = { 0 };
    if (stat(checked->path, &facts) == 0) {
        if (!S_ISDIR(facts.st_mode)) {
            note_spoilt(doctor, checked, checked->spoilt, "not a folder");
        } else if (access(checked->path, W_OK | X_OK) != 0) {
            note_spoilt(doctor, checked, checked->spoilt, strerror(errno));
        } else {
            note_space(doctor, checked, checked->path, "writable");
        }
        return;
    }
    char above[FC_CACHE_PATH_SIZE];
    (void)snprintf(above, sizeof above, "%s", checked->path);
    bool more = climb(above);
    while (more && checked->whole_way && access(above, F_OK) != 0) {
        more = climb(above);
    }
    if (access(above, W_OK | X_OK) == 0) {
        note_space(doctor, checked, above, "will be made");
    } else {
        note_spoilt(doctor, checked, checked->missing, "missing, and it cannot be made");
    }
}

/* `facecraft serve` makes the folder where it can; the command line does without. */
static void check_output(fc_doctor *doctor)
{
    const char *initial = fc_option_lookup(fc_server_options(), "output_dir")->initial;
    const bool asked_for = strcmp(doctor->server.output_dir, initial) != 0;
    check_place(doctor, &(place){
                            .what = "output folder",
                            .path = doctor->server.output_dir,
                            .spoilt = FC_DOCTOR_FAULT,
                            .missing = asked_for ? FC_DOCTOR_FAULT : FC_DOCTOR_WARNING,
                            .advice = "`facecraft serve` needs it: give it to the user of the "
                                      "service, or set FACECRAFT_OUTPUT_DIR to another",
                            .low_advice = "make room, or lower FACECRAFT_CLEANUP_AGE_HOURS",
                        });
}

/* Everything works without it, more slowly; so only a folder that was asked for is missed. */
static void check_cache(fc_doctor *doctor)
{
    char path[FC_CACHE_PATH_SIZE];
    fc_cache_folder(&doctor->settings, path);
    if (path[0] == '\0') {
        fc_doctor_note(doctor, FC_DOCTOR_OK, "folders", NULL,
                       "cache folder: none, neither XDG_CACHE_HOME nor HOME names a folder");
        return;
    }
    const fc_doctor_grade grade =
        doctor->settings.cache_dir[0] != '\0' ? FC_DOCTOR_WARNING : FC_DOCTOR_OK;
    check_place(doctor, &(place){
                            .what = "cache folder",
                            .path = path,
                            .whole_way = true,
                            .spoilt = grade,
                            .missing = grade,
                            .advice = "models are compiled again at each start: set "
                                      "FACECRAFT_CACHE_DIR to a folder that can be written",
                            .low_advice = "make room, or set FACECRAFT_CACHE_DIR to another",
                        });
}

static void check_folders(fc_doctor *doctor)
{
    check_output(doctor);
    check_cache(doctor);
}

/* ---- models ---------------------------------------------------------------------------------- */

/* Files above this are only compared by size: the doctor answers in seconds. */
#define HASHED_BYTES_MAX ((int64_t)128 << 20)

static void note_hash(fc_doctor *doctor, int index)
{
    const fc_supply *supply = fc_model_file_supply(index);
    fc_model_verdict verdict = { 0 };
    fc_error err = { 0 };
    char path[FC_MODEL_PATH_SIZE];
    fc_model_file_path(index, &doctor->settings, path);
    if (fc_model_verify(index, &doctor->settings, &verdict, &err) != FC_OK) {
        fc_doctor_note(doctor, FC_DOCTOR_FAULT, "models", "make the file readable, or replace it",
                       "%s", err.text);
    } else if (!verdict.genuine) {
        fc_doctor_note(doctor, FC_DOCTOR_FAULT, "models",
                       "replace the file: tools/fetch, or `facecraft models fetch`",
                       "%.200s: SHA-256 is %s, wanted is %s", path, verdict.sha256, supply->sha256);
    } else {
        fc_doctor_note(doctor, FC_DOCTOR_OK, "models", NULL, "%s: found, its hash is right",
                       fc_model_file_lookup(index)->name);
    }
}

static void note_found(fc_doctor *doctor, int index)
{
    const fc_supply *supply = fc_model_file_supply(index);
    char path[FC_MODEL_PATH_SIZE];
    fc_model_file_path(index, &doctor->settings, path);
    const long long bytes = fc_catalogue_model_bytes(path);
    if (supply->bytes <= HASHED_BYTES_MAX && bytes <= HASHED_BYTES_MAX) {
        note_hash(doctor, index);
    } else if (bytes == supply->bytes) {
        fc_doctor_note(doctor, FC_DOCTOR_OK, "models", NULL,
                       "%s: found, its size is right (`facecraft models verify` hashes it)",
                       fc_model_file_lookup(index)->name);
    } else {
        fc_doctor_note(doctor, FC_DOCTOR_FAULT, "models",
                       "replace the file: tools/fetch, or `facecraft models fetch`",
                       "%.200s: %lld bytes, the published file has %lld", path, bytes,
                       (long long)supply->bytes);
    }
}

static void note_model(fc_doctor *doctor, int index)
{
    const fc_model_file *file = fc_model_file_lookup(index);
    char path[FC_MODEL_PATH_SIZE];
    fc_model_file_path(index, &doctor->settings, path);
    switch (fc_model_file_state(index, &doctor->settings)) {
    case FC_MODEL_FOUND:
        note_found(doctor, index);
        return;
    case FC_MODEL_MISSING:
        fc_doctor_note(doctor, FC_DOCTOR_FAULT, "models",
                       index == FC_MODEL_FILE_dlib
                           ? "get it with `facecraft models fetch dlib`, or leave landmarks at auto"
                           : "get it with tools/fetch, or set FACECRAFT_MODELS_DIR to its folder",
                       "%s: there is no %.300s", file->name, path);
        return;
    case FC_MODEL_NOT_INSTALLED:
        fc_doctor_note(doctor, FC_DOCTOR_OK, "models", NULL, "%s: not installed, works without it",
                       file->name);
        return;
    case FC_MODEL_REFUSED:
        if (index == fc_model_file_of_landmarks(&doctor->settings)) {
            fc_doctor_note(doctor, FC_DOCTOR_FAULT, "models",
                           "set landmarks to mesh, or commercial_only to false",
                           "%s: refused for its licence, and asked for", file->name);
            return;
        }
        fc_doctor_note(doctor, FC_DOCTOR_OK, "models", NULL,
                       "%s: refused for its licence, as commercial_only asks", file->name);
        return;
    }
}

/* Are the model files there, genuine, and do they load? Fills the engine. */
static void check_models(fc_doctor *doctor)
{
    fc_error err = { 0 };
    for (int i = 0; i < FC_MODEL_FILES_COUNT; i++) {
        note_model(doctor, i);
    }
    if (fc_engine_new(&doctor->settings, &doctor->engine, &err) != FC_OK) {
        fc_doctor_note(doctor, FC_DOCTOR_FAULT, "models", "see the lines above", "%s", err.text);
        return;
    }
    for (int i = 0; i < FC_MODEL_FILES_COUNT; i++) {
        if (fc_engine_model_loaded(doctor->engine, i)) {
            fc_doctor_note(doctor, FC_DOCTOR_OK, "models", NULL, "%s: loaded, runs on %s",
                           fc_model_file_lookup(i)->name,
                           fc_engine_model_device(doctor->engine, i));
        }
    }
}

/* ---- providers ------------------------------------------------------------------------------- */

/* Each says itself whether it is used. One that was asked for in vain has kept the models from
 * loading. */
static void check_providers(fc_doctor *doctor)
{
    if (doctor->engine == NULL) {
        fc_doctor_note(doctor, FC_DOCTOR_WARNING, "providers", "first put the models right",
                       "not chosen: the models are not loaded");
        return;
    }
    const fc_runtime *runtime = fc_engine_runtime(doctor->engine);
    for (int i = 0; i < FC_PROVIDERS_COUNT; i++) {
        const fc_provider_report *report = fc_runtime_report(runtime, (fc_provider)i);
        fc_doctor_note(doctor, FC_DOCTOR_OK, "providers", NULL, "%s%s%s%s%s: %s", report->name,
                       report->version[0] != '\0' ? " " : "", report->version,
                       report->device[0] != '\0' ? " on " : "", report->device, report->text);
    }
}

/* ---- sandbox --------------------------------------------------------------------------------- */

/* It stays on: the photo that the program carries is decoded in it. */
static void check_sandbox(fc_doctor *doctor)
{
    fc_error err = { 0 };
    if (fc_decoders_start(&doctor->settings, 0, FC_DECODERS_QUIET, &err) != FC_OK) {
        fc_doctor_note(doctor, FC_DOCTOR_FAULT, "sandbox",
                       "allow seccomp, or set FACECRAFT_SANDBOX=auto", "%s", err.text);
        return;
    }
    const fc_sandbox_report report = fc_sandbox_look();
    if (report.is_on) {
        fc_doctor_note(doctor, FC_DOCTOR_OK, "sandbox", NULL,
                       "each photo is decoded in a process of its own: %s", report.text);
    } else if (doctor->settings.sandbox == FC_SANDBOX_OFF) {
        fc_doctor_note(doctor, FC_DOCTOR_WARNING, "sandbox", "leave FACECRAFT_SANDBOX out",
                       "switched off: a photo that harms a decoder harms the whole program");
    } else {
        fc_doctor_note(doctor, FC_DOCTOR_WARNING, "sandbox",
                       "allow seccomp to the container; until then a photo that harms a decoder "
                       "harms the whole program",
                       "photos are decoded in the program's own process: %s", report.text);
    }
}

/* ---- portrait -------------------------------------------------------------------------------- */

/* src/cli/doctor/face.jpg: 240 x 300 px with one face, carried in the program (Assets.cmake). */
extern const uint8_t fc_asset_face_jpg[];
extern const uint8_t fc_asset_face_jpg_end[];

static fc_status count_png(void *context, fc_portrait *portrait, int32_t number, int32_t count,
                           fc_error *err)
{
    (void)number;
    (void)count;
    (void)err;
    size_t *bytes = context;
    *bytes = portrait->png.size;
    return FC_OK;
}

static void check_portrait(fc_doctor *doctor)
{
    if (doctor->engine == NULL) {
        fc_doctor_note(doctor, FC_DOCTOR_FAULT, "portrait", "first put the models right",
                       "not tried: the models are not loaded");
        return;
    }
    fc_error err = { 0 };
    size_t png_bytes = 0;
    const int64_t start_us = fc_clock_us();
    fc_photo photo = { .params = fc_params_default(), .outputs = FC_OUTPUT_PNG };
    const fc_bytes file = { fc_asset_face_jpg,
                            (size_t)(fc_asset_face_jpg_end - fc_asset_face_jpg) };
    const fc_status status =
        fc_engine_process(doctor->engine, &photo, file, NULL, count_png, &png_bytes, &err);
    const int32_t faces = photo.faces.count;
    fc_photo_clear(&photo);
    if (status != FC_OK || faces != 1) {
        fc_doctor_note(doctor, FC_DOCTOR_FAULT, "portrait",
                       "check the models and libraries above; this photo works everywhere else",
                       "the photo that the program carries: %d faces, not 1; %s", faces,
                       status == FC_OK ? "no failure" : err.text);
        return;
    }
    fc_doctor_note(doctor, FC_DOCTOR_OK, "portrait", NULL,
                   "one face found in the photo that the program carries; PNG of %zu KB in %lld ms",
                   png_bytes / 1000, (long long)(fc_clock_us() - start_us) / 1000);
}

/* ---- the command ----------------------------------------------------------------------------- */

static const char *grade_name(fc_doctor_grade grade)
{
    switch (grade) {
    case FC_DOCTOR_OK:
        return "ok";
    case FC_DOCTOR_WARNING:
        return "warning";
    case FC_DOCTOR_FAULT:
        return "fault";
    }
    FC_ASSERT(!"unknown grade of a finding");
    return "";
}

static int count_of(const fc_doctor *doctor, fc_doctor_grade grade)
{
    int count = 0;
    for (size_t i = 0; i < doctor->count; i++) {
        count += doctor->lines[i].grade == grade;
    }
    return count;
}

static json_t *pack(const fc_doctor *doctor)
{
    json_t *list = json_array();
    for (size_t i = 0; i < doctor->count; i++) {
        const fc_doctor_line *line = &doctor->lines[i];
        list = fc_json_append(list,
                              json_pack("{s:s, s:s, s:o, s:s?}", "grade", grade_name(line->grade),
                                        "subject", line->subject, "text", fc_json_text(line->text),
                                        "advice", line->advice));
    }
    return json_pack("{s:b, s:i, s:i, s:o}", "ok", count_of(doctor, FC_DOCTOR_FAULT) == 0, "faults",
                     count_of(doctor, FC_DOCTOR_FAULT), "warnings",
                     count_of(doctor, FC_DOCTOR_WARNING), "lines", list);
}

static void print(const fc_doctor *doctor, fc_page *page)
{
    for (size_t i = 0; i < doctor->count; i++) {
        const fc_doctor_line *line = &doctor->lines[i];
        fc_page_raw(page, "%-8s %-10s %s\n", grade_name(line->grade), line->subject, line->text);
        if (line->advice != NULL) {
            fc_page_raw(page, "%-8s %-10s -> %s\n", "", "", line->advice);
        }
    }
    const int faults = count_of(doctor, FC_DOCTOR_FAULT);
    const int warnings = count_of(doctor, FC_DOCTOR_WARNING);
    fc_page_raw(page, "%s: %d fault%s, %d warning%s\n", faults == 0 ? "works" : "does not work",
                faults, faults == 1 ? "" : "s", warnings, warnings == 1 ? "" : "s");
}

/* In the order of the report: each may use what those before it have filled in. */
static const struct {
    const char *subject;
    void (*check)(fc_doctor *doctor);
} CHECKS[] = {
    { "settings", check_settings }, { "libraries", check_libraries },
    { "machine", check_machine },   { "folders", check_folders },
    { "models", check_models },     { "providers", check_providers },
    { "sandbox", check_sandbox },   { "portrait", check_portrait },
};

void fc_doctor_examine(fc_doctor *doctor, const char *subject)
{
    FC_ASSERT(doctor != NULL);
    for (size_t i = 0; i < sizeof CHECKS / sizeof CHECKS[0]; i++) {
        if (subject == NULL || strcmp(subject, CHECKS[i].subject) == 0) {
            CHECKS[i].check(doctor);
        }
    }
}

static fc_status run(const fc_command_line *line, int *exit_code, fc_error *err)
{
    fc_json_flag flags = { 0 };
    FC_TRY(fc_command_parse_flags(&fc_command_doctor, line, &flags, err));
    static fc_doctor doctor; /* large, and there is one */
    doctor = (fc_doctor){ .params = fc_params_default(),
                          .settings = fc_settings_default(),
                          .server = fc_server_settings_default() };
    fc_doctor_examine(&doctor, NULL);
    fc_engine_free(doctor.engine);
    *exit_code = count_of(&doctor, FC_DOCTOR_FAULT) > 0 ? 1 : 0;

    FC_AUTO_PAGE(page, FC_PAGE_PLAIN);
    if (flags.json) {
        FC_TRY(fc_json_write_line(pack(&doctor), &page.text, err));
    } else {
        print(&doctor, &page);
    }
    return fc_page_print(&page, err);
}

static const char *const DETAILS[] = {
    "Checks what Facecraft stands on: settings, libraries, processors and memory, folders, model "
    "files, what runs them, and makes one portrait of a photo that the program carries. Needs no "
    "network, takes a few seconds, leaves nothing behind. Each line is ok, a warning or a fault, "
    "and says what to do about it. Exit code 1: there is a fault.",
    NULL,
};

static const char *const EXAMPLES[] = {
    "facecraft doctor",
    "facecraft doctor --json",
    NULL,
};

const fc_command fc_command_doctor = {
    .name = "doctor",
    .operands = "",
    .purpose = "Check the installation and report what is wrong with it",
    .details = DETAILS,
    .examples = EXAMPLES,
    .flags = FC_JSON_FLAGS,
    .decodes = true,
    .run = run,
};
