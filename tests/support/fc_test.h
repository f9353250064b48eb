/** What every unit test includes: cmocka in its required order, and the two status assertions. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/error.h"

/** The call ends well; its message is shown when it does not. */
#define ASSERT_OK(call, err)                                                                       \
    do {                                                                                           \
        const fc_status fc_test_status = (call);                                                   \
        if (fc_test_status != FC_OK) {                                                             \
            fail_msg("%s: %s: %s", #call, fc_status_lookup(fc_test_status)->slug, (err).text);     \
        }                                                                                          \
    } while (0)

/** The call is refused with this status and says why. */
#define ASSERT_FAILS(expected, call, err)                                                          \
    do {                                                                                           \
        (err).text[0] = '\0';                                                                      \
        assert_string_equal(fc_status_lookup(call)->slug, fc_status_lookup(expected)->slug);       \
        assert_true((err).text[0] != '\0');                                                        \
    } while (0)

/**
 * Walk a call through every allocation failure: it must fail with FC_OUT_OF_MEMORY until it
 * succeeds, and `unchanged` must hold after each failure. ASan then proves that no path leaks.
 */
#define SWEEP_ALLOCATIONS(call, unchanged)                                                         \
    do {                                                                                           \
        fc_status fc_sweep_status = FC_OUT_OF_MEMORY;                                              \
        for (int64_t fc_n = 1; fc_n <= 10000 && fc_sweep_status != FC_OK; fc_n++) {                \
            fc_memory_fail_after(fc_n);                                                            \
            fc_sweep_status = (call);                                                              \
            fc_memory_fail_after(0);                                                               \
            if (fc_sweep_status != FC_OK) {                                                        \
                assert_int_equal(fc_sweep_status, FC_OUT_OF_MEMORY);                               \
                assert_true(unchanged);                                                            \
            }                                                                                      \
        }                                                                                          \
        assert_int_equal(fc_sweep_status, FC_OK);                                                  \
    } while (0)

/** Folder of the larger goldens, or NULL where they are not at hand (then such a test skips). */
const char *fc_test_shared_dir(void);

/** Path of a file under that folder, in a static buffer; NULL where the folder is not at hand. */
const char *fc_test_shared_file(const char *name);

/** Float32 .npy file (C order): `count` values, release with fc_memory_free. Fails the test. */
float *fc_test_npy_read(const char *path, size_t *count);
