#define _GNU_SOURCE /* O_NOFOLLOW */
#include "net/model_fetch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/assert.h"
#include "base/brief.h"
#include "base/file.h"
#include "base/limits.h"
#include "engine/model_files.h"
#include "facecraft_version.h"
#include "net/curl.h"
#include "net/model_package.h"
#include "net/secure_url.h"

#define URL_SIZE 1024
#define CONNECT_TIMEOUT_S 20L
#define SLOWEST_BYTES_S 1024L
#define SLOW_TIMEOUT_S 60L
#define REDIRECTS_MAX 5L

/* One download on its way. */
typedef struct download {
    int index;
    const fc_supply *supply;
    char path[FC_MODEL_PATH_SIZE];      /* where it belongs */
    char part[FC_MODEL_PATH_SIZE + 16]; /* where it grows */
    char url[URL_SIZE];
    bool plain_allowed; /* http, to this machine */
    int file;
    int64_t done; /* bytes in the file */
    fc_fetch_watch watch;
    void *context;
} download;

static void download_close(download *to)
{
    if (to->file >= 0) {
        (void)close(to->file);
    }
}

static fc_status io_error(const char *path, fc_error *err)
{
    return fc_fail(err, FC_IO, "%s: %s", fc_brief_of(path).text, strerror(errno));
}

/* ---- where from ---------------------------------------------------------------------------- */

static const char *file_name(const char *file)
{
    const char *slash = strrchr(file, '/');
    return slash != NULL ? slash + 1 : file;
}

static fc_status find_url(download *to, const char *base_url, fc_error *err)
{
    const fc_supply *supply = to->supply;
    int length = 0;
    if (base_url[0] != '\0') {
        const bool ends = base_url[strlen(base_url) - 1] == '/';
        length = snprintf(to->url, URL_SIZE, "%s%s%s", base_url, ends ? "" : "/",
                          file_name(supply->file));
    } else if (strcmp(supply->kind, "debian") == 0) {
        return FC_OK; /* apt-get knows where from */
    } else if (strcmp(supply->kind, "release") == 0) {
        length = snprintf(to->url, URL_SIZE, "https://github.com/%s/releases/download/%s/%s",
                          supply->package, supply->version, supply->inside);
    } else {
        return fc_fail(
            err, FC_INVALID_ARGUMENT,
            "model %s comes in the Python package %s: run tools/fetch, or name a mirror with "
            "--base-url",
            fc_model_file_lookup(to->index)->name, supply->package);
    }
    FC_TRY(fc_curl_start(err));
    if (length >= URL_SIZE ||
        !fc_url_is_secure(base_url[0] != '\0' ? base_url : to->url, &to->plain_allowed)) {
        return fc_fail(err, FC_INVALID_ARGUMENT,
                       "base URL \"%.100s\", allowed: https, or http to this machine, up to %d "
                       "characters",
                       base_url, URL_SIZE - 100);
    }
    return FC_OK;
}

/* ---- where to ------------------------------------------------------------------------------ */

static fc_status make_folder_of(const char *path, fc_error *err)
{
    char folder[FC_MODEL_PATH_SIZE];
    (void)snprintf(folder, sizeof folder, "%s", path);
    char *slash = strrchr(folder, '/');
    if (slash == NULL || slash == folder) {
        return FC_OK;
    }
    *slash = '\0';
    return fc_folder_make(folder, 0777, err);
}

static fc_status set_size(download *to, int64_t size, fc_error *err)
{
    if (ftruncate(to->file, size) != 0 || lseek(to->file, size, SEEK_SET) != size) {
        return io_error(to->part, err);
    }
    to->done = size;
    return FC_OK;
}

/* Two at once would write into one file; and who gets the lock as the other one is done holds the
 * finished model, which has another name by now. */
static fc_status open_part(download *to, fc_error *err)
{
    FC_TRY(make_folder_of(to->path, err));
    to->file = open(to->part, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
    if (to->file < 0) {
        return io_error(to->part, err);
    }
    struct stat facts = { 0 };
    struct stat named = { 0 };
    const bool locked = flock(to->file, LOCK_EX | LOCK_NB) == 0;
    if (locked && fstat(to->file, &facts) != 0) {
        return io_error(to->part, err);
    }
    if (!locked || lstat(to->part, &named) != 0 || named.st_ino != facts.st_ino ||
        named.st_dev != facts.st_dev) {
        return fc_fail(err, FC_BUSY, "%s: another facecraft fetches it",
                       fc_brief_of(to->path).text);
    }
    return set_size(to, facts.st_size <= to->supply->bytes ? facts.st_size : 0, err);
}

/* ---- the transfer -------------------------------------------------------------------------- */

/* 0 ends the transfer: more than was published, or a full disk. */
static size_t take(char *bytes, size_t one, size_t count, void *context)
{
    download *to = context;
    FC_ASSERT(one == 1);
    if ((int64_t)count > to->supply->bytes - to->done) {
        errno = EFBIG;
        return 0;
    }
    for (size_t written = 0; written < count;) {
        const ssize_t step = write(to->file, bytes + written, count - written);
        if (step < 0 && errno != EINTR) {
            return 0;
        }
        written += step > 0 ? (size_t)step : 0;
    }
    to->done += (int64_t)count;
    if (to->watch != NULL) {
        to->watch(to->context, to->done, to->supply->bytes);
    }
    return count;
}

static bool set_options(CURL *curl, download *to, char *reason)
{
    return fc_curl_set_up(curl, to->url, to->plain_allowed) &&
           fc_curl.easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 1L) == CURLE_OK &&
           fc_curl.easy_setopt(curl, CURLOPT_MAXREDIRS, REDIRECTS_MAX) == CURLE_OK &&
           fc_curl.easy_setopt(curl, CURLOPT_FAILONERROR, 1L) == CURLE_OK &&
           fc_curl.easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, CONNECT_TIMEOUT_S) == CURLE_OK &&
           fc_curl.easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, SLOWEST_BYTES_S) == CURLE_OK &&
           fc_curl.easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, SLOW_TIMEOUT_S) == CURLE_OK &&
           fc_curl.easy_setopt(curl, CURLOPT_USERAGENT, "facecraft/" FC_VERSION) == CURLE_OK &&
           fc_curl.easy_setopt(curl, CURLOPT_ERRORBUFFER, reason) == CURLE_OK &&
           fc_curl.easy_setopt(curl, CURLOPT_RESUME_FROM_LARGE, (curl_off_t)to->done) == CURLE_OK &&
           fc_curl.easy_setopt(curl, CURLOPT_WRITEFUNCTION, take) == CURLE_OK &&
           fc_curl.easy_setopt(curl, CURLOPT_WRITEDATA, to) == CURLE_OK;
}

/* Where a server cannot go on in the middle, all comes again. */
static fc_status transfer(download *to, fc_error *err)
{
    char reason[CURL_ERROR_SIZE] = "";
    CURL *curl = fc_curl.easy_init();
    if (curl == NULL || !set_options(curl, to, reason)) {
        fc_curl.easy_cleanup(curl);
        return fc_fail(err, FC_OUT_OF_MEMORY, "memory ran out");
    }
    errno = 0;
    CURLcode code = fc_curl.easy_perform(curl);
    if (code == CURLE_RANGE_ERROR && to->done > 0) {
        const fc_status status = set_size(to, 0, err);
        if (status != FC_OK) {
            fc_curl.easy_cleanup(curl);
            return status;
        }
        (void)fc_curl.easy_setopt(curl, CURLOPT_RESUME_FROM_LARGE, (curl_off_t)0);
        code = fc_curl.easy_perform(curl);
    }
    const int system_reason = errno;
    fc_curl.easy_cleanup(curl);
    if (code == CURLE_WRITE_ERROR) {
        return fc_fail(err, FC_IO, "%.150s: %s", to->url,
                       system_reason == EFBIG ? "larger than the published file"
                                              : strerror(system_reason));
    }
    if (code == CURLE_OUT_OF_MEMORY) {
        return fc_fail(err, FC_OUT_OF_MEMORY, "memory ran out");
    }
    if (code != CURLE_OK) {
        return fc_fail(err, FC_IO, "%.150s: %.90s", to->url,
                       reason[0] != '\0' ? reason : fc_curl.easy_strerror(code));
    }
    return FC_OK;
}

/* By the network, or for what comes in a Debian package by apt-get. */
static fc_status get(download *to, fc_error *err)
{
    if (to->url[0] == '\0') {
        return fc_model_package_get(to->supply, to->part, err);
    }
    return to->done < to->supply->bytes ? transfer(to, err) : FC_OK;
}

static fc_status settle(download *to, fc_error *err)
{
    FC_AUTO(fc_mapping) mapping = NULL;
    char sha256[FC_DIGEST_SIZE];
    FC_TRY(fc_mapping_new(to->part, FC_MODEL_BYTES_MAX, &mapping, err));
    fc_model_digest(mapping, sha256);
    if (strcmp(sha256, to->supply->sha256) != 0) {
        (void)unlink(to->part);
        return fc_fail(err, FC_MODEL_UNAVAILABLE,
                       "%.150s: SHA-256 is %.16s..., wanted is %.16s...; nothing was put in place",
                       to->url[0] != '\0' ? to->url : to->supply->package, sha256,
                       to->supply->sha256);
    }
    if (fsync(to->file) != 0 || rename(to->part, to->path) != 0) {
        return io_error(to->path, err);
    }
    return FC_OK;
}

fc_status fc_model_fetch(int index, const fc_settings *settings, const char *base_url,
                         fc_fetch_watch watch, void *context, fc_error *err)
{
    FC_ASSERT(settings != NULL);
    FC_ASSERT(base_url != NULL);
    if (fc_model_file_state(index, settings) == FC_MODEL_REFUSED) {
        return fc_fail(err, FC_MODEL_UNAVAILABLE,
                       "model %s: refused: %s, and commercial_only is set",
                       fc_model_file_lookup(index)->name, fc_model_file_lookup(index)->licence);
    }
    __attribute__((cleanup(download_close))) download to = {
        .index = index,
        .supply = fc_model_file_supply(index),
        .file = -1,
        .watch = watch,
        .context = context,
    };
    FC_TRY(find_url(&to, base_url, err));
    fc_model_file_path(index, settings, to.path);
    (void)snprintf(to.part, sizeof to.part, "%s.part", to.path);
    FC_TRY(open_part(&to, err));
    const fc_status status = get(&to, err);
    if (status != FC_OK && (to.done == 0 || to.url[0] == '\0')) {
        (void)unlink(to.part); /* nothing to go on with */
    }
    return status == FC_OK ? settle(&to, err) : status;
}
