#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/limits.h"
#include "cli/doctor.h"

#define SUBJECT "folders"
#define FOLDER_SIZE 1024

/* Below this the first busy hour may fill the disk. */
#define FREE_MIN_MB 256

/* The folder that FOLDER would be made in. */
static void parent_of(const char *folder, char parent[FOLDER_SIZE])
{
    (void)snprintf(parent, FOLDER_SIZE, "%s", folder);
    size_t length = strlen(parent);
    while (length > 1 && parent[length - 1] == '/') {
        parent[--length] = '\0';
    }
    char *slash = strrchr(parent, '/');
    if (slash == NULL) {
        (void)snprintf(parent, FOLDER_SIZE, ".");
    } else {
        slash[slash == parent ? 1 : 0] = '\0';
    }
}

static void note_space(fc_doctor *doctor, const char *folder, const char *state)
{
    struct statvfs disk = { 0 };
    if (statvfs(folder, &disk) != 0) {
        fc_doctor_note(doctor, FC_DOCTOR_WARNING, SUBJECT, NULL, "output folder %.200s: %s", folder,
                       strerror(errno));
        return;
    }
    const unsigned long long free_mb =
        (unsigned long long)disk.f_bavail * (unsigned long long)disk.f_frsize >> 20;
    const bool low = free_mb < FREE_MIN_MB;
    fc_doctor_note(doctor, low ? FC_DOCTOR_WARNING : FC_DOCTOR_OK, SUBJECT,
                   low ? "make room, or lower FACECRAFT_CLEANUP_AGE_HOURS" : NULL,
                   "output folder %.200s: %s, %llu MB free", doctor->server.output_dir, state,
                   free_mb);
}

/* `facecraft serve` makes the folder where it can; the command line does without. */
void fc_doctor_folders(fc_doctor *doctor)
{
    static const char ADVICE[] = "`facecraft serve` needs it: give it to the user of the service, "
                                 "or set FACECRAFT_OUTPUT_DIR to another";
    const char *folder = doctor->server.output_dir;
    struct stat facts = { 0 };
    char parent[FOLDER_SIZE];
    parent_of(folder, parent);
    if (stat(folder, &facts) == 0 && !S_ISDIR(facts.st_mode)) {
        fc_doctor_note(doctor, FC_DOCTOR_FAULT, SUBJECT, ADVICE,
                       "output folder %.200s: not a folder", folder);
    } else if (stat(folder, &facts) == 0 && access(folder, W_OK | X_OK) != 0) {
        fc_doctor_note(doctor, FC_DOCTOR_FAULT, SUBJECT, ADVICE, "output folder %.200s: %s", folder,
                       strerror(errno));
    } else if (stat(folder, &facts) == 0) {
        note_space(doctor, folder, "writable");
    } else if (access(parent, W_OK | X_OK) == 0) {
        note_space(doctor, parent, "will be made");
    } else {
        const bool asked_for =
            strcmp(folder, fc_option_lookup(fc_server_options(), "output_dir")->initial) != 0;
        fc_doctor_note(doctor, asked_for ? FC_DOCTOR_FAULT : FC_DOCTOR_WARNING, SUBJECT, ADVICE,
                       "output folder %.200s: missing, and it cannot be made", folder);
    }
}
