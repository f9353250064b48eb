#include "base/crc32.h"

#include <pthread.h>

#define POLYNOMIAL 0xEDB88320

/* Bytes that are taken in at once. */
#define STRIDE 8

/* tables[k][b]: what byte b does to the checksum when k more bytes follow it in the same stride
 * (M. Kounavis, F. Berry, "A systematic approach to building high performance software-based CRC
 * generators", 2005). */
static uint32_t tables[STRIDE][256];
static pthread_once_t tables_once = PTHREAD_ONCE_INIT;

static void fill_tables(void)
{
    for (uint32_t byte = 0; byte < 256; byte++) {
        uint32_t crc = byte;
        for (int bit = 0; bit < 8; bit++) {
            crc = (crc >> 1) ^ ((crc & 1) != 0 ? POLYNOMIAL : 0);
        }
        tables[0][byte] = crc;
    }
    for (int k = 1; k < STRIDE; k++) {
        for (int byte = 0; byte < 256; byte++) {
            const uint32_t before = tables[k - 1][byte];
            tables[k][byte] = (before >> 8) ^ tables[0][before & 0xFF];
        }
    }
}

static uint32_t add_stride(uint32_t crc, const uint8_t *at)
{
    return tables[7][at[0] ^ (crc & 0xFF)] ^ tables[6][at[1] ^ ((crc >> 8) & 0xFF)] ^
           tables[5][at[2] ^ ((crc >> 16) & 0xFF)] ^ tables[4][at[3] ^ (crc >> 24)] ^
           tables[3][at[4]] ^ tables[2][at[5]] ^ tables[1][at[6]] ^ tables[0][at[7]];
}

uint32_t fc_crc32(uint32_t crc, fc_bytes bytes)
{
    (void)pthread_once(&tables_once, fill_tables);
    crc = ~crc;
    size_t i = 0;
    for (; bytes.size - i >= STRIDE; i += STRIDE) {
        crc = add_stride(crc, bytes.data + i);
    }
    for (; i < bytes.size; i++) {
        crc = (crc >> 8) ^ tables[0][(crc ^ bytes.data[i]) & 0xFF];
    }
    return ~crc;
}
