#define _GNU_SOURCE /* fields of rusage */
#include "report/process_stats.h"

#include <dirent.h>
#include <string.h>
#include <sys/resource.h>

#include "base/bytes.h"
#include "base/file.h"
#include "base/number.h"

#define STATUS_BYTES_MAX 65536

/* "VmRSS:\t  123456 kB": the number behind the name, or 0. */
static int64_t find_number(const char *text, const char *name)
{
    const char *at = strstr(text, name);
    if (at == NULL) {
        return 0;
    }
    at += strlen(name);
    at += strspn(at, " \t");
    char digits[24];
    const size_t length = strspn(at, "0123456789");
    int64_t number = 0;
    if (length >= sizeof digits) {
        return 0;
    }
    memcpy(digits, at, length);
    digits[length] = '\0';
    return fc_parse_integer(digits, &number) ? number : 0;
}

static int64_t count_open_files(void)
{
    DIR *folder = opendir("/proc/self/fd");
    if (folder == NULL) {
        return 0;
    }
    int64_t count = -1; /* without the one of this folder */
    for (const struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        count += entry->d_name[0] != '.' ? 1 : 0;
    }
    (void)closedir(folder);
    return count;
}

static double seconds(struct timeval time)
{
    return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

fc_process_stats fc_process_read(void)
{
    fc_process_stats facts = { .open_files = count_open_files() };
    FC_AUTO_BUFFER(status, STATUS_BYTES_MAX);
    if (fc_file_read("/proc/self/status", STATUS_BYTES_MAX, &status, NULL) == FC_OK) {
        facts.resident_bytes = find_number(fc_buffer_text(&status), "VmRSS:") * 1024;
        facts.threads = find_number(fc_buffer_text(&status), "Threads:");
    }
    struct rusage used;
    if (getrusage(RUSAGE_SELF, &used) == 0) {
        facts.cpu_s = seconds(used.ru_utime) + seconds(used.ru_stime);
    }
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY) {
        facts.open_files_max = (int64_t)limit.rlim_cur;
    }
    return facts;
}
