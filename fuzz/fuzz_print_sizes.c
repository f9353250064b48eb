/** Any text as a background, a box, a size of paper and a length: what is taken is in its range and
 * is written back as text that means the same. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/assert.h"
#include "config/background.h"
#include "config/options.h"
#include "config/paper.h"

static void read_box(const char *text)
{
    const fc_option *option = fc_option_lookup(fc_params_options(), "face_box");
    fc_params params = fc_params_default();
    if (fc_option_set(option, &params, text, NULL) == FC_OK) {
        const fc_part_box box = params.face_box;
        FC_ASSERT(box.x >= 0 && box.y >= 0 && box.x + box.width < 1.001 &&
                  box.y + box.height < 1.001);
        char printed[FC_OPTION_TEXT_SIZE];
        fc_option_print(option, &params, printed, sizeof printed);
        const fc_status again = fc_option_set(option, &params, printed, NULL);
        FC_ASSERT(again == FC_OK);
        FC_ASSERT(fc_part_box_is_given(params.face_box) == fc_part_box_is_given(box));
    }
}

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
    read_box(text);
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
