/** Compiler attributes and scope cleanup. The only place where GNU attributes are spelled out. */
#pragma once

#include <stddef.h> /* NULL */

#define FC_MUST_CHECK __attribute__((warn_unused_result))
#define FC_COLD __attribute__((cold))
#define FC_NORETURN __attribute__((noreturn))
#define FC_PRINTF(format_index, first_arg) __attribute__((format(printf, format_index, first_arg)))

/*
 * For the few loops over pixels where it pays: compiled three times, for any x86-64 and for those
 * with AVX2 and AVX-512 (by their names, x86-64-v3 and v4), and chosen when the program starts.
 * Helpers have to be inline to take part. No multiply-add is fused (cmake/Flags.cmake): the same
 * roundings in the same order, so the same photo gives the same pixels everywhere.
 * Sanitizers are not ready yet when the choice is made; other processors have nothing to choose;
 * Clang (14) exports the chooser even of a static function, so that two of a name do not link.
 * -DFC_NARROW builds for any, -DFC_ONLY_V3 for AVX2 alone, to compare (contract/cli_same_pixels).
 */
#if defined(FC_ONLY_V3)
#define FC_WIDE __attribute__((target("arch=x86-64-v3")))
#elif defined(__x86_64__) && defined(__gnu_linux__) && !defined(__clang__) &&                      \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) && !defined(FC_NARROW)
#define FC_WIDE __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define FC_WIDE
#endif

/* Declare a pointer that frees itself when the scope ends: FC_AUTO(fc_image) face = NULL; */
#define FC_AUTO(type) __attribute__((cleanup(type##_cleanup))) type *

/* Next to a free function, teach FC_AUTO how to release the type. */
#define FC_DEFINE_CLEANUP(type, free_function)                                                     \
    static inline void type##_cleanup(type **slot)                                                 \
    {                                                                                              \
        free_function(*slot);                                                                      \
        *slot = NULL;                                                                              \
    }

/* Hand ownership over: yields the pointer and leaves NULL behind, so FC_AUTO frees nothing. */
#define FC_STEAL(pointer)                                                                          \
    __extension__({                                                                                \
        __typeof__(pointer) fc_stolen = (pointer);                                                 \
        (pointer) = NULL;                                                                          \
        fc_stolen;                                                                                 \
    })
