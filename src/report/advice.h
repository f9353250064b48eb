/**
 * Advice: what the check says to the person in the photo, in the languages of the page. The texts
 * are those of ui/texts, packed by cmake/pack_page.py. Constant; any thread.
 */
#pragma once

#include <stddef.h>

#include "check/measure.h"

/** "en" first, then the others by their names. */
extern const char *const fc_advice_languages[];
extern const size_t fc_advice_languages_count;

/** By number of the language, then by measure; NULL where there is none. */
extern const char *const fc_advice_texts[][FC_MEASURES_COUNT];

/** One sentence; in English where the language is none of those, or has no such text. "" for what
 *  needs no advice. */
const char *fc_advice_lookup(const char *language, fc_measure_id measure);
