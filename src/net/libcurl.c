#include "net/libcurl.h"

#include <dlfcn.h>
#include <stdbool.h>
#include <string.h>

#define LIBRARY "libcurl.so.4"

fc_libcurl fc_curl;

/* ISO C has no way from a data pointer to a function; POSIX promises that the bytes are the same.
 */
static bool find(void *library, const char *symbol, void *function)
{
    void *const address = dlsym(library, symbol);
    memcpy(function, &address, sizeof address);
    return address != NULL;
}

fc_status fc_libcurl_load(fc_error *err)
{
    void *const library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) {
        return fc_fail(err, FC_IO,
                       "addresses need " LIBRARY
                       ", which is not installed (Debian: apt-get install libcurl4)");
    }
    bool whole = true;
#define ROW(name) whole = find(library, "curl_" #name, &fc_curl.name) && whole;
    FC_LIBCURL_FUNCTIONS(ROW)
#undef ROW
    return whole ? FC_OK : fc_fail(err, FC_IO, LIBRARY " lacks functions that are needed");
}
