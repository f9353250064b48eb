/* Every test program starts as `facecraft` does: it says what assertion was broken, and keeps what
 * can be made again where the environment says. The linker takes this file in by the name below. */
#include "support/start.h"
#include "base/assert.h"
#include "cli/console.h"
#include "cli/environment.h"

__attribute__((constructor)) void fc_test_start(void)
{
    fc_fatal_set(fc_console_fatal);
    fc_cache_folder_from_environment();
}
