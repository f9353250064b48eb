#define _GNU_SOURCE /* MSG_CMSG_CLOEXEC, ppoll */
#include "sandbox/packet.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/assert.h"
#include "base/clock.h"

typedef union control {
    struct cmsghdr align;
    char bytes[CMSG_SPACE(FC_PACKET_DESCRIPTORS_MAX * sizeof(int))];
} control;

bool fc_packet_channels(int channels[2])
{
    return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, channels) == 0;
}

bool fc_packet_send(int channel, const void *data, size_t size, const int *descriptors,
                    size_t count)
{
    FC_ASSERT(data != NULL && size > 0);
    FC_ASSERT(count <= FC_PACKET_DESCRIPTORS_MAX);

    struct iovec part = { (void *)(uintptr_t)data, size };
    struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };
    control space;
    memset(&space, 0, sizeof space);
    if (count > 0) {
        message.msg_control = space.bytes;
        message.msg_controllen = CMSG_SPACE(count * sizeof(int));
        struct cmsghdr *head = CMSG_FIRSTHDR(&message);
        head->cmsg_level = SOL_SOCKET;
        head->cmsg_type = SCM_RIGHTS;
        head->cmsg_len = CMSG_LEN(count * sizeof(int));
        memcpy(CMSG_DATA(head), descriptors, count * sizeof(int));
    }
    ssize_t sent = -1;
    do {
        sent = sendmsg(channel, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
    } while (sent < 0 && errno == EINTR);
    return sent == (ssize_t)size;
}

/* Whether something can be read, or the other side is gone, before the deadline. */
static bool wait_for(int channel, int64_t deadline_us)
{
    for (;;) {
        const int64_t left_us = deadline_us - fc_clock_us();
        const struct timespec left = { .tv_sec = left_us > 0 ? left_us / 1000000 : 0,
                                       .tv_nsec = left_us > 0 ? left_us % 1000000 * 1000 : 0 };
        struct pollfd one = { .fd = channel, .events = POLLIN };
        const int ready = ppoll(&one, 1, &left, NULL);
        if (ready >= 0 || errno != EINTR) {
            return ready > 0;
        }
    }
}

int64_t fc_packet_receive(int channel, void *data, size_t size, int64_t deadline_us)
{
    FC_ASSERT(data != NULL);

    for (;;) {
        const ssize_t got = recv(channel, data, size, MSG_DONTWAIT | MSG_TRUNC);
        if (got >= 0 || (errno != EAGAIN && errno != EINTR)) {
            return got > 0 ? got : 0;
        }
        if (errno == EAGAIN && !wait_for(channel, deadline_us)) {
            return -1;
        }
    }
}

/* Descriptors of a message; those beyond what fits were closed by the kernel. */
static void take_descriptors(struct msghdr *message, int descriptors[FC_PACKET_DESCRIPTORS_MAX])
{
    for (struct cmsghdr *head = CMSG_FIRSTHDR(message); head != NULL;
         head = CMSG_NXTHDR(message, head)) {
        if (head->cmsg_level == SOL_SOCKET && head->cmsg_type == SCM_RIGHTS) {
            const size_t bytes = head->cmsg_len - CMSG_LEN(0);
            const size_t room = FC_PACKET_DESCRIPTORS_MAX * sizeof(int);
            memcpy(descriptors, CMSG_DATA(head), bytes < room ? bytes : room);
        }
    }
}

int64_t fc_packet_await(int channel, void *data, size_t size,
                        int descriptors[FC_PACKET_DESCRIPTORS_MAX])
{
    FC_ASSERT(data != NULL && descriptors != NULL);

    struct iovec part = { data, size };
    control space;
    struct msghdr message = { .msg_iov = &part,
                              .msg_iovlen = 1,
                              .msg_control = space.bytes,
                              .msg_controllen = sizeof space.bytes };
    for (int i = 0; i < FC_PACKET_DESCRIPTORS_MAX; i++) {
        descriptors[i] = -1;
    }
    ssize_t got = -1;
    do {
        got = recvmsg(channel, &message, MSG_CMSG_CLOEXEC);
    } while (got < 0 && errno == EINTR);
    if (got <= 0) {
        return 0;
    }
    take_descriptors(&message, descriptors);
    return got;
}
