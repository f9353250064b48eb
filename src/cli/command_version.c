#include "cli/command.h"
#include "cli/page.h"
#include "facecraft_version.h"
#include "infer/session.h"
#include "report/catalogue.h"

static fc_status run(const fc_command_line *line, int *exit_code, fc_error *err)
{
    (void)exit_code;
    fc_json_flag flags = { 0 };
    FC_TRY(fc_command_parse_flags(&fc_command_version, line, &flags, err));
    FC_AUTO_PAGE(page, FC_PAGE_PLAIN);
    if (flags.json) {
        FC_TRY(fc_catalogue_version(&page.text, err));
    } else {
        fc_page_raw(&page, "facecraft %s (revision %s, ONNX Runtime %s)\n", FC_VERSION, FC_REVISION,
                    fc_runtime_version());
    }
    return fc_page_print(&page, err);
}

const fc_command fc_command_version = {
    .name = "version",
    .operands = "",
    .purpose = "Print the version",
    .flags = FC_JSON_FLAGS,
    .run = run,
};
