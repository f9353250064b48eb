#include "config/paper.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/assert.h"
#include "base/number.h"

#define LENGTH_MAX_MM 100.0

/* Bytes of one number, and of what stands before its unit. */
#define NUMBER_SIZE 16

static const struct {
    const char *name;
    fc_paper size;
} PAPERS[] = {
    { "A3", { 297, 420 } }, { "A4", { 210, 297 } },         { "A5", { 148, 210 } },
    { "A6", { 105, 148 } }, { "letter", { 215.9, 279.4 } }, { "legal", { 215.9, 355.6 } },
};

/* Millimetres of the unit at the end, and how long the text is without it; 0: none is there. */
static double unit_of(const char *text, size_t *length)
{
    static const struct {
        const char *name;
        double mm;
    } UNITS[] = { { "mm", 1 }, { "cm", 10 }, { "in", FC_INCH_MM } };
    const size_t all = strlen(text);
    for (size_t i = 0; all > 2 && i < sizeof UNITS / sizeof UNITS[0]; i++) {
        if (strcasecmp(text + all - 2, UNITS[i].name) == 0) {
            *length = all - 2;
            return UNITS[i].mm;
        }
    }
    return 0;
}

static bool parse_number(const char *text, size_t length, double unit, double *out)
{
    char number[NUMBER_SIZE];
    if (length >= sizeof number) {
        return false;
    }
    (void)snprintf(number, sizeof number, "%.*s", (int)length, text);
    double value = 0;
    if (!fc_parse_real(number, &value)) {
        return false;
    }
    *out = value * unit;
    return true;
}

static bool is_side(double mm)
{
    return mm >= FC_PAPER_SIDE_MIN_MM && mm <= FC_PAPER_SIDE_MAX_MM;
}

bool fc_paper_parse(const char *text, fc_paper *out)
{
    FC_ASSERT(text != NULL && out != NULL);
    for (size_t i = 0; i < sizeof PAPERS / sizeof PAPERS[0]; i++) {
        if (strcasecmp(text, PAPERS[i].name) == 0) {
            *out = PAPERS[i].size;
            return true;
        }
    }
    size_t length = 0;
    const double unit = unit_of(text, &length);
    const size_t first = strcspn(text, "xX");
    fc_paper size = { 0 };
    if (unit == 0 || first + 1 >= length || !parse_number(text, first, unit, &size.width_mm) ||
        !parse_number(text + first + 1, length - first - 1, unit, &size.height_mm) ||
        !is_side(size.width_mm) || !is_side(size.height_mm)) {
        return false;
    }
    *out = size;
    return true;
}

bool fc_length_mm_parse(const char *text, double *out)
{
    FC_ASSERT(text != NULL && out != NULL);
    size_t length = 0;
    double mm = 0;
    const double unit = unit_of(text, &length);
    const bool is_zero = strcmp(text, "0") == 0;
    if (!is_zero && (unit == 0 || !parse_number(text, length, unit, &mm))) {
        return false;
    }
    if (!(mm >= 0 && mm <= LENGTH_MAX_MM)) {
        return false;
    }
    *out = mm;
    return true;
}
