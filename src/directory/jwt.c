#include "directory/jwt.h"

#include "directory/certificate.h"
#include "http/base64.h"
#include "report/json.h"

#define PART_SIZE_MAX ((size_t)16 << 10)

static fc_status encode_json(json_t *value, fc_buffer *out, fc_error *err)
{
    FC_AUTO_BUFFER(text, PART_SIZE_MAX);
    FC_TRY(fc_json_write_line(value, &text, err));
    return fc_base64url_encode((fc_bytes){ text.data, text.size - 1 }, out, err); /* without "\n" */
}

fc_status fc_jwt_write(json_t *header, json_t *claims, fc_bytes key, fc_buffer *out, fc_error *err)
{
    FC_AUTO_BUFFER(parts, 3 * PART_SIZE_MAX);
    FC_AUTO_BUFFER(signature, PART_SIZE_MAX);
    fc_status status = encode_json(header, &parts, err);
    status = status == FC_OK ? fc_buffer_append(&parts, ".", 1, err) : status;
    if (status != FC_OK) {
        json_decref(claims);
        return status;
    }
    FC_TRY(encode_json(claims, &parts, err));
    FC_TRY(fc_certificate_sign(key, fc_buffer_bytes(&parts), &signature, err));
    FC_TRY(fc_buffer_append(out, parts.data, parts.size, err));
    FC_TRY(fc_buffer_append(out, ".", 1, err));
    return fc_base64url_encode(fc_buffer_bytes(&signature), out, err);
}
