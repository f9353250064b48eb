/*
 * Damaged pictures of every format: each is decoded under two fillings of fresh and freed memory,
 * and must give the same status and the same pixels. A difference is memory that was never
 * decoded: another client's photo.
 *
 *   check_decode_mutations             a few seconds, for CI
 *   FC_MUTATIONS=500 ...               so many damaged copies of each file
 *   FC_MUTATIONS_OF=heic ...           of files whose name holds this
 *   FC_MUTATIONS_SEED=7 ...            others
 */
#define _DEFAULT_SOURCE /* fork, MAP_ANONYMOUS */
#include <dirent.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/memory.h"
#include "support/fc_photo.h"

enum { MUTATIONS_DEFAULT = 12, FILLS = 2 };

/* Filled with these: the complement goes into fresh memory, the value into freed. */
static const int FILL_VALUES[FILLS] = { 0x55, 0xc3 };

static const fc_decode_limits LIMITS = { .formats = UINT32_MAX,
                                         .pixels_max = 4 << 20,
                                         .decoded_max = 64 << 20 };

/* What the child is at, seen by its parent when the child is gone. */
typedef struct progress {
    int mutation;
    int decoded; /* mutations that gave a picture */
    char fault[256];
} progress;

typedef struct outcome {
    fc_status status;
    uint64_t pixels; /* hash */
} outcome;

/* xorshift64, Marsaglia 2003. */
static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static uint32_t below(uint64_t *state, size_t count)
{
    return (uint32_t)(next_random(state) >> 16) % (uint32_t)count;
}

/* Damage a copy: bits turned, bytes written over, runs cleared or moved, the end cut off. Half of
 * the places lie in the first 600 bytes, where the headers are. */
static size_t damage(uint8_t *data, size_t size, uint64_t *random)
{
    const uint32_t strokes = 1 + below(random, 6);
    for (uint32_t i = 0; i < strokes; i++) {
        const size_t reach = below(random, 2) == 0 && size > 600 ? 600 : size;
        const size_t at = below(random, reach);
        const size_t run = 1 + below(random, size - at < 40 ? size - at : 40);
        switch (below(random, 6)) {
        case 0:
        case 1:
            data[at] ^= (uint8_t)(1U << below(random, 8));
            break;
        case 2:
            data[at] = (uint8_t)next_random(random);
            break;
        case 3:
            memset(data + at, below(random, 2) == 0 ? 0 : 0xff, run);
            break;
        case 4:
            memmove(data + at, data + below(random, size - run + 1), run);
            break;
        default:
            if (below(random, 3) == 0 && size > 16) {
                size -= 1 + below(random, size / 2);
            }
            break;
        }
    }
    return size;
}

static uint64_t hash_image(const fc_image *image)
{
    uint64_t hash = UINT64_C(14695981039346656037); /* FNV-1a */
    for (int32_t y = 0; y < image->size.height; y++) {
        const uint8_t *row = fc_image_row(image, y);
        for (int32_t i = 0; i < image->size.width * image->channels; i++) {
            hash = (hash ^ row[i]) * UINT64_C(1099511628211);
        }
    }
    return hash ^ (uint64_t)image->size.width << 32 ^ (uint64_t)image->size.height;
}

static fc_status decode(fc_bytes file, fc_image **out, fc_error *err)
{
    fc_photo_facts facts = { 0 };
    FC_TRY(fc_decode_probe(file, &LIMITS, &facts, err));
    const fc_decode_request request = { .shrink = 1, .background = { 128, 128, 128 } };
    FC_AUTO(fc_raster) raster = NULL;
    FC_TRY(fc_decode(file, &facts, &request, &raster, err));
    *out = FC_STEAL(raster->pixels);
    return FC_OK;
}

static outcome decode_filled(fc_bytes file, int fill)
{
    (void)mallopt(M_PERTURB, fill);
    fc_error err = { 0 };
    FC_AUTO(fc_image) image = NULL;
    outcome got = { .status = decode(file, &image, &err) };
    if (got.status == FC_OK) {
        got.pixels = hash_image(image);
    } else if (err.text[0] == '\0') {
        got.pixels = 1; /* refused without a reason: no outcome is like this one */
    }
    return got;
}

static bool try_mutation(fc_bytes file, uint64_t seed, progress *at)
{
    uint64_t random = seed;
    for (int i = 0; i < 8; i++) {
        (void)next_random(&random);
    }
    fc_error err = { 0 };
    FC_AUTO(fc_octets) copy = NULL;
    ASSERT_OK(fc_memory_new(file.size, 1, (void **)&copy, &err), err);
    memcpy(copy, file.data, file.size);
    const size_t size = damage(copy, file.size, &random);
    outcome got[FILLS];
    for (int i = 0; i < FILLS; i++) {
        got[i] = decode_filled((fc_bytes){ copy, size }, FILL_VALUES[i]);
    }
    at->decoded += got[0].status == FC_OK;
    if (got[0].status == got[1].status && got[0].pixels == got[1].pixels &&
        (got[0].status == FC_OK || got[0].pixels == 0)) {
        return true;
    }
    (void)snprintf(at->fault, sizeof at->fault, "%s, then %s%s",
                   fc_status_lookup(got[0].status)->slug, fc_status_lookup(got[1].status)->slug,
                   got[0].status == FC_OK ? " with other pixels" : "");
    return false;
}

/* A child of its own for each file: one that a library ends is named as well. */
static void try_file(const char *name, int mutations, uint64_t seed, progress *at)
{
    FC_AUTO(fc_mapping) file = fc_photo_open(name);
    *at = (progress){ 0 };
    (void)fflush(NULL);
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        /* All blocks from the heap, which is filled; mapped ones would be zero. */
        (void)mallopt(M_MMAP_THRESHOLD, 1 << 30);
        (void)mallopt(M_TRIM_THRESHOLD, 1 << 30);
        bool is_well = true;
        for (; is_well && at->mutation < mutations; at->mutation++) {
            const uint64_t one = (seed << 20 | (uint64_t)at->mutation) * 2 + 1;
            is_well = try_mutation(file->bytes, one, at);
        }
        _exit(is_well ? 0 : 1);
    }
    int ended = 0;
    assert_int_equal(waitpid(child, &ended, 0), child);
    if (ended != 0) {
        fail_msg("%s, mutation %d of seed %u: %s (%d)", name, at->mutation, (unsigned)seed,
                 at->fault[0] != '\0' ? at->fault : "the decoder ended the program", ended);
    }
}

static int number_of(const char *name, int otherwise)
{
    const char *text = getenv(name);
    return text != NULL ? atoi(text) : otherwise;
}

static bool is_wanted(const char *name)
{
    const char *part = getenv("FC_MUTATIONS_OF");
    return name[0] != '.' && strstr(name, ".py") == NULL && strstr(name, ".md") == NULL &&
           (part == NULL || strstr(name, part) != NULL);
}

static void damaged_pictures_are_the_same_whatever_memory_held(void **state)
{
    (void)state;
    const int mutations = number_of("FC_MUTATIONS", MUTATIONS_DEFAULT);
    const uint64_t seed = (uint64_t)number_of("FC_MUTATIONS_SEED", 1);
    progress *at =
        mmap(NULL, sizeof(progress), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(at != MAP_FAILED);
    DIR *folder = opendir("tests/data/image");
    assert_non_null(folder);
    int files = 0;
    int decoded = 0;
    for (const struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        if (is_wanted(entry->d_name)) {
            try_file(entry->d_name, mutations, seed, at);
            decoded += at->decoded;
            files++;
        }
    }
    (void)closedir(folder);
    (void)munmap(at, sizeof(progress));
    print_message("%d files, %d damaged copies, %d of them decoded\n", files, files * mutations,
                  decoded);
    assert_true(files > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(damaged_pictures_are_the_same_whatever_memory_held),
    };
    return cmocka_run_group_tests_name("image/check_decode_mutations", tests, NULL, NULL);
}
