#include "base/brief.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "base/assert.h"

#define DOTS "..."
#define HEAD_SIZE 32
#define TAIL_SIZE (FC_BRIEF_SIZE - 1 - HEAD_SIZE - (sizeof DOTS - 1))

/* Inside a UTF-8 character, after its first byte. */
static bool continues(char byte)
{
    return ((unsigned char)byte & 0xC0) == 0x80;
}

fc_brief fc_brief_of(const char *path)
{
    FC_ASSERT(path != NULL);

    fc_brief brief = { "" };
    const size_t length = strlen(path);
    if (length < FC_BRIEF_SIZE) {
        memcpy(brief.text, path, length);
        return brief;
    }
    size_t head = HEAD_SIZE;
    while (head > HEAD_SIZE - 4 && continues(path[head])) {
        head--;
    }
    size_t tail = length - TAIL_SIZE;
    while (tail < length - TAIL_SIZE + 4 && continues(path[tail])) {
        tail++;
    }
    memcpy(brief.text, path, head);
    memcpy(brief.text + head, DOTS, sizeof DOTS - 1);
    memcpy(brief.text + head + sizeof DOTS - 1, path + tail, length - tail);
    return brief;
}
