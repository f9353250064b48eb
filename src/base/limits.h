/** Limits: every bound of the program that is not an option. Options are in config/params.def. */
#pragma once

/** Longest side of any picture held in memory, px. Bounds all pixel arithmetic to 32 bits. */
#define FC_IMAGE_SIDE_MAX 65500

/** Faces of one photo; the strongest are kept. */
#define FC_FACES_MAX 100

/** Points of the landmark model. */
#define FC_LANDMARK_COUNT 68

/** SOS markers in one JPEG: a progressive file needs about 10, a decompression bomb thousands. */
#define FC_JPEG_SCANS_MAX 64

/** Pictures in one animation; only the first is used, but all are walked over. */
#define FC_FRAMES_MAX 1000

/** Items, and references between them, in one HEIC or AVIF file: a phone's 48 MP has about 600. */
#define FC_HEIF_ITEMS_MAX 2048

/** Properties that those items share: real files have fewer than 50. */
#define FC_HEIF_PROPERTIES_MAX 1024

/** Tiles of one HEIC or AVIF picture: 192 for 48 MP, 768 for 200. */
#define FC_HEIF_TILES_MAX 1024

/** Bytes of an embedded colour profile, unpacked: the largest of printers have about 3 MB.
 *  What claims more is left out. */
#define FC_PROFILE_BYTES_MAX ((size_t)4 << 20)

/** Tries of the search for the best JPEG quality that fits: one with the tables of portraits, five
 * that are predicted, seven of bisection, as quality is 7 bits. */
#define FC_JPEG_TRIES_MAX 13

/** Bytes of one encoded portrait: 4096 x 4096 RGBA, stored without compression, with room. */
#define FC_PORTRAIT_BYTES_MAX ((size_t)128 << 20)

/** Bytes of all portraits of one photo, where they are kept in memory together. */
#define FC_RESULT_BYTES_MAX ((size_t)256 << 20)

/** Bytes of a model file that is read into memory. */
#define FC_MODEL_BYTES_MAX ((size_t)1 << 30)

/** Warnings that one portrait can carry. */
#define FC_WARNINGS_MAX 8

/** Decoder processes, including those that are just ending; half of them may be at work.
 */
#define FC_HELPERS_MAX 256

/** Decoder processes that are kept ready. */
#define FC_HELPERS_IDLE_MAX 4

/** Bytes of one message to or from a decoder, and how many of its messages are read once it has
 * ended.
 */
#define FC_HELPER_PACKET_BYTES_MAX 512
#define FC_HELPER_PACKETS_UNREAD_MAX 1024

/** How long a request to make a decoder may wait to be read. */
#define FC_ORDER_WAIT_MS 10000

/** Memory that a decoder may take to read the head of a file, and on top of the estimate for its
 * pixels: strips, tables, and the slack of allocation. */
#define FC_DECODE_HEAD_BYTES_MAX ((int64_t)64 << 20)

/** Processor time of one decoder: this much, and 1 s for each so many px. (The slowest are 20 times
 *  as fast.) It may wait for the processor three times as long again. */
#define FC_DECODE_CPU_S 10
#define FC_DECODE_CPU_PX_PER_S 2000000
#define FC_DECODE_WAIT_FACTOR 4

/** Processes that one photo may have: a second one where the first was taken away. */
#define FC_REMOTE_TRIES 2

/** Memory of such a process before it decodes, as measured, with room (bench_sandbox). */
#define FC_DECODE_PROCESS_BYTES ((int64_t)8 << 20)

/** How much workers give way to the threads that answer requests, so that /health answers under
 * full load. */
#define FC_WORK_NICENESS 5

/** Photos of one run of the command line. */
#define FC_INPUTS_MAX 100000

/** Folders within folders that are walked. */
#define FC_FOLDER_DEPTH_MAX 32

/** Photos that are worked on at the same time. */
#define FC_JOBS_MAX 64

/** Analyses kept at the same time, and how many dropped ones are remembered. */
#define FC_ANALYSES_MAX 10000
#define FC_ANALYSIS_TRACES_MAX 1024

/** Finished reports that may wait for an earlier photo, so that all come in order. */
#define FC_BATCH_WINDOW 256

/** Bytes of text about one photo: an answer for each of its faces, and their stages. */
#define FC_REPORT_BYTES_MAX ((size_t)16 << 20)

/** Bytes of one page of help or documentation. */
#define FC_PAGE_BYTES_MAX ((size_t)1 << 20)
