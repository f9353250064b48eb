/**
 * Packet: one message between the processes of the sandbox, with descriptors where it has some.
 *
 * The channel is a pair of AF_UNIX sockets of type SOCK_SEQPACKET: a packet arrives whole or not at
 * all. Any thread; only one at a time may receive from a channel.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Descriptors that one packet can carry. */
#define FC_PACKET_DESCRIPTORS_MAX 2

/** Packets of the work begin with a uint32_t of its kind; kinds from here on are the sandbox's. */
#define FC_SANDBOX_KINDS_MAX 0x1000

/** Shared memory between a helper, which writes, and the service. */
#define FC_SANDBOX_WINDOW_BYTES (512 * 1024)

/**
 * What a helper does: take packets from the channel and answer them, until it is
 * closed. It runs in the helper, with nothing but base/memory.h at its disposal.
 */
typedef void fc_sandbox_work(int channel, uint8_t *window);

/** A pair of channels, closed when the program runs another one. */
bool fc_packet_channels(int channels[2]);

/**
 * Send, without waiting.
 *
 * descriptors   `count` of them, copied to the other side; NULL where there is none
 *
 * false: the other side is gone, or has left too many packets unread.
 */
bool fc_packet_send(int channel, const void *data, size_t size, const int *descriptors,
                    size_t count);

/**
 * Wait for a packet and take it. Descriptors that come with it are closed: the sender is not
 * trusted.
 *
 * deadline_us   by fc_clock_us
 *
 * Returns the size of the packet, which may be above `size` (then its end is lost); 0: the other
 * side is gone; -1: nothing came in time.
 */
int64_t fc_packet_receive(int channel, void *data, size_t size, int64_t deadline_us);

/**
 * Wait for a packet without a deadline, and take its descriptors as well.
 *
 * descriptors   all FC_PACKET_DESCRIPTORS_MAX are filled in, -1 where none came. The caller's
 *
 * Returns the size of the packet; 0: the other side is gone.
 */
int64_t fc_packet_await(int channel, void *data, size_t size,
                        int descriptors[FC_PACKET_DESCRIPTORS_MAX]);
