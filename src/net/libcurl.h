/** libcurl, which is opened when something is first sent or fetched: it brings 16 other libraries,
 *  and they take a third of the time in which a program starts that needs none of them. */
#pragma once

#include <curl/curl.h>

#include "base/attributes.h"
#include "base/error.h"

/* The functions that are called, by their own names but for `curl_`: see the manual of libcurl. */
#define FC_LIBCURL_FUNCTIONS(ROW)                                                                  \
    ROW(easy_cleanup)                                                                              \
    ROW(easy_getinfo)                                                                              \
    ROW(easy_header)                                                                               \
    ROW(easy_init)                                                                                 \
    ROW(easy_perform)                                                                              \
    ROW(easy_reset)                                                                                \
    ROW(easy_setopt)                                                                               \
    ROW(easy_strerror)                                                                             \
    ROW(free)                                                                                      \
    ROW(getdate)                                                                                   \
    ROW(global_init)                                                                               \
    ROW(multi_add_handle)                                                                          \
    ROW(multi_cleanup)                                                                             \
    ROW(multi_info_read)                                                                           \
    ROW(multi_init)                                                                                \
    ROW(multi_perform)                                                                             \
    ROW(multi_poll)                                                                                \
    ROW(multi_remove_handle)                                                                       \
    ROW(multi_wakeup)                                                                              \
    ROW(slist_append)                                                                              \
    ROW(slist_free_all)                                                                            \
    ROW(url)                                                                                       \
    ROW(url_cleanup)                                                                               \
    ROW(url_get)                                                                                   \
    ROW(url_set)

typedef struct fc_libcurl {
#define ROW(name) __typeof__(curl_##name) *name;
    FC_LIBCURL_FUNCTIONS(ROW)
#undef ROW
} fc_libcurl;

/** Zero before fc_curl_start (net/curl.h) has succeeded, then constant. */
extern fc_libcurl fc_curl;

/** Open it and fill fc_curl. It stays open. One thread: for fc_curl_start. Errors: FC_IO where it
 * is not there, or is too old. */
FC_MUST_CHECK fc_status fc_libcurl_load(fc_error *err);
