#include "directory/watch.h"

#include <errno.h>
#include <fts.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "base/assert.h"
#include "base/brief.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/memory.h"
#include "base/text.h"

#define EVENTS                                                                                     \
    (IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_CREATE | IN_ATTRIB | IN_ONLYDIR)

struct fc_watch {
    int notices;
    char *folder;
};

static fc_status refuse(const char *path, fc_error *err)
{
    return fc_fail(err, FC_IO, "%s cannot be watched: %s%s", fc_brief_of(path).text,
                   strerror(errno), errno == ENOSPC ? " (fs.inotify.max_user_watches)" : "");
}

static void close_walk(FTS **walk)
{
    if (*walk != NULL) {
        (void)fts_close(*walk);
    }
}

/* Watching a folder that is watched already changes nothing. */
static fc_status watch_folders(fc_watch *watch, fc_error *err)
{
    char *const roots[] = { watch->folder, NULL };
    __attribute__((cleanup(close_walk))) FTS *walk =
        fts_open(roots, FTS_PHYSICAL | FTS_COMFOLLOW | FTS_NOCHDIR, NULL);
    if (walk == NULL) {
        return refuse(watch->folder, err);
    }
    for (FTSENT *entry = fts_read(walk); entry != NULL; entry = fts_read(walk)) {
        const bool root = entry->fts_level == 0;
        if (entry->fts_info == FTS_D && entry->fts_level <= FC_FOLDER_DEPTH_MAX) {
            if (inotify_add_watch(watch->notices, entry->fts_path, EVENTS) < 0 &&
                (root || errno == ENOSPC)) {
                return refuse(entry->fts_path, err);
            }
        } else if (root) {
            errno = entry->fts_errno != 0 ? entry->fts_errno : ENOTDIR;
            return entry->fts_info != FTS_DP ? refuse(watch->folder, err) : FC_OK;
        }
    }
    return FC_OK;
}

/* The folder of the file, as editors replace the file itself. */
static fc_status watch_file(fc_watch *watch, const char *file, fc_error *err)
{
    char folder[PATH_MAX];
    (void)snprintf(folder, sizeof folder, "%s", file);
    char *slash = strrchr(folder, '/');
    if (slash == NULL) {
        (void)snprintf(folder, sizeof folder, ".");
    } else {
        slash[slash == folder ? 1 : 0] = '\0';
    }
    return inotify_add_watch(watch->notices, folder, IN_CLOSE_WRITE | IN_MOVED_TO | IN_ONLYDIR) < 0
               ? refuse(folder, err)
               : FC_OK;
}

fc_status fc_watch_new(const char *folder, const char *file, fc_watch **out, fc_error *err)
{
    FC_ASSERT(folder != NULL);
    FC_ASSERT(out != NULL);
    fc_watch *made = NULL;
    FC_TRY(fc_memory_new_zeroed(1, sizeof *made, (void **)&made, err));
    FC_AUTO(fc_watch) watch = made;
    watch->notices = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    if (watch->notices < 0) {
        return refuse(folder, err);
    }
    FC_TRY(fc_text_copy(folder, &watch->folder, err));
    FC_TRY(file != NULL ? watch_file(watch, file, err) : FC_OK);
    FC_TRY(watch_folders(watch, err));
    *out = FC_STEAL(watch);
    return FC_OK;
}

void fc_watch_free(fc_watch *watch)
{
    if (watch != NULL) {
        if (watch->notices >= 0) {
            (void)close(watch->notices);
        }
        fc_memory_free(watch->folder);
        fc_memory_free(watch);
    }
}

/* What happened is not looked at: the plan finds out what changed. */
static bool drain(const fc_watch *watch)
{
    char events[4096];
    bool any = false;
    while (read(watch->notices, events, sizeof events) > 0) {
        any = true;
    }
    return any;
}

fc_status fc_watch_wait(fc_watch *watch, int rest_ms, int timeout_ms, bool *changed, fc_error *err)
{
    FC_ASSERT(watch != NULL);
    FC_ASSERT(changed != NULL);
    const int64_t end_us = fc_clock_us() + 1000 * (int64_t)timeout_ms;
    *changed = false;
    for (int64_t left_us = 1000 * (int64_t)timeout_ms; left_us > 0;
         left_us = end_us - fc_clock_us()) {
        struct pollfd there = { .fd = watch->notices, .events = POLLIN };
        const int left_ms = (int)(left_us / 1000) + 1;
        const int pause_ms = *changed && rest_ms < left_ms ? rest_ms : left_ms;
        const int ready = poll(&there, 1, pause_ms);
        if (ready < 0 || (ready == 0 && *changed)) {
            break;
        }
        *changed |= ready > 0 && drain(watch);
    }
    return *changed ? watch_folders(watch, err) : FC_OK;
}
