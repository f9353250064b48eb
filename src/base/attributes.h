/** Compiler attributes and scope cleanup. The only place where GNU attributes are spelled out. */
#pragma once

#include <stddef.h> /* NULL */

#define FC_MUST_CHECK __attribute__((warn_unused_result))
#define FC_COLD __attribute__((cold))
#define FC_NORETURN __attribute__((noreturn))
#define FC_PRINTF(format_index, first_arg) __attribute__((format(printf, format_index, first_arg)))

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
