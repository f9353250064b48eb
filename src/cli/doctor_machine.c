#include "cli/doctor.h"
#include "engine/system_limits.h"

/* One portrait takes about 160 MB, as `make bench` measures it; below this there is no air. */
#define MEMORY_MIN_MB 384

void fc_doctor_machine(fc_doctor *doctor)
{
    const fc_system_limits limits = fc_system_limits_read("");
    const long long memory_mb = limits.memory_bytes >> 20;
    if (memory_mb < MEMORY_MIN_MB) {
        fc_doctor_note(doctor, FC_DOCTOR_WARNING, "machine",
                       "raise the memory limit of the container",
                       "%lld MB of memory are allowed, %d are needed for one portrait at a time",
                       memory_mb, MEMORY_MIN_MB);
    } else {
        fc_doctor_note(doctor, FC_DOCTOR_OK, "machine", NULL,
                       "%d processors and %lld MB of memory may be used", limits.processors,
                       memory_mb);
    }
    if (doctor->server.memory_budget_mb > memory_mb) {
        fc_doctor_note(doctor, FC_DOCTOR_WARNING, "machine",
                       "lower FACECRAFT_MEMORY_BUDGET_MB, or leave it out",
                       "photos may take %d MB together, more than the %lld MB that are allowed",
                       doctor->server.memory_budget_mb, memory_mb);
    }
}
