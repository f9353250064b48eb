#include "report/advice.h"

#include <string.h>

#include "base/assert.h"

const char *fc_advice_lookup(const char *language, fc_measure_id measure)
{
    FC_ASSERT(language != NULL && measure < FC_MEASURES_COUNT);
    for (size_t i = 1; i < fc_advice_languages_count; i++) {
        if (strcmp(fc_advice_languages[i], language) == 0 && fc_advice_texts[i][measure] != NULL) {
            return fc_advice_texts[i][measure];
        }
    }
    return fc_measure_lookup(measure)->advice;
}
