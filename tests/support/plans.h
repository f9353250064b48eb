/** Plans in the folder of support/targets.h, with looks and pictures made by hand: no engine is
 *  needed. All of this fails the test when something goes wrong. */
#pragma once

#include "directory/plan_store.h"

/** The state of the plan; close it. */
fc_plan_store *fc_plans_open(void);

/** Replace all lines by one for each key, with a photo that is matched. Keys are ended by NULL. */
void fc_plans_lines(fc_plan_store *store, const char *const *keys);

/** What came of a look: a picture of profile "ad-large" with a text as its bytes; NULL: none. */
void fc_plans_look(fc_plan_store *store, const char *key, fc_line_state state, const char *text);
