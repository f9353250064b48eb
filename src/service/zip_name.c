#include "service/zip_name.h"

#include <stdio.h>
#include <string.h>

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

/* Letters whose small form follows at a fixed distance; `step` 2: every other one is a capital. */
typedef struct capitals {
    uint32_t first;
    uint32_t last;
    uint32_t distance;
    uint32_t step;
} capitals;

static const capitals CAPITALS[] = {
    { 'A', 'Z', 32, 1 },      { 0xC0, 0xD6, 32, 1 },    { 0xD8, 0xDE, 32, 1 }, /* Latin-1 */
    { 0x100, 0x136, 1, 2 },   { 0x139, 0x147, 1, 2 },   { 0x14A, 0x176, 1, 2 },
    { 0x179, 0x17D, 1, 2 },  /* Latin Extended-A */
    { 0x391, 0x3A9, 32, 1 }, /* Greek */
    { 0x400, 0x40F, 80, 1 },  { 0x410, 0x42F, 32, 1 },  { 0x460, 0x480, 1, 2 },
    { 0x48A, 0x4BE, 1, 2 },   { 0x4D0, 0x52E, 1, 2 },   /* Cyrillic */
    { 0x1E00, 0x1E94, 1, 2 }, { 0x1EA0, 0x1EFE, 1, 2 }, /* Vietnamese and others */
};

static uint32_t fold(uint32_t character)
{
    for (size_t i = 0; i < sizeof CAPITALS / sizeof CAPITALS[0]; i++) {
        const capitals *row = &CAPITALS[i];
        if (character >= row->first && character <= row->last &&
            (character - row->first) % row->step == 0) {
            return character + row->distance;
        }
    }
    return character;
}

/* Bytes of the character at the start of a clean name; 0 at its end. */
static size_t next_size(const char *at)
{
    return *at == '\0' ? 0 : fc_utf8_character(at, strnlen(at, 4));
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
    size_t at = 0;
    while (at < size && word[at] != '\0' && fold((uint8_t)text[at]) == (uint8_t)word[at]) {
        at++;
    }
    return at == size && word[at] == '\0';
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
    size_t of_a = next_size(a);
    size_t of_b = next_size(b);
    while (of_a > 0 && of_b > 0 && fold(decode(a, of_a)) == fold(decode(b, of_b))) {
        a += of_a;
        b += of_b;
        of_a = next_size(a);
        of_b = next_size(b);
    }
    return of_a == 0 && of_b == 0;
}

/* FNV-1a over the small letters. */
uint64_t fc_zip_name_hash(const char *name)
{
    FC_ASSERT(name != NULL);
    uint64_t hash = UINT64_C(0xCBF29CE484222325);
    for (size_t size = next_size(name); size > 0; size = next_size(name)) {
        hash = (hash ^ fold(decode(name, size))) * UINT64_C(0x100000001B3);
        name += size;
    }
    return hash;
}
