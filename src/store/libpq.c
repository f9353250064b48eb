#include "store/libpq.h"

#include <pthread.h>
#include <stdbool.h>

#include "base/assert.h"
#include "base/dynamic_library.h"

#define LIBRARY "libpq.so.5"

static fc_libpq calls;
static fc_error outcome;

static fc_status load(fc_error *err)
{
    void *library = NULL;
    FC_TRY(fc_dynamic_library_open(LIBRARY, "a database of PostgreSQL needs", "libpq5", &library,
                                   err));
    bool whole = true;
#define ROW(name) whole = fc_dynamic_library_find(library, #name, &calls.name) && whole;
    FC_LIBPQ_FUNCTIONS(ROW)
#undef ROW
    return whole ? FC_OK : fc_fail(err, FC_IO, LIBRARY " lacks functions that are needed");
}

static void load_once(void)
{
    outcome.status = load(&outcome);
}

fc_status fc_libpq_load(const fc_libpq **out, fc_error *err)
{
    FC_ASSERT(out != NULL);
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    (void)pthread_once(&once, load_once);
    if (outcome.status != FC_OK) {
        return fc_fail(err, outcome.status, "%s", outcome.text);
    }
    *out = &calls;
    return FC_OK;
}
