#include "base/brief.h"
#include "cli/models.h"
#include "cli/page.h"
#include "engine/model_verify.h"
#include "report/json.h"

/* All verdicts, and how many of them are bad. */
typedef struct verdicts {
    bool chosen[FC_MODEL_FILES_COUNT];
    fc_model_verdict of[FC_MODEL_FILES_COUNT];
    int bad;
    int first_bad;
} verdicts;

static const char *word_of(const fc_model_verdict *verdict)
{
    if (verdict->state != FC_MODEL_FOUND) {
        return fc_model_state_name(verdict->state);
    }
    return verdict->genuine ? "ok" : "differs";
}

static fc_status hash_all(const fc_models_call *call, verdicts *all, fc_error *err)
{
    for (int i = FC_MODEL_FILES_COUNT - 1; i >= 0; i--) {
        if (all->chosen[i]) {
            FC_TRY(fc_model_verify(i, call->settings, &all->of[i], err));
            const fc_model_verdict *verdict = &all->of[i];
            if (verdict->state == FC_MODEL_MISSING ||
                (verdict->state == FC_MODEL_FOUND && !verdict->genuine)) {
                all->bad++;
                all->first_bad = i;
            }
        }
    }
    return FC_OK;
}

static fc_status print_json(const verdicts *all, const fc_settings *settings, fc_buffer *out,
                            fc_error *err)
{
    json_t *list = json_array();
    for (int i = 0; i < FC_MODEL_FILES_COUNT; i++) {
        char path[FC_MODEL_PATH_SIZE];
        fc_model_file_path(i, settings, path);
        if (all->chosen[i]) {
            list = fc_json_append(
                list, json_pack("{s:s, s:o, s:s, s:s, s:s}", "name", fc_model_file_lookup(i)->name,
                                "path", fc_json_text(path), "state", word_of(&all->of[i]), "sha256",
                                all->of[i].sha256, "expected", fc_model_file_supply(i)->sha256));
        }
    }
    return fc_json_write_line(list, out, err);
}

static void print_text(const verdicts *all, const fc_settings *settings, fc_page *page)
{
    for (int i = 0; i < FC_MODEL_FILES_COUNT; i++) {
        if (!all->chosen[i]) {
            continue;
        }
        char path[FC_MODEL_PATH_SIZE];
        fc_model_file_path(i, settings, path);
        fc_page_raw(page, "%-16s %s\n", word_of(&all->of[i]), path);
        if (all->of[i].state == FC_MODEL_FOUND && !all->of[i].genuine) {
            fc_page_raw(page, "  found   %s\n  wanted  %s\n", all->of[i].sha256,
                        fc_model_file_supply(i)->sha256);
        }
    }
}

static fc_status judge(const verdicts *all, const fc_settings *settings, fc_error *err)
{
    if (all->bad == 0) {
        return FC_OK;
    }
    const fc_model_verdict *first = &all->of[all->first_bad];
    char path[FC_MODEL_PATH_SIZE];
    fc_model_file_path(all->first_bad, settings, path);
    if (first->state == FC_MODEL_MISSING) {
        return fc_fail(err, FC_MODEL_UNAVAILABLE, "%s: missing; %d bad in all",
                       fc_brief_of(path).text, all->bad);
    }
    return fc_fail(err, FC_MODEL_UNAVAILABLE, "%s: SHA-256 is %s, wanted is %s; %d bad in all",
                   path, first->sha256, fc_model_file_supply(all->first_bad)->sha256, all->bad);
}

fc_status fc_models_verify(const fc_models_call *call, fc_error *err)
{
    verdicts all = { 0 };
    FC_TRY(fc_models_choose(call, all.chosen, err));
    FC_TRY(hash_all(call, &all, err));
    FC_AUTO_PAGE(page, FC_PAGE_PLAIN);
    if (call->flags->json) {
        FC_TRY(print_json(&all, call->settings, &page.text, err));
    } else {
        print_text(&all, call->settings, &page);
    }
    FC_TRY(fc_page_print(&page, err));
    return judge(&all, call->settings, err);
}
