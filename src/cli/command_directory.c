#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "base/suggest.h"
#include "cli/command.h"
#include "cli/directory.h"
#include "cli/environment.h"
#include "cli/interrupt.h"
#include "cli/page.h"
#include "config/profile.h"
#include "directory/target_file.h"
#include "report/json.h"

static const fc_option FLAGS[] = {
    FC_FLAG_TEXT(fc_directory_flags, photos, "FOLDER", "Where the photos are; folders in it count"),
    FC_FLAG_TEXT(
        fc_directory_flags, to, "TARGET",
        "Where the pictures go: KIND:PLACE, such as folder:portraits, or a file of targets"),
    FC_FLAG_TEXT(fc_directory_flags, profile, "NAMES",
                 "Pictures to make in addition to those of the targets: ad,badge"),
    { .name = "output",
      .initial = "plan",
      .unit = "FOLDER",
      .help = "The plan",
      .offset = offsetof(fc_directory_flags, output),
      .kind = FC_OPTION_TEXT },
    FC_FLAG_TEXT(fc_directory_flags, map, "COLUMN=HEAD",
                 "What columns of the roster are called: photo=Bilddatei,id=Nr"),
    FC_FLAG_CHOICE(fc_directory_flags, match, "names", FC_WORD_LIST(FC_DIRECTORY_MATCHES),
                   "How the names of photos are compared; id-in-name: also a number in them"),
    FC_FLAG_BOOL(fc_directory_flags, newest, "Of several photos of an account take the newest"),
    FC_FLAG_TEXT(fc_directory_flags, only, "ACCOUNT", "Work on this account alone"),
    FC_FLAG_INT(fc_directory_flags, limit, 0, 0, 1000000, "At most this many pictures; 0: all"),
    FC_FLAG_INT(fc_directory_flags, jobs, 0, 0, FC_JOBS_MAX,
                "Photos worked on at a time, as memory allows; 0: one for each processor"),
    FC_FLAG_INT(fc_directory_flags, parallel, 4, 1, FC_JOBS_MAX,
                "Calls to a target at a time; some kinds take fewer"),
    FC_FLAG_BOOL(fc_directory_flags, needs_eyes,
                 "Deliver also what needs eyes: somebody has looked at it"),
    FC_FLAG_BOOL(fc_directory_flags, dry_run, "Print what would be sent, and send nothing"),
    FC_FLAG_BOOL(
        fc_directory_flags, undo,
        "Bring back the pictures from before the last delivery; again: from before the one before"),
    FC_FLAG_BOOL(fc_directory_flags, json, "Print one line of JSON instead"),
    FC_FLAG_BOOL(fc_directory_flags, quiet, "Print failures only"),
};

/* ---- profiles -------------------------------------------------------------------------------- */

static size_t count_profiles(const fc_profile_list *own)
{
    return fc_profiles_count + own->count;
}

static const fc_profile *profile_at(const fc_profile_list *own, size_t index)
{
    return index < fc_profiles_count ? &fc_profiles[index]
                                     : fc_profile_list_at(own, index - fc_profiles_count);
}

static fc_status profiles_as_json(const fc_profile_list *own, fc_buffer *out, fc_error *err)
{
    json_t *list = json_array();
    for (size_t i = 0; i < count_profiles(own); i++) {
        const fc_profile *one = profile_at(own, i);
        list = fc_json_append(list,
                              json_pack("{s:s, s:i, s:i, s:i, s:i, s:s}", "name", one->name,
                                        "width", one->width, "height", one->height, "bytes_max",
                                        one->bytes_max, "dpi", one->dpi, "purpose", one->purpose));
    }
    return fc_json_write_line(list, out, err);
}

static fc_status profiles(const fc_directory *self, char **names, int count, int *exit_code,
                          fc_error *err)
{
    (void)exit_code;
    const char *to = count > 0 ? names[0] : self->flags->to;
    __attribute__((cleanup(fc_target_file_clear))) fc_target_file file = { 0 };
    FC_AUTO_PAGE(page, FC_PAGE_PLAIN);
    FC_TRY(to[0] != '\0' ? fc_target_file_of(to, &file, err) : FC_OK);
    if (self->flags->json) {
        FC_TRY(profiles_as_json(&file.profiles, &page.text, err));
        return fc_page_print(&page, err);
    }
    for (size_t i = 0; i < count_profiles(&file.profiles); i++) {
        const fc_profile *one = profile_at(&file.profiles, i);
        fc_page_raw(&page, "%-9s %4d x %-4d px  %7d bytes  %s\n", one->name, one->width,
                    one->height, one->bytes_max, one->purpose);
    }
    return fc_page_print(&page, err);
}

/* ---- check ----------------------------------------------------------------------------------- */

static fc_status check_one(const fc_target_config *config, fc_page *page, fc_error *err)
{
    const fc_target_class *class = fc_target_class_lookup(config->kind);
    fc_target *target = NULL;
    char text[FC_ERROR_TEXT_SIZE] = "";
    FC_TRY(class->open(config, &target, err));
    const fc_status status = class->check(target, text, sizeof text, err);
    class->close(target);
    FC_TRY(status);
    fc_page_raw(page, "%s: %s\n", config->name, text);
    return FC_OK;
}

static fc_status check(const fc_directory *self, char **names, int count, int *exit_code,
                       fc_error *err)
{
    (void)exit_code;
    const char *to = count > 0 ? names[0] : self->flags->to;
    __attribute__((cleanup(fc_target_file_clear))) fc_target_file file = { 0 };
    FC_AUTO_PAGE(page, FC_PAGE_PLAIN);
    FC_TRY(fc_target_file_of(to, &file, err));
    fc_status status = FC_OK;
    for (size_t i = 0; i < file.target_count && status == FC_OK; i++) {
        status = check_one(&file.targets[i], &page, err);
    }
    fc_error why = { 0 };
    const fc_status printed =
        fc_page_print(&page, &why); /* those before the one that failed, too */
    return status != FC_OK || printed == FC_OK ? status : fc_fail(err, printed, "%s", why.text);
}

/* ---- targets --------------------------------------------------------------------------------- */

static fc_status targets(const fc_directory *self, char **names, int count, int *exit_code,
                         fc_error *err)
{
    (void)self;
    (void)names;
    (void)count;
    (void)exit_code;
    FC_AUTO_PAGE(page, FC_PAGE_PLAIN);
    for (size_t i = 0; fc_target_classes[i] != NULL; i++) {
        const fc_target_class *class = fc_target_classes[i];
        fc_page_raw(&page, "%s: %s; gets the profile %s\n", class->kind, class->purpose,
                    class->profile);
        for (const fc_target_key *key = class->keys; key->name != NULL; key++) {
            fc_page_raw(&page, "  %-14s %s%s\n", key->name, key->help,
                        key->needed ? " (needed)" : "");
        }
    }
    return fc_page_print(&page, err);
}

/* ---- the others ------------------------------------------------------------------------------ */

static fc_status plan(const fc_directory *self, char **names, int count, int *exit_code,
                      fc_error *err)
{
    return fc_directory_plan(self, count > 0 ? names[0] : NULL, exit_code, err);
}

static fc_status apply(const fc_directory *self, char **names, int count, int *exit_code,
                       fc_error *err)
{
    return fc_directory_apply(self, count > 0 ? names[0] : self->flags->output, exit_code, err);
}

static fc_status watch(const fc_directory *self, char **names, int count, int *exit_code,
                       fc_error *err)
{
    (void)count;
    return fc_directory_watch(self, names[0], names[1], exit_code, err);
}

/* What `facecraft directory WORD` does. */
typedef struct sub_command {
    const char *name;
    int names_min;
    int names_max;
    const char *takes; /* after the word */
    fc_status (*run)(const fc_directory *self, char **names, int count, int *exit_code,
                     fc_error *err);
} sub_command;

static const sub_command SUB_COMMANDS[] = {
    { "plan", 0, 1, "a ROSTER", plan },
    { "apply", 0, 1, "the folder of a PLAN", apply },
    { "watch", 1, 2, "the folder of the PHOTOS and a ROSTER", watch },
    { "check", 0, 1, "a TARGET", check },
    { "profiles", 0, 1, "a file of TARGETS", profiles },
    { "targets", 0, 0, "nothing", targets },
};
#define SUB_COMMANDS_COUNT (sizeof SUB_COMMANDS / sizeof SUB_COMMANDS[0])

/* "plan, apply, ..." */
static void list_sub_commands(char *text, size_t size)
{
    size_t used = 0;
    for (size_t i = 0; i < SUB_COMMANDS_COUNT && used < size; i++) {
        used += (size_t)snprintf(text + used, size - used, "%s%s", i > 0 ? ", " : "",
                                 SUB_COMMANDS[i].name);
    }
}

static fc_status find_sub_command(const char *word, const sub_command **out, fc_error *err)
{
    char allowed[120] = "";
    fc_suggestion suggestion = { .word = word };
    for (size_t i = 0; i < SUB_COMMANDS_COUNT; i++) {
        if (strcmp(SUB_COMMANDS[i].name, word) == 0) {
            *out = &SUB_COMMANDS[i];
            return FC_OK;
        }
        fc_suggestion_offer(&suggestion, SUB_COMMANDS[i].name);
    }
    list_sub_commands(allowed, sizeof allowed);
    return fc_fail(err, FC_INVALID_ARGUMENT, "directory \"%.60s\": %s%s; allowed: %s", word,
                   suggestion.best != NULL ? "did you mean " : "unknown",
                   suggestion.best != NULL ? suggestion.best : "", allowed);
}

static fc_status run(const fc_command_line *line, int *exit_code, fc_error *err)
{
    fc_directory_flags flags = { 0 };
    fc_options_set_defaults(fc_command_directory.flags, &flags);
    fc_params params = fc_params_default();
    fc_settings settings = fc_settings_default();
    params.check = true; /* closed eyes and blur need eyes; --no-check leaves it out */
    FC_TRY(fc_options_from_environment(&params, &settings, err));
    fc_arguments arguments = {
        .groups = { { fc_command_directory.flags, &flags },
                    { fc_params_options(), &params },
                    { fc_settings_options(), &settings } },
        .group_count = 3,
    };
    FC_TRY(fc_arguments_parse(&arguments, line->count, line->arguments, err));
    const sub_command *chosen = SUB_COMMANDS;
    FC_TRY(
        find_sub_command(arguments.operand_count > 0 ? arguments.operands[0] : "", &chosen, err));
    const int count = arguments.operand_count - 1;
    if (count < chosen->names_min || count > chosen->names_max) {
        return fc_fail(err, FC_INVALID_ARGUMENT, "directory %s takes %s", chosen->name,
                       chosen->takes);
    }
    fc_interrupt_start();
    const fc_directory self = { &flags, &params, &settings };
    char *names[2] = { NULL, NULL };
    for (int i = 0; i < count; i++) {
        names[i] = arguments.operands[1 + i];
    }
    return chosen->run(&self, names, count, exit_code, err);
}

static const char *const DETAILS[] = {
    "From a roster and a folder of photos to everybody's picture in the directory, in two steps: "
    "plan makes all pictures in a folder that can be looked at, apply delivers them. "
    "See docs/directory.md.",
    "plan: reads the roster, a CSV file with a head (or what the target lists), gives each photo "
    "to an account by rules and never by a guess, and makes the pictures of the profiles that the "
    "targets take, and of --profile. The folder (-o, plan by itself) has report.html, plan.csv and "
    "the pictures. The same again works on what has changed only.",
    "plan keeps back what somebody should look at: several faces of nearly one size, a small face, "
    "a person who could not be told from the background, closed eyes, blur. --no-check does not "
    "look for the last two.",
    "apply: delivers what is ready and what the target does not have already. What needs eyes is "
    "kept back, until --needs-eyes says that somebody has looked. --dry-run prints, --undo brings "
    "back what was there before the last delivery, where that could be read; the same again goes "
    "one delivery further back.",
    "watch: plan and apply for what arrives, until Ctrl-C.",
    "check: connects to each target, reads, and changes nothing. profiles and targets list what "
    "there is; with a file of targets also the profiles that it has.",
    "Exit code 0: all is ready, delivered or unchanged. 20: some photos need eyes. 21: a target "
    "refused some. Others are those of errors; the same command again goes on where it stopped.",
    NULL,
};

static const char *const EXAMPLES[] = {
    "facecraft directory plan staff.csv --photos photos --to folder:portraits -o plan",
    "facecraft directory apply plan --dry-run",
    "facecraft directory apply plan",
    "facecraft directory plan staff.csv --photos photos --profile ad,badge -o plan",
    "facecraft directory watch photos staff.csv --to folder:portraits",
    "facecraft directory profiles",
    NULL,
};

const fc_command fc_command_directory = {
    .name = "directory",
    .operands = "plan [ROSTER] | apply [PLAN] | watch PHOTOS ROSTER | check TARGET | profiles "
                "[TARGETS] | targets",
    .purpose = "Bring everybody's picture into a directory",
    .details = DETAILS,
    .examples = EXAMPLES,
    .flags = { FLAGS, sizeof FLAGS / sizeof FLAGS[0] },
    .takes_options = true,
    .decodes = true,
    .run = run,
};
