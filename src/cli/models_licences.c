#include "cli/models.h"
#include "cli/page.h"
#include "engine/model_files.h"
#include "engine/model_notices.h"
#include "report/json.h"

static json_t *pack_licence(int index)
{
    const fc_model_file *file = fc_model_file_lookup(index);
    const fc_model_notice *notice = fc_model_notice_lookup(index);
    return json_pack("{s:s, s:s, s:s, s:b, s:s, s:s, s:s}", "name", file->name, "file", file->file,
                     "licence", file->licence, "commercial_use", file->commercial, "owner",
                     notice->owner, "terms", notice->terms, "text", notice->text);
}

static void print_licence(fc_page *page, int index)
{
    const fc_model_file *file = fc_model_file_lookup(index);
    const fc_model_notice *notice = fc_model_notice_lookup(index);
    fc_page_raw(page, "%s (%s)\n", file->name, file->file);
    fc_page_raw(page, "  commercial use  %s\n", file->commercial ? "yes" : "no");
    fc_page_raw(page, "  licence         %s\n", file->licence);
    fc_page_raw(page, "  published by    %s\n", notice->owner);
    fc_page_raw(page, "  text            %s\n", notice->text);
    fc_page_paragraph(page, "%s", notice->terms);
}

fc_status fc_models_licences(const fc_models_call *call, fc_error *err)
{
    bool chosen[FC_MODEL_FILES_COUNT] = { false };
    FC_TRY(fc_models_choose(call, chosen, err));
    FC_AUTO_PAGE(page, FC_PAGE_PLAIN);
    json_t *list = call->flags->json ? json_array() : NULL;
    for (int i = 0; i < FC_MODEL_FILES_COUNT; i++) {
        if (chosen[i] && call->flags->json) {
            list = fc_json_append(list, pack_licence(i));
        } else if (chosen[i]) {
            print_licence(&page, i);
        }
    }
    if (call->flags->json) {
        FC_TRY(fc_json_write_line(list, &page.text, err));
    }
    return fc_page_print(&page, err);
}
