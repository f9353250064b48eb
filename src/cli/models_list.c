#include <inttypes.h>

#include "cli/models.h"
#include "cli/page.h"
#include "engine/model_files.h"
#include "report/catalogue.h"

static void print_source(fc_page *page, const fc_supply *supply)
{
    const bool release = supply->kind[0] == 'r';
    fc_page_raw(page, "  source   %s %s%s%s\n",
                release                  ? "release of"
                : supply->kind[0] == 'd' ? "Debian package"
                                         : "Python package",
                supply->package, supply->version[0] == '*' ? "" : " ",
                supply->version[0] == '*' ? "" : supply->version);
}

static void print_model(fc_page *page, int index, const fc_settings *settings)
{
    const fc_model_file *file = fc_model_file_lookup(index);
    const fc_supply *supply = fc_model_file_supply(index);
    const fc_model_state state = fc_model_file_state(index, settings);
    char path[FC_MODEL_PATH_SIZE];
    fc_model_file_path(index, settings, path);
    fc_page_raw(page, "%s: %s\n", file->name, file->purpose);
    fc_page_raw(page, "  role     %s%s\n", file->role, file->optional ? ", optional" : "");
    fc_page_raw(page, "  file     %s\n", path);
    fc_page_raw(page, "  size     %.1f MB\n", (double)supply->bytes / 1e6);
    print_source(page, supply);
    fc_page_raw(page, "  licence  %s\n", file->licence);
    fc_page_raw(page, "  state    %s\n", fc_model_state_name(state));
    if (state == FC_MODEL_FOUND && fc_catalogue_model_bytes(path) != supply->bytes) {
        fc_page_raw(page,
                    "           but not the published file: %" PRId64 " bytes, not %" PRId64 "\n",
                    fc_catalogue_model_bytes(path), supply->bytes);
    }
}

fc_status fc_models_list(const fc_models_call *call, fc_error *err)
{
    FC_AUTO_PAGE(page, FC_PAGE_PLAIN);
    if (call->flags->json) {
        FC_TRY(fc_catalogue_models(call->settings, &page.text, err));
    } else {
        for (int i = 0; i < FC_MODEL_FILES_COUNT; i++) {
            print_model(&page, i, call->settings);
        }
    }
    return fc_page_print(&page, err);
}
