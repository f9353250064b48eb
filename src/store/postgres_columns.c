#include "store/postgres_columns.h"

#include <string.h>

#include "base/assert.h"

#define COLUMN_BYTES_MAX ((size_t)256 << 20)

/* What an array begins with, as the server has it: dimensions, whether there are NULLs, type of the
 * items (pg_type.dat), their number, the number of the first. All of 4 bytes, the highest first. */
#define HEAD_BYTES 20
#define COUNT_AT 12

#define TYPE_BYTEA 17
#define TYPE_BIGINT 20
#define TYPE_TEXT 25

static uint32_t type_of(char letter)
{
    return letter == 't' ? TYPE_TEXT : letter == 'n' ? TYPE_BIGINT : TYPE_BYTEA;
}

static void write_number(uint64_t number, size_t size, uint8_t *out)
{
    for (size_t i = 0; i < size; i++) {
        out[i] = (uint8_t)(number >> (8 * (size - 1 - i)));
    }
}

void fc_pg_columns_start(fc_pg_columns *self, const char *types)
{
    const size_t count = strlen(types);
    FC_ASSERT(count >= 1 && count <= FC_PG_COLUMNS_MAX);
    FC_ASSERT(strspn(types, "tnb") == count);
    *self = (fc_pg_columns){ .types = types };
    for (size_t i = 0; i < count; i++) {
        self->columns[i] = FC_BUFFER(COLUMN_BYTES_MAX);
    }
}

void fc_pg_columns_clear(fc_pg_columns *self)
{
    for (size_t i = 0; i < strlen(self->types); i++) {
        fc_buffer_clear(&self->columns[i]);
    }
}

static fc_status append_head(fc_buffer *column, uint32_t type, fc_error *err)
{
    uint8_t head[HEAD_BYTES] = { 0 };
    write_number(1, 4, &head[0]);
    write_number(type, 4, &head[8]);
    write_number(1, 4, &head[16]);
    return fc_buffer_append(column, head, sizeof head, err);
}

static fc_status append(fc_buffer *column, char letter, fc_bytes cell, fc_error *err)
{
    uint8_t length[4];
    write_number(cell.size, sizeof length, length);
    FC_TRY(column->size == 0 ? append_head(column, type_of(letter), err) : FC_OK);
    FC_TRY(fc_buffer_append(column, length, sizeof length, err));
    return cell.size > 0 ? fc_buffer_append(column, cell.data, cell.size, err) : FC_OK;
}

static void put(fc_pg_columns *self, char letter, fc_bytes cell)
{
    const size_t at = self->cells++ % strlen(self->types);
    FC_ASSERT(self->types[at] == letter);
    if (self->status == FC_OK) {
        self->status = append(&self->columns[at], letter, cell, &self->err);
    }
}

void fc_pg_columns_text(fc_pg_columns *self, const char *text)
{
    FC_ASSERT(text != NULL);
    put(self, 't', (fc_bytes){ (const uint8_t *)text, strlen(text) });
}

void fc_pg_columns_number(fc_pg_columns *self, int64_t number)
{
    uint8_t bytes[8];
    write_number((uint64_t)number, sizeof bytes, bytes);
    put(self, 'n', (fc_bytes){ bytes, sizeof bytes });
}

void fc_pg_columns_bytes(fc_pg_columns *self, fc_bytes bytes)
{
    put(self, 'b', bytes);
}

fc_status fc_pg_columns_give(fc_pg_columns *self, fc_pg_query *query, fc_error *err)
{
    const size_t count = strlen(self->types);
    FC_ASSERT(self->cells % count == 0);
    if (self->status != FC_OK) {
        return fc_fail(err, self->status, "%s", self->err.text);
    }
    for (size_t i = 0; i < count; i++) {
        if (self->cells == 0) {
            fc_pg_add_text(query, "{}");
            continue;
        }
        write_number(self->cells / count, 4, &self->columns[i].data[COUNT_AT]);
        fc_pg_add_bytes(query, fc_buffer_bytes(&self->columns[i]));
    }
    return FC_OK;
}
