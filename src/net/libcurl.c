#include "net/libcurl.h"

#include <stdbool.h>

#include "base/dynamic_library.h"

#define LIBRARY "libcurl.so.4"

fc_libcurl fc_curl;

fc_status fc_libcurl_load(fc_error *err)
{
    void *library = NULL;
    FC_TRY(fc_dynamic_library_open(LIBRARY, "addresses need", "libcurl4", &library, err));
    bool whole = true;
#define ROW(name) whole = fc_dynamic_library_find(library, "curl_" #name, &fc_curl.name) && whole;
    FC_LIBCURL_FUNCTIONS(ROW)
#undef ROW
    return whole ? FC_OK : fc_fail(err, FC_IO, LIBRARY " lacks functions that are needed");
}
