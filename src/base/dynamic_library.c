#include "base/dynamic_library.h"

#include <dlfcn.h>
#include <string.h>

#include "base/assert.h"

fc_status fc_dynamic_library_open(const char *file, const char *user, const char *package,
                                  void **out, fc_error *err)
{
    FC_ASSERT(file != NULL && user != NULL && package != NULL);
    FC_ASSERT(out != NULL);

    void *const library = dlopen(file, RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) {
        return fc_fail(err, FC_IO, "%s %s (Debian: apt-get install %s), which cannot be opened: %s",
                       user, file, package, dlerror());
    }
    *out = library;
    return FC_OK;
}

/* ISO C has no way from a data pointer to a function; POSIX promises that the bytes are the same.
 */
bool fc_dynamic_library_find(void *library, const char *symbol, void *function)
{
    FC_ASSERT(library != NULL && symbol != NULL && function != NULL);

    void *const address = dlsym(library, symbol);
    memcpy(function, &address, sizeof address);
    return address != NULL;
}
