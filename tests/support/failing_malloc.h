/**
 * Failing malloc: makes the n-th allocation of the whole process fail once, whoever asks for it and
 * on whichever thread: our own code, the C library, and the libraries that others wrote.
 *
 * A test program that includes this header replaces the C library's malloc and its siblings, so it
 * is included by one file of a program, and by none that a sanitizer watches (they replace it
 * themselves; FC_FAILING_MALLOC says whether it is there).
 *
 * Left out: the dynamic loader, whose own memory ends the program by design. While libvips is in
 * the process also everything that it brings along, GLib above all, which ends the program when
 * malloc fails; without it they are in, and nothing here has to change.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || !defined(__GLIBC__)
#define FC_FAILING_MALLOC 0
#else
#define FC_FAILING_MALLOC 1

#include <errno.h>
#include <link.h>
#include <malloc.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *block, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);

/* ---- who asks ------------------------------------------------------------------------------ */

enum { FC_FAILING_RANGES_MAX = 64 };

/* Code of the libraries whose allocations may fail, or must not. */
static struct {
    uintptr_t from;
    uintptr_t end;
} fc_failing_ranges[FC_FAILING_RANGES_MAX];
static size_t fc_failing_range_count;

/* libstdc++'s operator new. Its smaller blocks do not fail: ONNX Runtime 1.31 frees what it has not
 * made when one of them does in the middle of a kernel (Pad) or of a model, and dies of it. Its
 * tensors are larger. */
enum { FC_FAILING_CPLUSPLUS_MIN = 4096 };
static struct {
    uintptr_t from;
    uintptr_t end;
} fc_failing_cplusplus;
static bool fc_failing_beside_vips; /* the ranges are those that may fail, else that must not */

static bool fc_failing_is_named(const char *path, const char *const *names)
{
    const char *slash = strrchr(path, '/');
    const char *file = slash != NULL ? slash + 1 : path;
    for (; *names != NULL; names++) {
        if (strncmp(file, *names, strlen(*names)) == 0) {
            return true;
        }
    }
    return false;
}

static int fc_failing_look_for_vips(struct dl_phdr_info *info, size_t size, void *context)
{
    static const char *const VIPS[] = { "libvips", NULL };
    (void)size;
    (void)context;
    fc_failing_beside_vips = fc_failing_beside_vips || fc_failing_is_named(info->dlpi_name, VIPS);
    return 0;
}

static int fc_failing_take_ranges(struct dl_phdr_info *info, size_t size, void *context)
{
    static const char *const LOADER[] = { "ld-linux", "linux-vdso", NULL };
    static const char *const OURS[] = {
        "libc.",      "libstdc++", "libonnxruntime", "libmicrohttpd", "libsqlite3",
        "libjansson", "libcurl",   "libdeflate",     "libprotobuf-c", NULL
    };
    (void)size;
    (void)context;
    static const char *const CPLUSPLUS[] = { "libstdc++", NULL };
    const bool program = info->dlpi_name[0] == '\0';
    const bool cplusplus = fc_failing_is_named(info->dlpi_name, CPLUSPLUS);
    const bool taken = fc_failing_beside_vips
                           ? program || fc_failing_is_named(info->dlpi_name, OURS)
                           : fc_failing_is_named(info->dlpi_name, LOADER);
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *part = &info->dlpi_phdr[i];
        const uintptr_t from = info->dlpi_addr + part->p_vaddr;
        if (part->p_type != PT_LOAD || (part->p_flags & PF_X) == 0) {
            continue;
        }
        if (cplusplus) {
            fc_failing_cplusplus.from = from;
            fc_failing_cplusplus.end = from + part->p_memsz;
        }
        if (taken && fc_failing_range_count < FC_FAILING_RANGES_MAX) {
            fc_failing_ranges[fc_failing_range_count].from = from;
            fc_failing_ranges[fc_failing_range_count++].end = from + part->p_memsz;
        }
    }
    return 0;
}

/** Once, before the first failure, when all libraries are loaded. */
static void fc_failing_start(void)
{
    fc_failing_range_count = 0;
    (void)dl_iterate_phdr(fc_failing_look_for_vips, NULL);
    (void)dl_iterate_phdr(fc_failing_take_ranges, NULL);
}

static bool fc_failing_is_cplusplus(uintptr_t caller)
{
    return caller >= fc_failing_cplusplus.from && caller < fc_failing_cplusplus.end;
}

static bool fc_failing_may_fail(uintptr_t caller)
{
    for (size_t i = 0; i < fc_failing_range_count; i++) {
        if (caller >= fc_failing_ranges[i].from && caller < fc_failing_ranges[i].end) {
            return fc_failing_beside_vips;
        }
    }
    return !fc_failing_beside_vips;
}

/* ---- counting and failing ------------------------------------------------------------------ */

static _Atomic int64_t fc_failing_countdown; /* 0: nothing is counted */
static _Atomic int64_t fc_failing_counted;
static void *_Atomic fc_failing_place; /* who asked for what failed; for the debugger */

/** Let the n-th allocation from now on fail, 1 being the next; INT64_MAX only counts. */
static void fc_failing_arm(int64_t n)
{
    atomic_store(&fc_failing_counted, 0);
    atomic_store(&fc_failing_place, NULL);
    atomic_store(&fc_failing_countdown, n);
}

/** No failure any more; how many allocations there were since it was armed. */
static int64_t fc_failing_disarm(void)
{
    atomic_store(&fc_failing_countdown, 0);
    return atomic_load(&fc_failing_counted);
}

static bool fc_failing_now(void *caller, size_t size)
{
    if (atomic_load_explicit(&fc_failing_countdown, memory_order_relaxed) == 0 ||
        !fc_failing_may_fail((uintptr_t)caller) ||
        (size < FC_FAILING_CPLUSPLUS_MIN && fc_failing_is_cplusplus((uintptr_t)caller))) {
        return false;
    }
    (void)atomic_fetch_add(&fc_failing_counted, 1);
    if (atomic_fetch_sub(&fc_failing_countdown, 1) != 1) {
        return false;
    }
    atomic_store(&fc_failing_countdown, INT64_MAX);
    atomic_store(&fc_failing_place, caller);
    errno = ENOMEM;
    return true;
}

#define FC_FAILING_NOW(size) fc_failing_now(__builtin_return_address(0), (size))

void *malloc(size_t size)
{
    return FC_FAILING_NOW(size) ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    return FC_FAILING_NOW(count * size) ? NULL : __libc_calloc(count, size);
}

void *realloc(void *block, size_t size)
{
    return size > 0 && FC_FAILING_NOW(size) ? NULL : __libc_realloc(block, size);
}

void *memalign(size_t alignment, size_t size)
{
    return FC_FAILING_NOW(size) ? NULL : __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size)
{
    return FC_FAILING_NOW(size) ? NULL : __libc_memalign(alignment, size);
}

int posix_memalign(void **out, size_t alignment, size_t size)
{
    void *block = FC_FAILING_NOW(size) ? NULL : __libc_memalign(alignment, size);
    if (block == NULL) {
        return ENOMEM;
    }
    *out = block;
    return 0;
}
#endif
