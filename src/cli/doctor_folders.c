#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/limits.h"
#include "cli/doctor.h"
#include "engine/runtime_plan.h"

#define SUBJECT "folders"

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
        fc_doctor_note(doctor, FC_DOCTOR_WARNING, SUBJECT, NULL, "%s %.200s: %s", checked->what,
                       folder, strerror(errno));
        return;
    }
    const unsigned long long free_mb =
        (unsigned long long)disk.f_bavail * (unsigned long long)disk.f_frsize >> 20;
    const bool low = free_mb < FREE_MIN_MB;
    fc_doctor_note(doctor, low ? FC_DOCTOR_WARNING : FC_DOCTOR_OK, SUBJECT,
                   low ? checked->low_advice : NULL, "%s %.200s: %s, %llu MB free", checked->what,
                   checked->path, state, free_mb);
}

static void note_spoilt(fc_doctor *doctor, const place *checked, fc_doctor_grade grade,
                        const char *why)
{
    fc_doctor_note(doctor, grade, SUBJECT, grade != FC_DOCTOR_OK ? checked->advice : NULL,
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
        fc_doctor_note(doctor, FC_DOCTOR_OK, SUBJECT, NULL,
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
                            .advice = "models are compiled anew at each start: set "
                                      "FACECRAFT_CACHE_DIR to a folder that can be written",
                            .low_advice = "make room, or set FACECRAFT_CACHE_DIR to another",
                        });
}

void fc_doctor_folders(fc_doctor *doctor)
{
    check_output(doctor);
    check_cache(doctor);
}
