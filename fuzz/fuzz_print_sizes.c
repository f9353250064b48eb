/** Any text as a background, a size of paper and a length: what is taken is in its range and is
 *  written back as text that means the same. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/assert.h"
#include "config/background.h"
#include "config/paper.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char text[128];
    fc_background background = { 0 };
    fc_background again = { 0 };
    fc_paper paper = { 0 };
    double mm = 0;
    if (size >= sizeof text) {
        return 0;
    }
    memcpy(text, data, size);
    text[size] = '\0';
    if (fc_paper_parse(text, &paper)) {
        FC_ASSERT(paper.width_mm >= FC_PAPER_SIDE_MIN_MM &&
                  paper.height_mm <= FC_PAPER_SIDE_MAX_MM);
    }
    FC_ASSERT(!fc_length_mm_parse(text, &mm) || (mm >= 0 && mm <= 100));
    if (fc_background_parse(text, &background)) {
        char printed[FC_BACKGROUND_TEXT_SIZE];
        fc_background_print(&background, printed, sizeof printed);
        FC_ASSERT(fc_background_parse(printed, &again));
        FC_ASSERT(fc_background_equal(&background, &again));
    }
    return 0;
}
