#include "http/acceptor.h"

#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support/fc_test.h"

#define MAX 4

static const fc_http_admission_limits LIMITS = { .connections_max = MAX, .reserve = 2 };

/* Connections, each with the client's end of its socket. */
typedef struct place {
    fc_http_connections all;
    fc_http_connection *connections[16];
    int clients[16];
    int count;
} place;

static fc_http_peer peer_of(uint8_t number)
{
    fc_http_peer peer = { .text = "test" };
    peer.group[15] = number;
    return peer;
}

/* Admit one of an address and make its connection. */
static fc_http_admission enter(place *here, uint8_t address, const fc_http_admission_limits *limits)
{
    fc_error err = { 0 };
    const fc_http_peer peer = peer_of(address);
    const fc_http_admission admission = fc_http_admit(&here->all, limits, peer.group);
    if (admission == FC_HTTP_ADMITTED || admission == FC_HTTP_ADMITTED_IN_RESERVE) {
        int pair[2];
        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
        ASSERT_OK(fc_http_connection_new(&here->all, pair[0], &peer, 60000,
                                         &here->connections[here->count], &err),
                  err);
        here->clients[here->count++] = pair[1];
    }
    return admission;
}

static void work(place *here, int number)
{
    fc_http_connection_begin(here->connections[number], 60000);
    fc_http_connection_enter(here->connections[number], FC_HTTP_READING, INT64_MAX);
}

static int set_up(void **state)
{
    fc_error err = { 0 };
    static place here;
    here = (place){ .count = 0 };
    ASSERT_OK(fc_http_connections_start(&here.all, &err), err);
    *state = &here;
    return 0;
}

static int tear_down(void **state)
{
    place *here = *state;
    for (int i = 0; i < here->count; i++) {
        const int socket = here->connections[i]->socket;
        fc_http_connection_free(here->connections[i]);
        (void)close(socket);
        (void)close(here->clients[i]);
    }
    assert_int_equal(here->all.dropped, 0);
    fc_http_connections_stop(&here->all);
    return 0;
}

static void the_oldest_that_asks_for_nothing_makes_room(void **state)
{
    place *here = *state;
    for (uint8_t i = 0; i < MAX; i++) {
        assert_int_equal(enter(here, i, &LIMITS), FC_HTTP_ADMITTED);
    }
    work(here, 0);
    fc_http_connection_begin(here->connections[1], 60000); /* within its head */
    here->connections[1]->since_us = 1;
    assert_int_equal(enter(here, 9, &LIMITS), FC_HTTP_ADMITTED);
    assert_false(here->connections[0]->dropped);
    assert_true(here->connections[1]->dropped);
    char told[16] = "";
    assert_true(read(here->clients[1], told, 12) == 12);
    assert_string_equal(told, "HTTP/1.1 503");
    assert_int_equal(enter(here, 9, &LIMITS), FC_HTTP_ADMITTED);
    assert_true(here->connections[2]->dropped);
    assert_int_equal(read(here->clients[2], told, 12), 0);
    assert_false(here->connections[4]->in_reserve);
}

static void whoever_has_half_of_all_pushes_out_nobody_else(void **state)
{
    place *here = *state;
    assert_int_equal(enter(here, 1, &LIMITS), FC_HTTP_ADMITTED);
    for (uint8_t i = 1; i < MAX; i++) {
        assert_int_equal(enter(here, 2, &LIMITS), FC_HTTP_ADMITTED);
    }
    assert_int_equal(enter(here, 2, &LIMITS), FC_HTTP_ADMITTED);
    assert_false(here->connections[0]->dropped);
    assert_true(here->connections[1]->dropped);
    assert_int_equal(enter(here, 3, &LIMITS), FC_HTTP_ADMITTED);
    assert_true(here->connections[0]->dropped);
}

static void a_few_places_are_kept_when_all_are_at_work(void **state)
{
    place *here = *state;
    for (uint8_t i = 0; i < MAX; i++) {
        assert_int_equal(enter(here, i, &LIMITS), FC_HTTP_ADMITTED);
        work(here, i);
    }
    assert_int_equal(enter(here, 9, &LIMITS), FC_HTTP_ADMITTED_IN_RESERVE);
    assert_true(here->connections[4]->in_reserve);
    /* One that makes room there makes room in the reserve alone. */
    assert_int_equal(enter(here, 9, &LIMITS), FC_HTTP_ADMITTED_IN_RESERVE);
    assert_true(here->connections[4]->dropped);
    work(here, 5);
    assert_int_equal(enter(here, 9, &LIMITS), FC_HTTP_ADMITTED_IN_RESERVE);
    work(here, 6);
    assert_int_equal(enter(here, 9, &LIMITS), FC_HTTP_TOO_MANY);
    assert_false(fc_http_shed(&here->all));
    /* Whoever was refused and does not leave is the next to go. */
    fc_http_connection_enter(here->connections[6], FC_HTTP_LINGERING, INT64_MAX);
    assert_int_equal(enter(here, 9, &LIMITS), FC_HTTP_ADMITTED_IN_RESERVE);
    assert_true(here->connections[6]->dropped);
}

static void one_address_has_its_share(void **state)
{
    place *here = *state;
    const fc_http_admission_limits limits = { .connections_max = 10, .per_address_max = 2 };
    assert_int_equal(enter(here, 1, &limits), FC_HTTP_ADMITTED);
    assert_int_equal(enter(here, 1, &limits), FC_HTTP_ADMITTED);
    assert_int_equal(enter(here, 1, &limits), FC_HTTP_ADMITTED);
    assert_true(here->connections[0]->dropped);
    work(here, 1);
    work(here, 2);
    assert_int_equal(enter(here, 1, &limits), FC_HTTP_TOO_MANY_OF_ADDRESS);
    assert_int_equal(enter(here, 2, &limits), FC_HTTP_ADMITTED);
}

static void shedding_hangs_up_on_one(void **state)
{
    place *here = *state;
    assert_false(fc_http_shed(&here->all));
    assert_int_equal(enter(here, 1, &LIMITS), FC_HTTP_ADMITTED);
    assert_true(fc_http_shed(&here->all));
    assert_false(fc_http_shed(&here->all));
}

static void an_address_is_all_of_ipv4_and_half_of_ipv6(void **state)
{
    (void)state;
    static const struct {
        int family;
        const char *one;
        const char *other;
        bool same;
    } PAIRS[] = {
        { AF_INET, "192.0.2.1", "192.0.2.1", true },
        { AF_INET, "192.0.2.1", "192.0.2.2", false },
        { AF_INET6, "::ffff:192.0.2.1", "::ffff:192.0.2.1", true },
        { AF_INET6, "::ffff:192.0.2.1", "::ffff:192.0.2.2", false },
        { AF_INET6, "2001:db8:1:2::1", "2001:db8:1:2:ffff::9", true },
        { AF_INET6, "2001:db8:1:2::1", "2001:db8:1:3::1", false },
    };
    for (size_t i = 0; i < sizeof PAIRS / sizeof PAIRS[0]; i++) {
        uint8_t groups[2][FC_HTTP_GROUP_SIZE];
        for (int k = 0; k < 2; k++) {
            struct sockaddr_storage address = { .ss_family = (sa_family_t)PAIRS[i].family };
            struct sockaddr_in ipv4 = { .sin_family = AF_INET };
            struct sockaddr_in6 ipv6 = { .sin6_family = AF_INET6 };
            const bool is_ipv4 = PAIRS[i].family == AF_INET;
            assert_int_equal(inet_pton(PAIRS[i].family, k == 0 ? PAIRS[i].one : PAIRS[i].other,
                                       is_ipv4 ? (void *)&ipv4.sin_addr : (void *)&ipv6.sin6_addr),
                             1);
            memcpy(&address, is_ipv4 ? (void *)&ipv4 : (void *)&ipv6,
                   is_ipv4 ? sizeof ipv4 : sizeof ipv6);
            fc_http_address_group((const struct sockaddr *)&address, groups[k]);
        }
        assert_int_equal(memcmp(groups[0], groups[1], FC_HTTP_GROUP_SIZE) == 0, PAIRS[i].same);
    }
}

#define WITH_PLACE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_PLACE(the_oldest_that_asks_for_nothing_makes_room),
        WITH_PLACE(whoever_has_half_of_all_pushes_out_nobody_else),
        WITH_PLACE(a_few_places_are_kept_when_all_are_at_work),
        WITH_PLACE(one_address_has_its_share),
        WITH_PLACE(shedding_hangs_up_on_one),
        cmocka_unit_test(an_address_is_all_of_ipv4_and_half_of_ipv6),
    };
    return cmocka_run_group_tests_name("http/acceptor", tests, NULL, NULL);
}
