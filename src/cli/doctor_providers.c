#include "cli/doctor.h"

#define SUBJECT "providers"

/* Each says itself whether it is used. One that was asked for in vain has kept the models from
 * loading. */
void fc_doctor_providers(fc_doctor *doctor)
{
    if (doctor->engine == NULL) {
        fc_doctor_note(doctor, FC_DOCTOR_WARNING, SUBJECT, "first put the models right",
                       "not chosen: the models are not loaded");
        return;
    }
    const fc_runtime *runtime = fc_engine_runtime(doctor->engine);
    for (int i = 0; i < FC_PROVIDERS_COUNT; i++) {
        const fc_provider_report *report = fc_runtime_report(runtime, (fc_provider)i);
        fc_doctor_note(doctor, FC_DOCTOR_OK, SUBJECT, NULL, "%s%s%s%s%s: %s", report->name,
                       report->version[0] != '\0' ? " " : "", report->version,
                       report->device[0] != '\0' ? " on " : "", report->device, report->text);
    }
}
