#include "service/form_text.h"

#include <stdio.h>
#include <string.h>

#include "base/assert.h"

static fc_status write_fields(fc_options options, const void *target, fc_buffer *out, fc_error *err)
{
    for (size_t i = 0; i < options.count; i++) {
        char value[FC_OPTION_TEXT_SIZE];
        fc_option_print(&options.rows[i], target, value, sizeof value);
        FC_ASSERT(strchr(value, '\n') == NULL); /* no form has a field of free text */
        FC_TRY(fc_buffer_print(out, err, "%s=%s\n", options.rows[i].name, value));
    }
    return FC_OK;
}

/* A colour comes before its channels, as in the table: what is see-through keeps them. */
fc_status fc_form_write_text(const fc_form *form, fc_buffer *out, fc_error *err)
{
    FC_ASSERT(form != NULL);
    FC_ASSERT(out != NULL);
    FC_TRY(write_fields(fc_params_options(), &form->params, out, err));
    return write_fields(fc_form_options(), form, out, err);
}

static fc_status read_line(const char *line, size_t length, fc_form *form, fc_error *err)
{
    char text[FC_OPTION_TEXT_SIZE + 64];
    if (length >= sizeof text || memchr(line, '=', length) == NULL) {
        return fc_fail(err, FC_INVALID_ARGUMENT, "a line of %zu bytes is no name=value", length);
    }
    (void)snprintf(text, sizeof text, "%.*s", (int)length, line);
    char *value = strchr(text, '=');
    *value++ = '\0';
    void *target = &form->params;
    const fc_option *option = fc_option_lookup(fc_params_options(), text);
    if (option == NULL) {
        target = form;
        option = fc_option_lookup(fc_form_options(), text);
    }
    return option == NULL ? FC_OK : fc_option_set(option, target, value, err);
}

fc_status fc_form_read_text(const char *text, fc_form *form, fc_error *err)
{
    FC_ASSERT(text != NULL);
    FC_ASSERT(form != NULL);
    while (*text != '\0') {
        const size_t length = strcspn(text, "\n");
        FC_TRY(read_line(text, length, form, err));
        text += length + (text[length] == '\n' ? 1 : 0);
    }
    return FC_OK;
}
