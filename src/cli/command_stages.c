#include "cli/command.h"
#include "cli/page.h"
#include "pipeline/stages.h"
#include "report/catalogue.h"

static fc_status run(const fc_command_line *line, int *exit_code, fc_error *err)
{
    (void)exit_code;
    fc_json_flag flags = { 0 };
    FC_TRY(fc_command_parse_flags(&fc_command_stages, line, &flags, err));
    FC_AUTO_PAGE(page, FC_PAGE_PLAIN);
    if (flags.json) {
        FC_TRY(fc_catalogue_stages(&page.text, err));
    }
    for (size_t i = 0; i < fc_stages_count && !flags.json; i++) {
        fc_page_raw(&page, "%-12s %-6s %s%s\n", fc_stages[i].name,
                    fc_stages[i].run_photo != NULL ? "photo" : "face", fc_stages[i].purpose,
                    fc_stages[i].wanted != NULL ? " (where asked for)" : "");
    }
    return fc_page_print(&page, err);
}

static const char *const DETAILS[] = {
    "Lists the steps from a photo to a portrait, in their order. Those of the photo are done "
    "once, those of the face for each face. docs/pipeline.md has what each needs and gives; "
    "`facecraft process --trace` shows what they did and how long it took.",
    NULL,
};

const fc_command fc_command_stages = {
    .name = "stages",
    .operands = "",
    .purpose = "List the steps from a photo to a portrait",
    .details = DETAILS,
    .flags = FC_JSON_FLAGS,
    .run = run,
};
