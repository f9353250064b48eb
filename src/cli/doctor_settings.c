#define _GNU_SOURCE /* environ, secure_getenv */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/doctor.h"
#include "cli/dotenv.h"
#include "cli/suggest.h"

#define SUBJECT "settings"
#define PREFIX "FACECRAFT_"
#define PREFIX_LENGTH (sizeof PREFIX - 1)

/* Longest name of a variable, without the prefix. */
#define NAME_SIZE 96

/* Each on its own, so that one bad variable does not hide the next. */
static int set_options(fc_doctor *doctor, fc_options options, void *target)
{
    int set = 0;
    for (size_t i = 0; i < options.count; i++) {
        char name[NAME_SIZE + PREFIX_LENGTH];
        (void)snprintf(name, sizeof name, PREFIX "%s", options.rows[i].variable);
        const char *value = secure_getenv(name);
        fc_error err = { 0 };
        if (value == NULL) {
            continue;
        }
        set++;
        if (fc_option_set(&options.rows[i], target, value, &err) != FC_OK) {
            fc_doctor_note(doctor, FC_DOCTOR_FAULT, SUBJECT,
                           "set an allowed value; they are in `facecraft options`", "%s: %s", name,
                           err.text);
        }
    }
    return set;
}

static bool is_named(const fc_option *option, const char *name)
{
    const size_t length = strlen(option->variable);
    if (strncmp(option->variable, name, length) != 0) {
        return false;
    }
    return name[length] == '\0' ||
           (option->kind == FC_OPTION_SECRET && strcmp(name + length, "_FILE") == 0);
}

static bool is_known(const char *name, fc_suggestion *suggestion)
{
    const fc_options tables[] = { fc_params_options(), fc_settings_options(), fc_server_options() };
    for (size_t t = 0; t < sizeof tables / sizeof tables[0]; t++) {
        for (size_t i = 0; i < tables[t].count; i++) {
            if (is_named(&tables[t].rows[i], name)) {
                return true;
            }
            fc_suggestion_offer(suggestion, tables[t].rows[i].variable);
        }
    }
    return false;
}

static void find_unknown(fc_doctor *doctor)
{
    for (char **entry = environ; *entry != NULL; entry++) {
        char name[NAME_SIZE];
        if (strncmp(*entry, PREFIX, PREFIX_LENGTH) != 0) {
            continue;
        }
        (void)snprintf(name, sizeof name, "%.*s", (int)strcspn(*entry + PREFIX_LENGTH, "="),
                       *entry + PREFIX_LENGTH);
        fc_suggestion suggestion = { .word = name };
        if (!is_known(name, &suggestion)) {
            fc_doctor_note(doctor, FC_DOCTOR_WARNING, SUBJECT,
                           "correct the name or take the variable out; `facecraft options` has all",
                           PREFIX "%s has no effect%s%s%s", name,
                           suggestion.best != NULL ? "; did you mean " PREFIX : "",
                           suggestion.best != NULL ? suggestion.best : "",
                           suggestion.best != NULL ? "?" : "");
        }
    }
}

void fc_doctor_settings(fc_doctor *doctor)
{
    fc_error err = { 0 };
    const size_t before = doctor->count;
    if (fc_dotenv_load(".env", &err) != FC_OK) {
        fc_doctor_note(doctor, FC_DOCTOR_FAULT, SUBJECT, "correct the line of .env", "%s",
                       err.text);
    }
    const int set = set_options(doctor, fc_params_options(), &doctor->params) +
                    set_options(doctor, fc_settings_options(), &doctor->settings) +
                    set_options(doctor, fc_server_options(), &doctor->server);
    if (fc_secrets_load(&doctor->server, &err) != FC_OK) {
        fc_doctor_note(doctor, FC_DOCTOR_FAULT, SUBJECT, "name a file that holds the secret", "%s",
                       err.text);
    }
    find_unknown(doctor);
    if (doctor->count == before) {
        fc_doctor_note(doctor, FC_DOCTOR_OK, SUBJECT, NULL, "%d variables are set and understood",
                       set);
    }
}
