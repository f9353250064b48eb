#include "directory/line.h"

#include "base/assert.h"

static const fc_line_state_info STATES[] = {
#define FC_STATE(name, word, eyes, meaning) { word, eyes, meaning },
#include "directory/states.def"
#undef FC_STATE
};

const fc_line_state_info *fc_line_state_lookup(fc_line_state state)
{
    FC_ASSERT(state >= 0 && state < FC_LINE_STATES_COUNT);
    return &STATES[state];
}
