#include "service/zip_name.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <utf8proc.h>
#include <xxhash.h>

#include "base/assert.h"
#include "base/utf8.h"

/* Longest ending that is kept when a name is cut, with its dot. */
#define ENDING_MAX 8

/* ---- characters ---------------------------------------------------------------------------- */

/* The character of `size` bytes at `text`. */
static uint32_t decode(const char *text, size_t size)
{
    static const uint8_t MASKS[] = { 0, 0x7F, 0x1F, 0x0F, 0x07 };
    const uint8_t *bytes = (const uint8_t *)text;
    uint32_t character = bytes[0] & MASKS[size];
    for (size_t i = 1; i < size; i++) {
        character = character << 6 | (bytes[i] & 0x3F);
    }
    return character;
}

typedef struct range {
    uint32_t first;
    uint32_t last;
} range;

/* What is invisible and changes what is seen. Joiners (U+200C, U+200D) belong to words of Persian
 * and to emoji, and stay. */
static const range HARMFUL[] = {
    { 0x00, 0x1F },     { 0x7F, 0x9F },     /* control characters */
    { 0x061C, 0x061C }, { 0x200B, 0x200B }, /* Arabic mark; a space without width */
    { 0x200E, 0x200F }, { 0x2028, 0x202E }, /* marks, ends of lines, embeddings, overrides */
    { 0x2060, 0x206F }, { 0xFEFF, 0xFEFF }, /* invisible operators, isolates; byte order mark */
    { 0xFFF9, 0xFFFB }, { 0xFFFE, 0xFFFF }, /* annotations; no characters */
};

static bool is_harmful(uint32_t character)
{
    for (size_t i = 0; i < sizeof HARMFUL / sizeof HARMFUL[0]; i++) {
        if (character >= HARMFUL[i].first && character <= HARMFUL[i].last) {
            return true;
        }
    }
    return character < 0x80 && strchr("\"*:<>?|", (int)character) != NULL;
}

/* ---- folding ------------------------------------------------------------------------------- */

/* No letter folds into more than three, or comes apart into more than four. */
#define FOLDED_MAX (FC_ZIP_NAME_SIZE * 4)

/* The letters of a name without what Windows and macOS overlook: capital or small, and whether an
 * accent is a part of its letter or a sign behind it (Unicode's canonical caseless matching, 3.13,
 * D145; decomposed, as it is only compared). */
static size_t fold(const char *name, utf8proc_int32_t letters[FOLDED_MAX])
{
    const utf8proc_option_t how = UTF8PROC_STABLE | UTF8PROC_DECOMPOSE | UTF8PROC_CASEFOLD;
    const utf8proc_ssize_t count = utf8proc_decompose(
        (const utf8proc_uint8_t *)name, (utf8proc_ssize_t)strlen(name), letters, FOLDED_MAX, how);
    FC_ASSERT(count >= 0 && count <= FOLDED_MAX); /* it is clean: UTF-8, and short */
    return (size_t)count;
}

/* ---- cleaning ------------------------------------------------------------------------------ */

/* Append what is harmless of `given`; whole characters only, up to `room` bytes in all. */
static size_t append_clean(const char *given, size_t size, char *name, size_t length, size_t room)
{
    for (size_t at = 0; at < size;) {
        const size_t whole = fc_utf8_character(given + at, size - at);
        const size_t taken = whole > 0 ? whole : 1;
        const bool kept = whole > 0 && !is_harmful(decode(given + at, whole));
        if (length + (kept ? taken : 1) > room) {
            break;
        }
        if (kept) {
            memcpy(name + length, given + at, taken);
        } else {
            name[length] = '_';
        }
        length += kept ? taken : 1;
        at += taken;
    }
    return length;
}

static const char *ending_of(const char *name)
{
    const char *dot = strrchr(name, '.');
    return dot != NULL && dot != name && strlen(dot) <= ENDING_MAX ? dot : name + strlen(name);
}

static bool equals_ignoring_case(const char *text, size_t size, const char *word)
{
    return strlen(word) == size && strncasecmp(text, word, size) == 0;
}

/* Windows takes com1, com1.txt and "com1 .txt" for the device; also with a raised digit. */
static bool is_device(const char *name)
{
    static const char *const WORDS[] = {
        "con", "prn", "aux", "nul", "conin$", "conout$", "clock$"
    };
    static const char *const DIGITS[] = { "\xC2\xB9", "\xC2\xB2", "\xC2\xB3" };
    size_t size = strcspn(name, ".");
    while (size > 0 && name[size - 1] == ' ') {
        size--;
    }
    for (size_t i = 0; i < sizeof WORDS / sizeof WORDS[0]; i++) {
        if (equals_ignoring_case(name, size, WORDS[i])) {
            return true;
        }
    }
    if (size < 4 ||
        (!equals_ignoring_case(name, 3, "com") && !equals_ignoring_case(name, 3, "lpt"))) {
        return false;
    }
    bool numbered = size == 4 && name[3] >= '0' && name[3] <= '9';
    for (size_t i = 0; i < sizeof DIGITS / sizeof DIGITS[0]; i++) {
        numbered = numbered || (size == 5 && memcmp(name + 3, DIGITS[i], 2) == 0);
    }
    return numbered;
}

void fc_zip_name_clean(const char *given, char name[FC_ZIP_NAME_SIZE])
{
    FC_ASSERT(given != NULL);
    for (const char *at = given; *at != '\0'; at++) {
        given = *at == '/' || *at == '\\' ? at + 1 : given;
    }
    const char *ending = ending_of(given);
    const size_t ending_size = strlen(ending);
    size_t length = 0;
    if (is_device(given)) {
        name[length++] = '_';
    }
    length = append_clean(given, (size_t)(ending - given), name, length,
                          FC_ZIP_NAME_SIZE - 1 - ending_size);
    length = append_clean(ending, ending_size, name, length, FC_ZIP_NAME_SIZE - 1);
    while (length > 0 && (name[length - 1] == '.' || name[length - 1] == ' ')) {
        length--;
    }
    if (length == 0) {
        name[length++] = '_';
    }
    name[length] = '\0';
    name[0] = name[0] == '.' ? '_' : name[0]; /* hidden files */
}

/* ---- unique names -------------------------------------------------------------------------- */

void fc_zip_name_number(const char *plain, size_t number, char name[FC_ZIP_NAME_SIZE])
{
    FC_ASSERT(plain != NULL && strlen(plain) < FC_ZIP_NAME_SIZE);
    const char *ending = ending_of(plain);
    char suffix[24 + ENDING_MAX];
    (void)snprintf(suffix, sizeof suffix, "-%zu%s", number, ending);
    const size_t suffix_size = strlen(suffix);
    const size_t room = FC_ZIP_NAME_SIZE - 1 - suffix_size;
    const size_t whole = (size_t)(ending - plain);
    const size_t stem = fc_utf8_cut(plain, whole < room ? whole : room);
    memcpy(name, plain, stem);
    memcpy(name + stem, suffix, suffix_size + 1);
}

bool fc_zip_name_same(const char *a, const char *b)
{
    FC_ASSERT(a != NULL && b != NULL);
    utf8proc_int32_t of_a[FOLDED_MAX];
    utf8proc_int32_t of_b[FOLDED_MAX];
    const size_t count = fold(a, of_a);
    return count == fold(b, of_b) && memcmp(of_a, of_b, count * sizeof *of_a) == 0;
}

uint64_t fc_zip_name_hash(const char *name)
{
    FC_ASSERT(name != NULL);
    utf8proc_int32_t letters[FOLDED_MAX];
    const size_t count = fold(name, letters);
    return XXH3_64bits(letters, count * sizeof *letters);
}
