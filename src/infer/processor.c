#include "infer/processor.h"

#include <string.h>

#include <xxhash.h>

#include "base/assert.h"
#include "base/file.h"

/* A page for each of 4096 processors. */
#define CPUINFO_BYTES_MAX ((size_t)16 << 20)

/* The first processor's words; all of a machine have the same. */
static fc_bytes find_flags(const char *cpuinfo)
{
    const char *line = cpuinfo;
    while (line != NULL && *line != '\0') {
        const size_t length = strcspn(line, "\n");
        const char *colon = memchr(line, ':', length);
        if (colon != NULL &&
            (strncmp(line, "flags", 5) == 0 || strncmp(line, "Features", 8) == 0)) {
            return (fc_bytes){ (const uint8_t *)colon + 1, length - (size_t)(colon + 1 - line) };
        }
        line = line[length] == '\n' ? line + length + 1 : NULL;
    }
    return (fc_bytes){ (const uint8_t *)"", 0 };
}

bool fc_processor_flag(const char *cpuinfo, const char *flag)
{
    FC_ASSERT(cpuinfo != NULL);
    FC_ASSERT(flag != NULL);

    const fc_bytes flags = find_flags(cpuinfo);
    const char *at = (const char *)flags.data;
    const char *const end = at + flags.size;
    while (at < end) {
        const char *word_end = memchr(at, ' ', (size_t)(end - at));
        word_end = word_end != NULL ? word_end : end;
        if ((size_t)(word_end - at) == strlen(flag) && memcmp(at, flag, strlen(flag)) == 0) {
            return true;
        }
        at = word_end + 1;
    }
    return false;
}

bool fc_processor_has(const char *flag)
{
    FC_AUTO_BUFFER(cpuinfo, 0);
    return fc_file_read("/proc/cpuinfo", CPUINFO_BYTES_MAX, &cpuinfo, NULL) == FC_OK &&
           fc_processor_flag(fc_buffer_text(&cpuinfo), flag);
}

uint64_t fc_processor_stamp(void)
{
    FC_AUTO_BUFFER(cpuinfo, 0);
    if (fc_file_read("/proc/cpuinfo", CPUINFO_BYTES_MAX, &cpuinfo, NULL) != FC_OK) {
        return 0;
    }
    const fc_bytes flags = find_flags(fc_buffer_text(&cpuinfo));
    return XXH3_64bits(flags.data, flags.size);
}
