/**
 * Doctor: the checks of `facecraft doctor`, one for each subject. Nothing needs a network and
 * nothing is left behind. One thread at a time.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/error.h"
#include "config/options.h"
#include "engine/engine.h"

typedef enum fc_doctor_grade {
    FC_DOCTOR_OK,
    FC_DOCTOR_WARNING, /* works, but perhaps not as meant */
    FC_DOCTOR_FAULT,   /* does not work */
} fc_doctor_grade;

#define FC_DOCTOR_TEXT_SIZE 512

/** One line of the report. */
typedef struct fc_doctor_line {
    fc_doctor_grade grade;
    const char *subject;            /* "models" */
    char text[FC_DOCTOR_TEXT_SIZE]; /* what was found */
    const char *advice;             /* what to do about it; NULL where nothing is to be done */
} fc_doctor_line;

/** All options have a fault each, and then there is room for the rest. */
#define FC_DOCTOR_LINES_MAX 256

/** The report. */
typedef struct fc_doctor {
    fc_params params; /* as far as the environment could be read */
    fc_settings settings;
    fc_server_settings server;
    fc_engine *engine; /* models: NULL when it does not start */
    fc_doctor_line lines[FC_DOCTOR_LINES_MAX];
    size_t count;
} fc_doctor;

/** Note a finding; `advice` may be NULL. Beyond the last row it is dropped. */
FC_PRINTF(5, 6)
void fc_doctor_note(fc_doctor *doctor, fc_doctor_grade grade, const char *subject,
                    const char *advice, const char *format, ...);

/**
 * Check a subject, or all of them in the order of the report (NULL):
 *
 *   settings    variables of the environment and .env: does each parse, is each known? Fills the
 *               settings
 *   libraries   versions of the program and its libraries
 *   machine     processors and memory that machine or container allow
 *   folders     those that are written to
 *   models      are the files there, genuine, and do they load? Fills the engine
 *   providers   what may run the heavy models: what does, and why the others do not
 *   sandbox     whether photos are decoded in processes of their own
 *   portrait    the way from photo to portrait with a photo that the program carries
 */
void fc_doctor_examine(fc_doctor *doctor, const char *subject);
