#include "cli/models.h"
#include "cli/page.h"
#include "engine/model_import.h"
#include "report/json.h"

fc_status fc_models_import(const fc_models_call *call, fc_error *err)
{
    const char *folder = call->flags->output[0] != '\0' ? call->flags->output : NULL;
    fc_model_import_result made = { 0 };
    FC_TRY(fc_model_import(call->names[0], folder, &made, err));
    FC_AUTO_PAGE(page, FC_PAGE_PLAIN);
    if (call->flags->json) {
        FC_TRY(fc_json_write_line(
            json_pack("{s:o, s:o, s:o, s:o, s:i}", "folder", fc_json_text(made.folder), "whole",
                      fc_json_text(made.whole), "codes", fc_json_text(made.codes), "generator",
                      fc_json_text(made.generator), "files_written", made.files_written),
            &page.text, err));
    } else {
        fc_page_raw(&page, "%s\n%s\n%s\n%s\n", made.whole, made.codes, made.generator,
                    made.files_written > 0 ? "ready to run" : "were there already");
    }
    return fc_page_print(&page, err);
}
