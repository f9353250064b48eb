#include "base/suggest.h"

#include <string.h>

#include "base/assert.h"

static int smaller(int a, int b)
{
    return a < b ? a : b;
}

static char fold(char letter)
{
    return letter == '_' ? '-' : letter;
}

/* Levenshtein distance, one row at a time. Both words are at most FC_SUGGEST_LENGTH_MAX long. */
static int edit_distance(const char *a, const char *b)
{
    const int width = (int)strlen(b);
    int row[FC_SUGGEST_LENGTH_MAX + 1];
    for (int i = 0; i <= width; i++) {
        row[i] = i;
    }
    for (int j = 1; a[j - 1] != '\0'; j++) {
        int diagonal = row[0];
        row[0] = j;
        for (int i = 1; i <= width; i++) {
            const int replaced = diagonal + (fold(a[j - 1]) == fold(b[i - 1]) ? 0 : 1);
            diagonal = row[i];
            row[i] = smaller(replaced, smaller(row[i - 1], row[i]) + 1);
        }
    }
    return row[width];
}

int fc_word_distance(const char *a, const char *b)
{
    FC_ASSERT(a != NULL && b != NULL);
    return strlen(a) > FC_SUGGEST_LENGTH_MAX || strlen(b) > FC_SUGGEST_LENGTH_MAX
               ? FC_SUGGEST_LENGTH_MAX
               : edit_distance(a, b);
}

void fc_suggestion_offer(fc_suggestion *suggestion, const char *candidate)
{
    FC_ASSERT(suggestion->word != NULL);
    FC_ASSERT(candidate != NULL);

    const size_t length = strlen(suggestion->word);
    if (length > FC_SUGGEST_LENGTH_MAX || strlen(candidate) > FC_SUGGEST_LENGTH_MAX) {
        return;
    }
    /* A third of the letters may be wrong: more is another word. */
    const int allowed = smaller(3, ((int)length + 2) / 3);
    const int distance = edit_distance(suggestion->word, candidate);
    if (distance <= allowed && (suggestion->best == NULL || distance < suggestion->distance)) {
        suggestion->best = candidate;
        suggestion->distance = distance;
    }
}
