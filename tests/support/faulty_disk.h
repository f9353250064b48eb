/**
 * A disk under SQLite that fails when a test wants it to: between the install and the removal every
 * database that is opened lies on it. Waiting for a lock takes as many tries as ever, and no time.
 * One thread at a time.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/** Put it under the databases that are opened from now on, and take it away again. */
void fc_faulty_disk_install(void);
void fc_faulty_disk_remove(void);

typedef enum fc_fault {
    FC_FAULT_ONCE,     /* of the calls that write, sync, cut, lock and unlock */
    FC_FAULT_FOR_GOOD, /* the same, and every later one */
    FC_FAULT_WRITES,   /* every later one that writes, syncs or cuts */
} fc_fault;

/** The n-th call from now on (1: the next) fails with an I/O error; 0: none does. */
void fc_faulty_disk_fail_after(int64_t n, fc_fault fault);

/** True when a call has failed since the last fc_faulty_disk_fail_after. */
bool fc_faulty_disk_has_failed(void);
