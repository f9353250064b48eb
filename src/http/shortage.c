#include "http/shortage.h"

#include "base/assert.h"
#include "base/clock.h"
#include "base/log.h"

#define PERIOD_US INT64_C(60000000)

void fc_http_shortage_note(fc_http_shortage *shortage, const char *reason)
{
    FC_ASSERT(shortage != NULL && reason != NULL);
    const int64_t now_us = fc_clock_us();
    shortage->times++;
    if (shortage->told_us == 0 || now_us - shortage->told_us >= PERIOD_US) {
        FC_LOG(FC_LOG_WARNING, "clients are turned away", FC_LOG_TEXT("reason", reason),
               FC_LOG_NUMBER("times", shortage->times));
        shortage->told_us = now_us;
        shortage->times = 0;
    }
}
