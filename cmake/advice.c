/* What the check says, from ui/texts: cmake/pack_page.py writes the rows LANGUAGE(name), in their
 * order, and ADVICE(number of the language, measure, text). */
#include "report/advice.h"

const char *const fc_advice_languages[] = {
#define LANGUAGE(name) name,
#define ADVICE(language, measure, text)
#include "advice.def"
#undef LANGUAGE
#undef ADVICE
};
const size_t fc_advice_languages_count = sizeof fc_advice_languages / sizeof fc_advice_languages[0];

const char *const fc_advice_texts[][FC_MEASURES_COUNT] = {
#define LANGUAGE(name)
#define ADVICE(language, measure, text) [language][FC_MEASURE_##measure] = text,
#include "advice.def"
#undef LANGUAGE
#undef ADVICE
};
