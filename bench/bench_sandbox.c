/**
 * Cost of decoding in a process of its own, against decoding in this one: time and processor time
 * of all processes together for each photo, and the memory that a decoder has for itself.
 *
 *   {"name": "2 MP, apart", "wall_us": 9120, "cpu_us": 10200, "own_kb": 3120, "photos": 60}
 *
 * An argument picks the cases whose names contain it. Memory needs root.
 */
#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/memory.h"
#include "image/decode.h"
#include "image/encode.h"
#include "ops/resample.h"
#include "sandbox/sandbox.h"

#define PHOTO "tests/data/official_portrait.jpg"
#define FILE_BYTES_MAX ((size_t)64 << 20)
#define PHOTOS 60

static const fc_decode_limits LIMITS = { .formats = UINT32_MAX,
                                         .pixels_max = 100000000,
                                         .decoded_max = INT64_C(1) << 30 };

static void check(fc_status status, const fc_error *err)
{
    if (status != FC_OK) {
        (void)fprintf(stderr, "%s\n", err->text);
        abort(); /* a benchmark that measures the error path measures nothing */
    }
}

/* The photo of the tests at another size, as a JPEG. */
static void make_photo(int32_t width, fc_buffer *out)
{
    fc_error err = { 0 };
    fc_buffer file = FC_BUFFER(0);
    check(fc_file_read(PHOTO, FILE_BYTES_MAX, &file, &err), &err);
    const fc_bytes bytes = { file.data, file.size };
    fc_photo_facts facts = { 0 };
    FC_AUTO(fc_raster) raster = NULL;
    FC_AUTO(fc_image) scaled = NULL;
    const fc_decode_request request = { .shrink = 1 };
    check(fc_decode_probe(bytes, &LIMITS, &facts, &err), &err);
    check(fc_decode(bytes, &facts, &request, &raster, &err), &err);
    const fc_size size = raster->pixels->size;
    const fc_size wanted = { width, (int32_t)((int64_t)width * size.height / size.width) };
    check(fc_resample(raster->pixels, (fc_box){ 0, 0, size.width, size.height }, wanted, &scaled,
                      &err),
          &err);
    int32_t quality = 0;
    check(fc_encode_jpeg(scaled, FILE_BYTES_MAX, out, &quality, &err), &err);
    fc_buffer_clear(&file);
}

/* As a portrait does: the header, then the preview. */
static void decode(fc_bytes file, int32_t shrink)
{
    fc_error err = { 0 };
    FC_AUTO(fc_decoder) decoder = NULL;
    FC_AUTO(fc_raster) raster = NULL;
    check(fc_decoder_open(file, &LIMITS, &decoder, &err), &err);
    check(fc_decoder_decode(decoder, &(fc_decode_request){ .shrink = shrink }, &raster, &err),
          &err);
}

static long own_kb_of(const char *pid)
{
    char path[300];
    char line[256];
    long total = 0;
    (void)snprintf(path, sizeof path, "/proc/%s/smaps_rollup", pid);
    FILE *file = fopen(path, "r");
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        long kb = 0;
        total += sscanf(line, "Private_Clean: %ld", &kb) == 1 ? kb : 0;
        total += sscanf(line, "Private_Dirty: %ld", &kb) == 1 ? kb : 0;
    }
    if (file != NULL) {
        (void)fclose(file);
    }
    return total;
}

/* Of the largest decoder at this moment. */
static long own_kb(void)
{
    DIR *folder = opendir("/proc");
    long most = -1;
    for (const struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        char path[300];
        char name[32] = "";
        (void)snprintf(path, sizeof path, "/proc/%s/comm", entry->d_name);
        FILE *file = fopen(path, "r");
        if (file == NULL) {
            continue;
        }
        const bool is_decoder =
            fgets(name, sizeof name, file) != NULL && strcmp(name, "fc-decoder\n") == 0;
        const long kb = is_decoder ? own_kb_of(entry->d_name) : -1;
        most = kb > most ? kb : most;
        (void)fclose(file);
    }
    (void)closedir(folder);
    return most;
}

static long memory_while_decoding(fc_bytes file, int32_t shrink)
{
    fc_error err = { 0 };
    FC_AUTO(fc_decoder) decoder = NULL;
    FC_AUTO(fc_raster) raster = NULL;
    check(fc_decoder_open(file, &LIMITS, &decoder, &err), &err);
    check(fc_decoder_decode(decoder, &(fc_decode_request){ .shrink = shrink }, &raster, &err),
          &err);
    return own_kb();
}

static int64_t cpu_us(int who)
{
    struct rusage used;
    (void)getrusage(who, &used);
    return (int64_t)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1000000 +
           used.ru_utime.tv_usec + used.ru_stime.tv_usec;
}

static int by_size(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a;
    const int64_t y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

typedef struct size_case {
    const char *name;
    int32_t width;
    int32_t shrink;
} size_case;

/* In a process of its own, so that what it waited for is what this case took. */
static void run(const size_case *the, bool apart, char **argv)
{
    fc_error err = { 0 };
    fc_memory_start();
    if (apart) {
        fc_sandbox_prepare(argv, fc_decode_serve);
        const fc_sandbox_settings settings = { .idle = 1, .cpu_s = FC_DECODE_CPU_S };
        check(fc_sandbox_start(&settings, &err), &err);
    }
    fc_buffer photo = FC_BUFFER(FILE_BYTES_MAX);
    make_photo(the->width, &photo);
    const fc_bytes file = { photo.data, photo.size };
    const long kb = apart ? memory_while_decoding(file, the->shrink) : -1;
    int64_t times[PHOTOS];
    const int64_t before_us = cpu_us(RUSAGE_SELF);
    for (int i = 0; i < PHOTOS; i++) {
        const int64_t start_us = fc_clock_us();
        decode(file, the->shrink);
        times[i] = fc_clock_us() - start_us;
    }
    int64_t used_us = cpu_us(RUSAGE_SELF) - before_us;
    fc_sandbox_stop();
    used_us += cpu_us(RUSAGE_CHILDREN);
    qsort(times, PHOTOS, sizeof times[0], by_size);
    (void)printf("{\"name\": \"%s, %s\", \"wall_us\": %lld, \"cpu_us\": %lld, \"own_kb\": %ld, "
                 "\"photos\": %d, \"file_kb\": %zu}\n",
                 the->name, apart ? "apart" : "here", (long long)times[PHOTOS / 2],
                 (long long)used_us / PHOTOS, kb, PHOTOS, photo.size / 1024);
    (void)fflush(stdout);
}

int main(int argc, char **argv)
{
    static const size_case CASES[] = { { "1 MP", 910, 1 },
                                       { "2 MP", 1265, 1 },
                                       { "12 MP", 3100, 2 } };
    for (size_t i = 0; i < 2 * sizeof CASES / sizeof CASES[0]; i++) {
        char name[64];
        (void)snprintf(name, sizeof name, "%s, %s", CASES[i / 2].name, i % 2 ? "apart" : "here");
        if (argc > 1 && strstr(name, argv[1]) == NULL) {
            continue;
        }
        (void)fflush(stdout);
        const pid_t pid = fork();
        if (pid == 0) {
            run(&CASES[i / 2], i % 2 != 0, argv);
            _exit(0);
        }
        (void)waitpid(pid, NULL, 0);
    }
    return 0;
}
