/** Did you mean: the known word that is nearest to a mistyped one. Any thread. */
#pragma once

/** Words are compared up to this length; longer ones are never suggested. */
#define FC_SUGGEST_LENGTH_MAX 32

/** Letters to change, add or drop to turn one word into the other; FC_SUGGEST_LENGTH_MAX where one
 *  is longer than that. "-" and "_" count as equal. */
int fc_word_distance(const char *a, const char *b);

/** Start with { .word = the mistyped word }. */
typedef struct fc_suggestion {
    const char *word;
    const char *best; /* NULL while nothing is near enough */
    int distance;     /* of `best` */
} fc_suggestion;

/** Consider one candidate, which must outlive the suggestion. "-" and "_" count as equal. */
void fc_suggestion_offer(fc_suggestion *suggestion, const char *candidate);
