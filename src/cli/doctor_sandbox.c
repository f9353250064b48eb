#include "cli/decoders.h"
#include "cli/doctor.h"
#include "sandbox/sandbox.h"

#define SUBJECT "sandbox"

/* It stays on: the photo that the program carries is decoded in it. */
void fc_doctor_sandbox(fc_doctor *doctor)
{
    fc_error err = { 0 };
    if (fc_decoders_start(&doctor->settings, 0, FC_DECODERS_QUIET, &err) != FC_OK) {
        fc_doctor_note(doctor, FC_DOCTOR_FAULT, SUBJECT,
                       "allow seccomp, or set FACECRAFT_SANDBOX=auto", "%s", err.text);
        return;
    }
    const fc_sandbox_report report = fc_sandbox_look();
    if (report.is_on) {
        fc_doctor_note(doctor, FC_DOCTOR_OK, SUBJECT, NULL,
                       "each photo is decoded in a process of its own: %s", report.text);
    } else if (doctor->settings.sandbox == FC_SANDBOX_OFF) {
        fc_doctor_note(doctor, FC_DOCTOR_WARNING, SUBJECT, "leave FACECRAFT_SANDBOX out",
                       "switched off: a photo that harms a decoder harms the whole program");
    } else {
        fc_doctor_note(doctor, FC_DOCTOR_WARNING, SUBJECT,
                       "allow seccomp to the container; until then a photo that harms a decoder "
                       "harms the whole program",
                       "photos are decoded in the program's own process: %s", report.text);
    }
}
