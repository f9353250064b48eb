#include <stdarg.h>
#include <stdio.h>

#include "base/assert.h"
#include "cli/command.h"
#include "cli/doctor.h"
#include "cli/page.h"
#include "report/json.h"

void fc_doctor_note(fc_doctor *doctor, fc_doctor_grade grade, const char *subject,
                    const char *advice, const char *format, ...)
{
    FC_ASSERT(doctor != NULL);
    FC_ASSERT(subject != NULL);
    if (doctor->count == FC_DOCTOR_LINES_MAX) {
        return;
    }
    fc_doctor_line *line = &doctor->lines[doctor->count++];
    *line = (fc_doctor_line){ .grade = grade, .subject = subject, .advice = advice };
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(line->text, sizeof line->text, format, arguments);
    va_end(arguments);
}

static const char *grade_name(fc_doctor_grade grade)
{
    switch (grade) {
    case FC_DOCTOR_OK:
        return "ok";
    case FC_DOCTOR_WARNING:
        return "warning";
    case FC_DOCTOR_FAULT:
        return "fault";
    }
    FC_ASSERT(!"unknown grade of a finding");
    return "";
}

static int count_of(const fc_doctor *doctor, fc_doctor_grade grade)
{
    int count = 0;
    for (size_t i = 0; i < doctor->count; i++) {
        count += doctor->lines[i].grade == grade;
    }
    return count;
}

static json_t *pack(const fc_doctor *doctor)
{
    json_t *list = json_array();
    for (size_t i = 0; i < doctor->count; i++) {
        const fc_doctor_line *line = &doctor->lines[i];
        list = fc_json_append(list,
                              json_pack("{s:s, s:s, s:o, s:s?}", "grade", grade_name(line->grade),
                                        "subject", line->subject, "text", fc_json_text(line->text),
                                        "advice", line->advice));
    }
    return json_pack("{s:b, s:i, s:i, s:o}", "ok", count_of(doctor, FC_DOCTOR_FAULT) == 0, "faults",
                     count_of(doctor, FC_DOCTOR_FAULT), "warnings",
                     count_of(doctor, FC_DOCTOR_WARNING), "lines", list);
}

static void print(const fc_doctor *doctor, fc_page *page)
{
    for (size_t i = 0; i < doctor->count; i++) {
        const fc_doctor_line *line = &doctor->lines[i];
        fc_page_raw(page, "%-8s %-10s %s\n", grade_name(line->grade), line->subject, line->text);
        if (line->advice != NULL) {
            fc_page_raw(page, "%-8s %-10s -> %s\n", "", "", line->advice);
        }
    }
    const int faults = count_of(doctor, FC_DOCTOR_FAULT);
    const int warnings = count_of(doctor, FC_DOCTOR_WARNING);
    fc_page_raw(page, "%s: %d fault%s, %d warning%s\n", faults == 0 ? "works" : "does not work",
                faults, faults == 1 ? "" : "s", warnings, warnings == 1 ? "" : "s");
}

static void examine(fc_doctor *doctor)
{
    fc_doctor_settings(doctor);
    fc_doctor_libraries(doctor);
    fc_doctor_machine(doctor);
    fc_doctor_folders(doctor);
    fc_doctor_models(doctor);
    fc_doctor_providers(doctor);
    fc_doctor_sandbox(doctor);
    fc_doctor_portrait(doctor);
}

static fc_status run(const fc_command_line *line, int *exit_code, fc_error *err)
{
    fc_json_flag flags = { 0 };
    FC_TRY(fc_command_parse_flags(&fc_command_doctor, line, &flags, err));
    static fc_doctor doctor; /* large, and there is one */
    doctor = (fc_doctor){ .params = fc_params_default(),
                          .settings = fc_settings_default(),
                          .server = fc_server_settings_default() };
    examine(&doctor);
    fc_engine_free(doctor.engine);
    *exit_code = count_of(&doctor, FC_DOCTOR_FAULT) > 0 ? 1 : 0;

    FC_AUTO_PAGE(page, FC_PAGE_PLAIN);
    if (flags.json) {
        FC_TRY(fc_json_write_line(pack(&doctor), &page.text, err));
    } else {
        print(&doctor, &page);
    }
    return fc_page_print(&page, err);
}

static const char *const DETAILS[] = {
    "Checks what Facecraft stands on: settings, libraries, processors and memory, folders, model "
    "files, what runs them, and makes one portrait of a photo that the program carries. Needs no "
    "network, takes a "
    "few seconds, leaves nothing behind. Each line is ok, a warning or a fault, and says what to "
    "do about it. Exit code 1: there is a fault.",
    NULL,
};

static const char *const EXAMPLES[] = {
    "facecraft doctor",
    "facecraft doctor --json",
    NULL,
};

const fc_command fc_command_doctor = {
    .name = "doctor",
    .operands = "",
    .purpose = "Check the installation and say what is wrong with it",
    .details = DETAILS,
    .examples = EXAMPLES,
    .flags = FC_JSON_FLAGS,
    .decodes = true,
    .run = run,
};
