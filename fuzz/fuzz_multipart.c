/**
 * Any bytes as a multipart body, in pieces and as a whole: both must end the same and give the same
 * fields and files. The first byte says how large the pieces are; the boundary is "B".
 */
#include <stdint.h>
#include <string.h>

#include "base/assert.h"
#include "http/multipart.h"

static fc_status read_body(fc_bytes body, size_t piece, fc_http_content *content)
{
    fc_http_content_init(content, 4, 4096);
    FC_AUTO(fc_http_multipart) multipart = NULL;
    FC_TRY(fc_http_multipart_new((fc_bytes){ (const uint8_t *)"B", 1 }, content, &multipart, NULL));
    while (body.size > 0) {
        const size_t size = body.size < piece ? body.size : piece;
        FC_TRY(fc_http_multipart_feed(multipart, (fc_bytes){ body.data, size }, NULL));
        body.data += size;
        body.size -= size;
    }
    return fc_http_multipart_end(multipart, NULL);
}

static void assert_same(const fc_http_content *a, const fc_http_content *b)
{
    FC_ASSERT(a->field_count == b->field_count);
    FC_ASSERT(a->file_count == b->file_count);
    for (size_t i = 0; i < a->field_count; i++) {
        FC_ASSERT(strcmp(a->fields[i].name, b->fields[i].name) == 0);
        FC_ASSERT(strcmp(a->fields[i].value, b->fields[i].value) == 0);
    }
    for (size_t i = 0; i < a->file_count; i++) {
        FC_ASSERT(strcmp(a->files[i].name, b->files[i].name) == 0);
        FC_ASSERT(a->files[i].bytes.size == b->files[i].bytes.size);
        FC_ASSERT(a->files[i].bytes.size == 0 ||
                  memcmp(a->files[i].bytes.data, b->files[i].bytes.data, a->files[i].bytes.size) ==
                      0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) {
        return 0;
    }
    const fc_bytes body = { data + 1, size - 1 };
    fc_http_content whole;
    fc_http_content pieces;
    const fc_status first = read_body(body, body.size + 1, &whole);
    const fc_status second = read_body(body, (size_t)data[0] + 1, &pieces);
    FC_ASSERT(first == second);
    if (first == FC_OK) {
        assert_same(&whole, &pieces);
    }
    fc_http_content_clear(&whole);
    fc_http_content_clear(&pieces);
    return 0;
}
