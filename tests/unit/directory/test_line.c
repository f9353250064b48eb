#include "directory/line.h"

#include <stdbool.h>
#include <string.h>

#include "support/fc_test.h"

static void states_have_words_of_their_own(void **state)
{
    (void)state;
    for (int i = 0; i < FC_LINE_STATES_COUNT; i++) {
        const fc_line_state_info *info = fc_line_state_lookup((fc_line_state)i);
        assert_true(info->word[0] != '\0' && info->meaning[0] != '\0');
        for (int j = 0; j < i; j++) {
            assert_string_not_equal(info->word, fc_line_state_lookup((fc_line_state)j)->word);
        }
    }
    assert_true(fc_line_state_lookup(FC_LINE_NEEDS_EYES)->eyes);
    assert_false(fc_line_state_lookup(FC_LINE_NO_PHOTO)->eyes);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(states_have_words_of_their_own) };
    return cmocka_run_group_tests_name("directory/line", tests, NULL, NULL);
}
