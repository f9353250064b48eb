#define _DEFAULT_SOURCE /* le64toh */
#include "image/jpeg_statistics.h"

#include <endian.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <jpegint.h>

#include "base/assert.h"
#include "base/attributes.h"

/* libjpeg exports it for its own parts, and declares it in a header that is not installed. It uses
 * the counts up; the one behind those of the symbols is its own. */
void jpeg_gen_optimal_table(j_compress_ptr codec, JHUFF_TBL *table, long *counts);

enum {
    COUNTS = 256 + 1,
    SIZE_MAX_AC = 10, /* bits of a coefficient, where samples have 8 */
    SIZE_MAX_DC = 11, /* of the difference of two */
    RUN_MAX = 15,     /* zeros that a symbol can tell of */
    LONG_RUN = 0xF0,  /* the symbol of RUN_MAX zeros and one more */
    END_OF_BLOCK = 0, /* the symbol of zeros to the end */
};

typedef struct counter {
    struct jpeg_entropy_encoder module; /* stays first: libjpeg knows nothing but this */
    struct jpeg_entropy_encoder *own;   /* libjpeg's, whose place it takes */
    int last_dc[MAX_COMPS_IN_SCAN];
    long dc[NUM_HUFF_TBLS][COUNTS];
    long ac[NUM_HUFF_TBLS][COUNTS];
} counter;

/* How many bits the coefficients of a block have. */
FC_WIDE static void measure(const JCOEF *restrict block, uint8_t *restrict sizes)
{
    for (int i = 0; i < DCTSIZE2; i++) {
        const int16_t magnitude = (int16_t)(block[i] < 0 ? -block[i] : block[i]);
        int16_t size = 0;
        for (int bit = 0; bit < SIZE_MAX_AC; bit++) {
            size = (int16_t)(size + (magnitude >= 1 << bit));
        }
        sizes[i] = (uint8_t)size;
    }
}

/* A bit for each of eight sizes that is not 0: those are carried to bit 7 of their byte, and
 * gathered by one multiplication. */
static uint64_t find_row(const uint8_t *sizes)
{
    uint64_t row = 0;
    memcpy(&row, sizes, sizeof row);
    row = le64toh(row) + UINT64_C(0x7F7F7F7F7F7F7F7F);
    return ((row >> 7 & UINT64_C(0x0101010101010101)) * UINT64_C(0x0102040810204080)) >> 56;
}

/* The places of coefficients that are not 0, as bits, in the order of the file. */
static uint64_t find_places(const uint8_t sizes[DCTSIZE2])
{
    static const uint8_t ORDER[DCTSIZE2] = {
        0,  1,  5,  6,  14, 15, 27, 28, 2,  4,  7,  13, 16, 26, 29, 42, 3,  8,  12, 17, 25, 30,
        41, 43, 9,  11, 18, 24, 31, 40, 44, 53, 10, 19, 23, 32, 39, 45, 52, 54, 20, 22, 33, 38,
        46, 51, 55, 60, 21, 34, 37, 47, 50, 56, 59, 61, 35, 36, 48, 49, 57, 58, 62, 63,
    };
    uint64_t by_rows = 0;
    for (int row = 0; row < DCTSIZE; row++) {
        by_rows |= find_row(sizes + row * DCTSIZE) << row * DCTSIZE;
    }
    uint64_t places = 0;
    for (; by_rows != 0; by_rows &= by_rows - 1) {
        places |= UINT64_C(1) << ORDER[__builtin_ctzll(by_rows)];
    }
    return places;
}

/* Each coefficient is one symbol with the zeros before it. */
static void count_ac(const uint8_t sizes[DCTSIZE2], long *counts)
{
    int last = 0;
    for (uint64_t left = find_places(sizes) & ~UINT64_C(1); left != 0; left &= left - 1) {
        const int place = __builtin_ctzll(left);
        int run = place - last - 1;
        last = place;
        for (; run > RUN_MAX; run -= RUN_MAX + 1) {
            counts[LONG_RUN]++;
        }
        counts[run << 4 | sizes[jpeg_natural_order[place]]]++;
    }
    counts[END_OF_BLOCK] += last < DCTSIZE2 - 1;
}

static void count_dc(int difference, long *counts)
{
    const unsigned magnitude = (unsigned)(difference < 0 ? -difference : difference);
    const int size = magnitude == 0 ? 0 : 32 - __builtin_clz(magnitude);
    counts[size < SIZE_MAX_DC ? size : SIZE_MAX_DC]++;
}

/* As libjpeg's encode_mcu: the blocks of one unit. */
static boolean count_unit(j_compress_ptr codec, JBLOCKROW *blocks)
{
    counter *self = (counter *)codec->entropy;
    for (int i = 0; i < codec->blocks_in_MCU; i++) {
        const int component = codec->MCU_membership[i];
        const jpeg_component_info *info = codec->cur_comp_info[component];
        const JCOEF *block = blocks[i][0];
        uint8_t sizes[DCTSIZE2];
        measure(block, sizes);
        count_ac(sizes, self->ac[info->ac_tbl_no]);
        count_dc(block[0] - self->last_dc[component], self->dc[info->dc_tbl_no]);
        self->last_dc[component] = block[0];
    }
    return TRUE;
}

static void make_table(j_compress_ptr codec, JHUFF_TBL **table, long *counts)
{
    if (*table == NULL) {
        *table = jpeg_alloc_huff_table((j_common_ptr)codec);
    }
    jpeg_gen_optimal_table(codec, *table, counts);
}

/* As libjpeg's finish_pass; what follows is libjpeg's again. */
static void make_tables(j_compress_ptr codec)
{
    counter *self = (counter *)codec->entropy;
    bool made_dc[NUM_HUFF_TBLS] = { false };
    bool made_ac[NUM_HUFF_TBLS] = { false };
    for (int i = 0; i < codec->comps_in_scan; i++) {
        const int dc = codec->cur_comp_info[i]->dc_tbl_no;
        const int ac = codec->cur_comp_info[i]->ac_tbl_no;
        if (!made_dc[dc]) {
            make_table(codec, &codec->dc_huff_tbl_ptrs[dc], self->dc[dc]);
        }
        if (!made_ac[ac]) {
            make_table(codec, &codec->ac_huff_tbl_ptrs[ac], self->ac[ac]);
        }
        made_dc[dc] = made_ac[ac] = true;
    }
    codec->entropy = self->own;
}

void fc_jpeg_count_symbols(j_compress_ptr codec)
{
    FC_ASSERT(codec != NULL && codec->optimize_coding);
    FC_ASSERT(!codec->progressive_mode && !codec->arith_code && codec->restart_interval == 0);
    counter *self =
        codec->mem->alloc_small((j_common_ptr)codec, JPOOL_IMAGE, sizeof *self); /* or gives up */
    memset(self, 0, sizeof *self);
    self->module.start_pass = codec->entropy->start_pass;
    self->module.encode_mcu = count_unit;
    self->module.finish_pass = make_tables;
    self->own = codec->entropy;
    codec->entropy = &self->module;
}
