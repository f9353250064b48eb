#include "support/fc_predictor.h"

#include <stdlib.h>

#include "support/fc_test.h"

static void put_byte(fc_buffer *out, unsigned value)
{
    fc_error err = { 0 };
    const uint8_t byte = (uint8_t)value;
    ASSERT_OK(fc_buffer_append(out, &byte, 1, &err), err);
}

static void put_integer(fc_buffer *out, int value)
{
    const unsigned magnitude = (unsigned)abs(value);
    const unsigned size = magnitude > 0xFF ? 2 : 1;
    put_byte(out, size | (value < 0 ? 0x80U : 0U));
    for (unsigned i = 0; i < size; i++) {
        put_byte(out, magnitude >> (8 * i) & 0xFF);
    }
}

static void put_real(fc_buffer *out, int mantissa, int exponent)
{
    put_integer(out, mantissa);
    put_integer(out, exponent);
}

static void put_column_head(fc_buffer *out, int rows)
{
    put_integer(out, -rows);
    put_integer(out, -1);
}

static void put_tree(fc_buffer *out, const fc_predictor *predictor)
{
    put_integer(out, predictor->splits);
    for (int i = 0; i < predictor->splits; i++) {
        put_integer(out, predictor->pixel_a);
        put_integer(out, 1);
        put_real(out, predictor->threshold, 0);
    }
    put_integer(out, predictor->leaves);
    for (int leaf = 0; leaf < predictor->leaves; leaf++) {
        put_column_head(out, predictor->coordinates);
        for (int i = 0; i < predictor->coordinates; i++) {
            put_real(out, i % 2 == 0 ? leaf : 0, -4);
        }
    }
}

void fc_predictor_write(const fc_predictor *predictor, fc_buffer *out)
{
    put_integer(out, predictor->version);
    put_column_head(out, predictor->coordinates);
    for (int i = 0; i < predictor->coordinates; i++) {
        put_real(out, i % 2 == 0 ? i / 2 % 8 : i / 2 / 8, predictor->exponent);
    }
    put_integer(out, predictor->cascades);
    for (int cascade = 0; cascade < predictor->cascades; cascade++) {
        put_integer(out, predictor->trees);
        for (int tree = 0; tree < predictor->trees; tree++) {
            put_tree(out, predictor);
        }
    }
    put_integer(out, predictor->cascades);
    for (int cascade = 0; cascade < predictor->cascades; cascade++) {
        put_integer(out, predictor->pixels);
        for (int i = 0; i < predictor->pixels; i++) {
            put_integer(out, i == 1 ? predictor->anchor_of_1 : 0);
        }
    }
    put_integer(out, predictor->cascades);
    for (int cascade = 0; cascade < predictor->cascades; cascade++) {
        put_integer(out, predictor->pixels);
        for (int i = 0; i < 2 * predictor->pixels; i++) {
            put_real(out, 0, 0);
        }
    }
}
