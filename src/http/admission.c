#include "http/admission.h"

#include <string.h>

#include "base/assert.h"

void fc_http_address_group(const struct sockaddr *address, uint8_t group[FC_HTTP_GROUP_SIZE])
{
    FC_ASSERT(address != NULL && group != NULL);
    memset(group, 0, FC_HTTP_GROUP_SIZE);
    if (address->sa_family == AF_INET) {
        struct sockaddr_in ipv4;
        memcpy(&ipv4, address, sizeof ipv4);
        group[10] = group[11] = 0xff; /* as IPv6 writes it */
        memcpy(group + 12, &ipv4.sin_addr, 4);
    } else if (address->sa_family == AF_INET6) {
        struct sockaddr_in6 ipv6;
        memcpy(&ipv6, address, sizeof ipv6);
        const bool mapped = IN6_IS_ADDR_V4MAPPED(&ipv6.sin6_addr);
        memcpy(group, &ipv6.sin6_addr, mapped ? 16 : 8);
    }
}

static bool is_of(const fc_http_connection *connection, const uint8_t group[FC_HTTP_GROUP_SIZE])
{
    return group == NULL || memcmp(connection->group, group, FC_HTTP_GROUP_SIZE) == 0;
}

/* Connections of an address, without those that were hung up on. With the lock held. */
static int32_t count_of(const fc_http_connections *connections, const uint8_t *group)
{
    int32_t count = 0;
    for (const fc_http_connection *at = connections->first; at != NULL; at = at->next) {
        count += !at->dropped && is_of(at, group) ? 1 : 0;
    }
    return count;
}

/* Whoever is asking for nothing yet. What has a body or an answer on its way is not given up. */
static bool may_go(const fc_http_connection *connection)
{
    return !connection->dropped &&
           (connection->phase == FC_HTTP_IDLE || connection->phase == FC_HTTP_HEAD ||
            connection->phase == FC_HTTP_LINGERING);
}

/* group   NULL: of all. With the lock held. */
static bool drop_oldest(fc_http_connections *connections, const uint8_t *group)
{
    fc_http_connection *oldest = NULL;
    for (fc_http_connection *at = connections->first; at != NULL; at = at->next) {
        if (may_go(at) && is_of(at, group) && (oldest == NULL || at->since_us < oldest->since_us)) {
            oldest = at;
        }
    }
    if (oldest != NULL) {
        fc_http_connection_drop(oldest);
    }
    return oldest != NULL;
}

static fc_http_admission admit(fc_http_connections *connections,
                               const fc_http_admission_limits *limits, const uint8_t *group)
{
    const int32_t count = connections->count - connections->dropped;
    const bool full = count >= limits->connections_max;
    if (!full && limits->per_address_max == 0) {
        return FC_HTTP_ADMITTED;
    }
    const int32_t own = count_of(connections, group);
    if (limits->per_address_max > 0 && own >= limits->per_address_max) {
        return drop_oldest(connections, group) ? FC_HTTP_ADMITTED : FC_HTTP_TOO_MANY_OF_ADDRESS;
    }
    if (!full) {
        return FC_HTTP_ADMITTED;
    }
    /* Whoever has half of all does not push out others. */
    const bool much = own >= limits->connections_max / 2;
    const bool dropped =
        (much && drop_oldest(connections, group)) || drop_oldest(connections, NULL);
    const int32_t left = count - (dropped ? 1 : 0); /* it may have been in the reserve */
    return left < limits->connections_max                     ? FC_HTTP_ADMITTED
           : left < limits->connections_max + limits->reserve ? FC_HTTP_ADMITTED_IN_RESERVE
                                                              : FC_HTTP_TOO_MANY;
}

fc_http_admission fc_http_admit(fc_http_connections *connections,
                                const fc_http_admission_limits *limits,
                                const uint8_t group[FC_HTTP_GROUP_SIZE])
{
    FC_ASSERT(connections != NULL && limits != NULL && group != NULL);
    (void)pthread_mutex_lock(&connections->lock);
    const fc_http_admission admission = admit(connections, limits, group);
    connections->next_in_reserve = admission == FC_HTTP_ADMITTED_IN_RESERVE;
    (void)pthread_mutex_unlock(&connections->lock);
    return admission;
}

bool fc_http_shed(fc_http_connections *connections)
{
    FC_ASSERT(connections != NULL);
    (void)pthread_mutex_lock(&connections->lock);
    const bool dropped = drop_oldest(connections, NULL);
    (void)pthread_mutex_unlock(&connections->lock);
    return dropped;
}
