#include "net/guard.h"

#include <sys/socket.h>

#include "base/assert.h"
#include "net/address.h"
#include "net/curl.h"

/* The last step before connecting: what is checked here is what is connected to. */
static curl_socket_t open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *to)
{
    fc_guard *guard = context;
    if (purpose != CURLSOCKTYPE_IPCXN ||
        (!fc_address_is_public(&to->addr) && !fc_address_in_list(&to->addr, guard->allow))) {
        /* A host may have others: its name is refused only when none of them may be asked. */
        guard->has_refused = !guard->has_tried;
        return CURL_SOCKET_BAD;
    }
    guard->has_tried = true;
    guard->has_refused = false;
    return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

bool fc_guard_apply(fc_guard *guard, CURL *handle, const char *url, bool plain_http)
{
    FC_ASSERT(guard != NULL && guard->allow != NULL);
    FC_ASSERT(handle != NULL && url != NULL);
    /* When the time is over, the thread that resolves a name is left to itself: waiting for it
     * takes as long as the name server does. */
    (void)fc_curl.easy_setopt(handle, CURLOPT_QUICK_EXIT, 1L);
    (void)fc_curl.easy_setopt(handle, CURLOPT_HTTPAUTH, (long)CURLAUTH_NONE);
    (void)fc_curl.easy_setopt(handle, CURLOPT_USERAGENT, "facecraft");
    (void)fc_curl.easy_setopt(handle, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    (void)fc_curl.easy_setopt(handle, CURLOPT_OPENSOCKETDATA, guard);
    /* Without memory for its text any proxy would do. */
    return fc_curl_set_up(handle, url, plain_http) &&
           fc_curl.easy_setopt(handle, CURLOPT_PROXY, "") == CURLE_OK;
}
