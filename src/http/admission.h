/**
 * Admission: which connections are kept when there are too many. Whoever asks for nothing makes
 * room for whoever comes: the connection that has been idle, or within the head of a request, for
 * longest. A few places are for questions that need no key, so that a full service still tells
 * that it is alive.
 *
 * Any thread.
 */
#pragma once

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include "http/connection.h"

typedef struct fc_http_admission_limits {
    int32_t connections_max;
    int32_t per_address_max; /* 0: no limit */
    int32_t reserve;         /* places beyond connections_max, for open routes */
} fc_http_admission_limits;

typedef enum fc_http_admission {
    FC_HTTP_ADMITTED,
    FC_HTTP_ADMITTED_IN_RESERVE,
    FC_HTTP_TOO_MANY,
    FC_HTTP_TOO_MANY_OF_ADDRESS,
} fc_http_admission;

/** What counts as one address: all of IPv4, and the first half of IPv6, which one client has. */
void fc_http_address_group(const struct sockaddr *address, uint8_t group[FC_HTTP_GROUP_SIZE]);

/** Whether one more connection may be accepted; perhaps another one is hung up on for it. The next
 *  fc_http_connection_new is this one. Cost: a look at each connection. */
fc_http_admission fc_http_admit(fc_http_connections *connections,
                                const fc_http_admission_limits *limits,
                                const uint8_t group[FC_HTTP_GROUP_SIZE]);

/** Hang up on the connection that has asked for nothing for longest. False: there is none. */
bool fc_http_shed(fc_http_connections *connections);
