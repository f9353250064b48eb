/**
 * Address: whether clients may make the service connect to it. Only addresses of the public
 * internet qualify: strangers must not reach the operator's own network through us. Any thread.
 */
#pragma once

#include <stdbool.h>
#include <sys/socket.h>

/**
 * Is it an address of the public internet? Neither are: this host, private networks (RFC 1918,
 * RFC 4193), shared ones (RFC 6598), link-local, multicast, documentation, tests and reserved ones,
 * nor IPv6 addresses that hold one of IPv4 (mapped, 6to4, Teredo, NAT64).
 */
bool fc_address_is_public(const struct sockaddr *address);

/** Is "ADDRESS:PORT" in a list with commas? IPv6 in brackets: "[fd00::1]:8080". */
bool fc_address_in_list(const struct sockaddr *address, const char *list);
