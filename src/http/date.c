#define _DEFAULT_SOURCE /* timegm */
#include "http/date.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/assert.h"

/* Their names are English in every locale. */
static const char DAYS[] = "SunMonTueWedThuFriSat";
static const char MONTHS[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

void fc_http_date_print(int64_t time_s, char text[FC_HTTP_DATE_SIZE])
{
    FC_ASSERT(text != NULL);
    const time_t time = (time_t)time_s;
    struct tm parts = { 0 };
    text[0] = '\0';
    if (gmtime_r(&time, &parts) != NULL) {
        (void)snprintf(text, FC_HTTP_DATE_SIZE, "%.3s, %02d %.3s %04d %02d:%02d:%02d GMT",
                       DAYS + 3 * parts.tm_wday, parts.tm_mday, MONTHS + 3 * parts.tm_mon,
                       parts.tm_year + 1900, parts.tm_hour, parts.tm_min, parts.tm_sec);
    }
}

bool fc_http_date_parse(const char *text, int64_t *time_s)
{
    FC_ASSERT(text != NULL && time_s != NULL);
    struct tm parts = { 0 };
    char month[4] = "";
    int end = 0;
    const char *comma = strchr(text, ',');
    if (comma == NULL ||
        sscanf(comma, ", %2d %3s %4d %2d:%2d:%2d GMT%n", &parts.tm_mday, month, &parts.tm_year,
               &parts.tm_hour, &parts.tm_min, &parts.tm_sec, &end) != 6 ||
        end == 0 || comma[end] != '\0' || strlen(month) != 3) {
        return false;
    }
    const char *found = strstr(MONTHS, month);
    if (found == NULL || (found - MONTHS) % 3 != 0) {
        return false;
    }
    parts.tm_mon = (int)(found - MONTHS) / 3;
    parts.tm_year -= 1900;
    *time_s = (int64_t)timegm(&parts);
    return true;
}
