/** Messages between the processes of the sandbox. Only for this room. */
#pragma once

#include <stdint.h>

#include "sandbox/packet.h"

/** Orders of the service to the forker. */
typedef enum fc_order_kind {
    FC_ORDER_FORK = 1, /* a helper, with its channel and its window */
    FC_ORDER_PROVE,    /* the same, but it only tries what it may not do */
    FC_ORDER_LIMIT,    /* memory and time of a helper; noted as FC_NOTE_LIMITED */
} fc_order_kind;

typedef struct fc_order {
    uint32_t kind;
    int32_t cpu_s;
    uint64_t helper;
    int64_t bytes;
    int64_t niceness;
} fc_order;

/* Notes about a helper, on its channel; those of the forker could be forged by the helper, which
 * would gain nothing by it. The packets of the work itself have lower kinds. */
enum {
    FC_NOTE_FIT = FC_SANDBOX_KINDS_MAX, /* value: version of Landlock */
    FC_NOTE_UNFIT,                      /* value: errno, text: of what */
    FC_NOTE_LIMITED,
    FC_NOTE_ENDED,      /* value: as of waitpid */
    FC_NOTE_NOT_FORKED, /* value: errno */
    FC_NOTES_END,
};

typedef struct fc_note {
    uint32_t kind;
    int32_t value;
    int64_t cpu_ms;     /* of FC_NOTE_ENDED */
    int64_t peak_bytes; /* of FC_NOTE_ENDED */
    char text[32];
} fc_note;
