/**
 * Estimate: the memory that a photo takes at its peak, before a pixel of it is decoded. The one
 * figure that admission goes by, on every way in: portraits, previews, cut-outs, analyses, batches
 * and the command line.
 *
 * It is an upper bound fitted to measured peaks, which `make bench B=memory` measures again: what
 * the process has more at its highest than before the photo, MB, with a JPEG and two threads. The
 * heavy networks' own memory is not in it: it is theirs, and infer/gate bounds it.
 *
 *   photo    portrait     PNG + JPEG           WebP    PNG and the photo's mask
 *                     peak  estimate  peak  estimate  peak  estimate
 *   1 MP       256 px   26        30    23        30    32        36
 *   1 MP       648 px   24        40    30        47    33        47
 *   1 MP      1024 px   42        59    64        77    43        66
 *   1 MP      2048 px  114       155   196       227   116       162
 *   1 MP      3072 px  246       315   428       477   254       322
 *   1 MP      4096 px  514       539   764       827   438       546
 *   12 MP      648 px   28        48    34        55   118       128
 *   12 MP     2048 px  124       163   198       235   160       243
 *   48 MP      648 px   33        51    34        58   321       372
 *   48 MP     4096 px  523       550   790       838   495       871
 *
 *   cut-out            PNG  JPEG  both  scaled  estimate  WebP  estimate
 *   1 MP                24    24    24      24        36    38        48
 *   12 MP              123    98   122     152       161   301       321
 *   48 MP              436   340   433     549       573  1157      1214
 *   48 MP to 0.25 MP    30                            36
 *
 * Several faces of a photo are made one after the other and take no more, but for the finished
 * pictures: the caller that keeps those counts them as they come.
 */
#pragma once

#include <stdint.h>

#include "pipeline/portrait.h"

/**
 * Bytes at the peak, without the file itself and the backdrop.
 *
 * photo   facts, params, outputs and plan filled in; outputs of 0: it is only looked at
 *
 * Cost: none.
 */
int64_t fc_photo_estimate(const fc_photo *photo);
