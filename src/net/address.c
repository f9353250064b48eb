#include "net/address.h"

#include <netdb.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/assert.h"

/* A block of addresses: the first `bits` of them are these. */
typedef struct block {
    uint8_t start[16];
    int bits;
} block;

/* IANA's registry of special-purpose addresses, IPv4. */
static const block NOT_PUBLIC_4[] = {
    { { 0 }, 8 },
    { { 10 }, 8 },
    { { 100, 64 }, 10 },
    { { 127 }, 8 },
    { { 169, 254 }, 16 },
    { { 172, 16 }, 12 },
    { { 192, 0, 0 }, 24 },
    { { 192, 0, 2 }, 24 },
    { { 192, 88, 99 }, 24 },
    { { 192, 168 }, 16 },
    { { 198, 18 }, 15 },
    { { 198, 51, 100 }, 24 },
    { { 203, 0, 113 }, 24 },
    { { 224 }, 4 },
    { { 240 }, 4 },
};

/* Of IPv6, only 2000::/3 is given out; these parts of it are special. */
static const block GLOBAL_6 = { { 0x20 }, 3 };
static const block NOT_PUBLIC_6[] = {
    { { 0x20, 0x01 }, 23 },             /* protocols: Teredo, ORCHID, benchmarks */
    { { 0x20, 0x01, 0x0d, 0xb8 }, 32 }, /* documentation */
    { { 0x20, 0x02 }, 16 },             /* 6to4 */
    { { 0x3f, 0xff }, 20 },             /* documentation */
};

static bool lies_in(const uint8_t *address, const block *within)
{
    const size_t whole = (size_t)within->bits / 8;
    const int rest = within->bits % 8;
    const uint8_t mask = (uint8_t)(0xff00 >> rest);
    return memcmp(address, within->start, whole) == 0 &&
           (rest == 0 || (address[whole] & mask) == (within->start[whole] & mask));
}

static bool lies_in_any(const uint8_t *address, const block *blocks, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (lies_in(address, &blocks[i])) {
            return true;
        }
    }
    return false;
}

bool fc_address_is_public(const struct sockaddr *address)
{
    FC_ASSERT(address != NULL);
    if (address->sa_family == AF_INET) {
        struct sockaddr_in four;
        memcpy(&four, address, sizeof four);
        uint8_t bytes[4];
        memcpy(bytes, &four.sin_addr, sizeof bytes);
        return !lies_in_any(bytes, NOT_PUBLIC_4, sizeof NOT_PUBLIC_4 / sizeof NOT_PUBLIC_4[0]);
    }
    if (address->sa_family == AF_INET6) {
        struct sockaddr_in6 six;
        memcpy(&six, address, sizeof six);
        const uint8_t *bytes = six.sin6_addr.s6_addr;
        return lies_in(bytes, &GLOBAL_6) &&
               !lies_in_any(bytes, NOT_PUBLIC_6, sizeof NOT_PUBLIC_6 / sizeof NOT_PUBLIC_6[0]);
    }
    return false;
}

bool fc_address_in_list(const struct sockaddr *address, const char *list)
{
    FC_ASSERT(address != NULL && list != NULL);
    char host[INET6_ADDRSTRLEN + 20];
    char port[8];
    const bool six = address->sa_family == AF_INET6;
    const socklen_t size =
        six ? (socklen_t)sizeof(struct sockaddr_in6) : (socklen_t)sizeof(struct sockaddr_in);
    if ((!six && address->sa_family != AF_INET) ||
        getnameinfo(address, size, host, sizeof host, port, sizeof port,
                    NI_NUMERICHOST | NI_NUMERICSERV) != 0) {
        return false;
    }
    char text[sizeof host + sizeof port + 4];
    const int length = snprintf(text, sizeof text, six ? "[%s]:%s" : "%s:%s", host, port);
    for (const char *at = list; *at != '\0';) {
        at += strspn(at, ", ");
        const size_t one = strcspn(at, ", ");
        if (one == (size_t)length && memcmp(at, text, one) == 0) {
            return true;
        }
        at += one;
    }
    return false;
}
