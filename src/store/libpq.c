#include "store/libpq.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdbool.h>
#include <string.h>

#include "base/assert.h"

#define LIBRARY "libpq.so.5"

static fc_libpq calls;
static fc_error outcome;

/* ISO C has no way from a data pointer to a function; POSIX promises that the bytes are the same.
 */
static bool find(void *library, const char *symbol, void *function)
{
    void *const address = dlsym(library, symbol);
    memcpy(function, &address, sizeof address);
    return address != NULL;
}

static fc_status load(fc_error *err)
{
    void *const library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) {
        return fc_fail(err, FC_IO,
                       "a database of PostgreSQL needs " LIBRARY
                       ", which is not installed (Debian: apt-get install libpq5)");
    }
    bool whole = true;
#define ROW(name) whole = find(library, #name, &calls.name) && whole;
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
