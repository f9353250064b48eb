#include <stdio.h>

#include "base/bytes.h"
#include "cli/command.h"
#include "cli/dotenv.h"
#include "cli/environment.h"
#include "service/image_path.h"

typedef struct sign_flags {
    char options[FC_OPTION_TEXT_SIZE];
} sign_flags;

static const fc_option FLAGS[] = {
    FC_FLAG_TEXT(sign_flags, options, "OPTIONS",
                 "What is made of the photo: NAME:VALUE with commas; empty: as the service does"),
};

static fc_status run(const fc_command_line *line, int *exit_code, fc_error *err)
{
    (void)exit_code;
    sign_flags flags = { 0 };
    fc_server_settings server = fc_server_settings_default();
    fc_arguments arguments = { .groups = { { fc_command_sign.flags, &flags } }, .group_count = 1 };
    FC_TRY(fc_dotenv_load(".env", err));
    FC_TRY(fc_server_settings_from_environment(&server, err));
    FC_TRY(fc_secrets_load(&server, err));
    FC_TRY(fc_arguments_parse(&arguments, line->count, line->arguments, err));
    if (arguments.operand_count != 1) {
        return fc_fail(err, FC_INVALID_ARGUMENT, "sign needs the address of one photo");
    }
    FC_AUTO_BUFFER(path, 16384);
    FC_TRY(fc_image_path_write(server.image_key, flags.options, arguments.operands[0], &path, err));
    return puts(fc_buffer_text(&path)) >= 0 && fflush(stdout) == 0
               ? FC_OK
               : fc_fail(err, FC_IO, "standard output: it cannot be written to");
}

static const char *const DETAILS[] = {
    "Prints the path of GET /image for a photo that lies on the web: put the address of the "
    "service before it, and it is the source of an <img>. Options are checked, the address is not "
    "fetched.",
    "The key is that of the service, from FACECRAFT_IMAGE_KEY or the file that "
    "FACECRAFT_IMAGE_KEY_FILE names; never from the command line, which others can read. "
    "docs/how-to/face-crops-by-address.md has the same for other languages.",
    NULL,
};

static const char *const EXAMPLES[] = {
    "facecraft sign https://example.org/me.jpg",
    "facecraft sign https://example.org/me.jpg --options width:400,height:400,format:jpg",
    "facecraft sign https://example.org/me.jpg --options preset:linkedin,background:%23ffffff",
    NULL,
};

const fc_command fc_command_sign = {
    .name = "sign",
    .operands = "ADDRESS",
    .purpose = "Print the signed path of a portrait by the address of its photo",
    .details = DETAILS,
    .examples = EXAMPLES,
    .flags = { FLAGS, sizeof FLAGS / sizeof FLAGS[0] },
    .run = run,
};
