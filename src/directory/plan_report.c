#include "directory/plan_report.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/assert.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"
#include "directory/account.h"

#define REPORT_BYTES_MAX ((size_t)1 << 30)

/* ---- states ---------------------------------------------------------------------------------- */

/* The state of one target; READY where the picture was not offered to it. */
static fc_status ask_target(const fc_plan_report *report, const fc_target_config *target,
                            const char *key, fc_plan_delivery *delivery, fc_error *err)
{
    fc_plan_picture picture = { .profile = fc_target_profile(target) };
    FC_TRY(fc_plan_store_picture(report->store, key, &picture, err));
    FC_TRY(fc_plan_store_delivery(report->store, target->name, key, delivery, err));
    if (picture.sha256[0] == '\0' || strcmp(picture.sha256, delivery->sha256) != 0) {
        *delivery = (fc_plan_delivery){ .state = FC_LINE_READY };
    }
    return FC_OK;
}

/* Of several targets: refused by one, else not done by one, else delivered to one. */
static fc_status ask_targets(const fc_plan_report *report, const char *key, fc_line_state *state,
                             char *reason, fc_error *err)
{
    bool all = report->target_count > 0;
    fc_line_state best = FC_LINE_UNCHANGED;
    for (size_t i = 0; i < report->target_count; i++) {
        fc_plan_delivery delivery;
        FC_TRY(ask_target(report, &report->targets[i], key, &delivery, err));
        if (delivery.state == FC_LINE_REFUSED) {
            *state = FC_LINE_REFUSED;
            (void)snprintf(reason, FC_REASON_SIZE, "%.60s: %.180s", report->targets[i].name,
                           delivery.words);
            return FC_OK;
        }
        all &= delivery.state != FC_LINE_READY;
        best = delivery.state == FC_LINE_DELIVERED ? FC_LINE_DELIVERED : best;
    }
    *state = all ? best : *state;
    return FC_OK;
}

/* What became of a line by now: of its photo, its picture and its deliveries. `reason` has at least
 * FC_REASON_SIZE. */
static fc_status state_of(const fc_plan_report *report, const fc_plan_line *line,
                          fc_line_state *state, char *reason, fc_error *err)
{
    *state = line->state;
    (void)snprintf(reason, FC_REASON_SIZE, "%s", line->reason);
    if (line->state != FC_LINE_WAITING) {
        return FC_OK;
    }
    fc_plan_look look;
    FC_TRY(fc_plan_store_look(report->store, line->account.key, &look, err));
    *state = look.state;
    (void)snprintf(reason, FC_REASON_SIZE, "%s", look.reason);
    return look.state == FC_LINE_READY || look.state == FC_LINE_NEEDS_EYES
               ? ask_targets(report, line->account.key, state, reason, err)
               : FC_OK;
}

/* ---- plan.csv -------------------------------------------------------------------------------- */

/* A field, after a separator. What a spreadsheet would take for a formula gets a quote in front. */
static fc_status csv_field(fc_buffer *out, const char *text, fc_error *err)
{
    const char *guard = text[0] != '\0' && strchr("=+-@\t\r", text[0]) != NULL ? "'" : "";
    FC_TRY(fc_buffer_print(out, err, ",\"%s", guard));
    for (const char *at = text; *at != '\0'; at++) {
        FC_TRY(fc_buffer_append(out, at, 1, err));
        if (*at == '"') {
            FC_TRY(fc_buffer_append(out, "\"", 1, err));
        }
    }
    return fc_buffer_append(out, "\"", 1, err);
}

static fc_status csv_head(const fc_plan_report *report, fc_buffer *out, fc_error *err)
{
    FC_TRY(fc_buffer_print(out, err, "row,account,name,photo,state,reason"));
    for (size_t i = 0; i < report->profile_count; i++) {
        const char *name = report->profiles[i]->name;
        FC_TRY(fc_buffer_print(out, err, ",%s_bytes,%s_sha256", name, name));
    }
    for (size_t i = 0; i < report->target_count; i++) {
        FC_TRY(csv_field(out, report->targets[i].name, err));
    }
    return fc_buffer_print(out, err, "\r\n");
}

static fc_status csv_line(const fc_plan_report *report, const fc_plan_line *line,
                          fc_line_state state, const char *reason, fc_buffer *out, fc_error *err)
{
    const char *key = line->account.key;
    FC_TRY(fc_buffer_print(out, err, "%zu", line->account.row));
    const char *const fields[] = { key, line->account.columns[FC_ACCOUNT_NAME], line->photo,
                                   fc_line_state_lookup(state)->word, reason };
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        FC_TRY(csv_field(out, fields[i], err));
    }
    const bool mine = line->state == FC_LINE_WAITING;
    for (size_t i = 0; i < report->profile_count; i++) {
        fc_plan_picture picture = { .profile = report->profiles[i]->name };
        FC_TRY(mine ? fc_plan_store_picture(report->store, key, &picture, err) : FC_OK);
        FC_TRY(picture.sha256[0] != '\0'
                   ? fc_buffer_print(out, err, ",%" PRId64 ",%s", picture.bytes, picture.sha256)
                   : fc_buffer_print(out, err, ",,"));
    }
    for (size_t i = 0; i < report->target_count; i++) {
        fc_plan_delivery delivery = { .state = FC_LINE_READY };
        FC_TRY(mine ? ask_target(report, &report->targets[i], key, &delivery, err) : FC_OK);
        FC_TRY(csv_field(
            out, delivery.state != FC_LINE_READY ? fc_line_state_lookup(delivery.state)->word : "",
            err));
    }
    return fc_buffer_print(out, err, "\r\n");
}

/* ---- report.html ----------------------------------------------------------------------------- */

/* Text of a page or a quoted attribute. What is no UTF-8 a browser shows as such. */
static fc_status html_text(fc_buffer *out, const char *text, fc_error *err)
{
    for (const char *at = text; *at != '\0'; at++) {
        const char *entity = *at == '&'    ? "&amp;"
                             : *at == '<'  ? "&lt;"
                             : *at == '>'  ? "&gt;"
                             : *at == '"'  ? "&quot;"
                             : *at == '\'' ? "&#39;"
                                           : NULL;
        FC_TRY(entity != NULL ? fc_buffer_print(out, err, "%s", entity)
                              : fc_buffer_append(out, at, 1, err));
    }
    return FC_OK;
}

/* A file of the plan, by its address. */
static fc_status html_picture(fc_buffer *out, const char *place, const char *key, const char *what,
                              fc_error *err)
{
    char name[FC_ACCOUNT_FILE_NAME_SIZE];
    fc_account_file_name(key, name);
    FC_TRY(fc_buffer_print(out, err, "<img loading=lazy alt=\"%s\" src=\"%s/", what, place));
    FC_TRY(fc_text_percent_encode(name, out, err));
    return fc_buffer_print(out, err, ".jpg\">");
}

static fc_status html_line(const fc_plan_report *report, const fc_plan_line *line,
                           fc_line_state state, const char *reason, fc_buffer *out, fc_error *err)
{
    const char *name = line->account.columns[FC_ACCOUNT_NAME];
    const char *key = line->account.key;
    fc_plan_look look = { .state = FC_LINE_WAITING };
    FC_TRY(line->state == FC_LINE_WAITING ? fc_plan_store_look(report->store, key, &look, err)
                                          : FC_OK);
    FC_TRY(fc_buffer_print(out, err, "<article><div>"));
    if (look.state == FC_LINE_READY || look.state == FC_LINE_NEEDS_EYES) {
        char place[NAME_MAX];
        (void)snprintf(place, sizeof place, "pictures/%s", report->profiles[0]->name);
        FC_TRY(html_picture(out, "photos", key, "photo", err));
        FC_TRY(html_picture(out, place, key, "picture", err));
    } else if (look.state == FC_LINE_NO_FACE) {
        FC_TRY(html_picture(out, "photos", key, "photo", err));
    }
    FC_TRY(fc_buffer_print(out, err, "</div><b>"));
    FC_TRY(html_text(out, key, err));
    FC_TRY(fc_buffer_print(out, err, "</b> "));
    FC_TRY(html_text(out, name, err));
    FC_TRY(fc_buffer_print(out, err, "<p class=path>"));
    FC_TRY(html_text(out, line->photo, err));
    FC_TRY(fc_buffer_print(out, err, "<p><i class=%s>%s</i> ",
                           fc_line_state_lookup(state)->eyes || state == FC_LINE_REFUSED ? "eyes"
                                                                                         : "calm",
                           fc_line_state_lookup(state)->word));
    FC_TRY(html_text(out, reason, err));
    return fc_buffer_print(out, err, "</article>\n");
}

/* No scripts, nothing from elsewhere: the policy says so as well. */
static const char HEAD[] =
    "<!DOCTYPE html>\n<html lang=en><meta charset=utf-8>"
    "<meta name=viewport content=\"width=device-width\">"
    "<meta http-equiv=Content-Security-Policy content=\"default-src 'none'; img-src 'self' file:; "
    "style-src 'unsafe-inline'\">"
    "<title>Plan</title><style>"
    "body{font:14px/1.4 system-ui,sans-serif;margin:1.5em;color:#222;background:#fff}"
    "section{display:grid;grid-template-columns:repeat(auto-fill,minmax(21em,1fr));gap:1em}"
    "article{border:1px solid #ccc;border-radius:6px;padding:.7em;overflow-wrap:anywhere}"
    "article div{display:flex;gap:.5em;align-items:center}"
    "article div:not(:empty){min-height:144px}"
    "img{max-width:144px;max-height:144px;background:#eee}"
    "p{margin:.2em 0}.path{color:#666;font-size:12px}i{font-style:normal;font-weight:bold}"
    ".eyes{color:#b00020}.calm{color:#1b5e20}td{padding-right:1em}"
    "@media (prefers-color-scheme:dark){body{color:#ddd;background:#1b1b1b}.path{color:#999}"
    "article{border-color:#444}.eyes{color:#ff8a80}.calm{color:#a5d6a7}}"
    "</style>\n<h1>Plan</h1>\n";

/* ---- both ------------------------------------------------------------------------------------ */

/* A line in the two buffers. */
typedef struct written_line {
    fc_line_state state;
    size_t csv;
    size_t html;
} written_line;

typedef struct writer {
    fc_plan_report *report;
    fc_buffer csv; /* all lines, in the order of the plan */
    fc_buffer html;
    written_line *lines;
    size_t count;
} writer;

/* An fc_plan_line_visit. */
static fc_status write_line(void *context, const fc_plan_line *line, fc_error *err)
{
    writer *self = context;
    char reason[FC_REASON_SIZE];
    fc_line_state state = line->state;
    FC_TRY(state_of(self->report, line, &state, reason, err));
    FC_TRY(fc_array_make_room((void **)&self->lines, self->count, sizeof *self->lines, err));
    self->lines[self->count++] = (written_line){ state, self->csv.size, self->html.size };
    self->report->counts[state]++;
    FC_TRY(csv_line(self->report, line, state, reason, &self->csv, err));
    return html_line(self->report, line, state, reason, &self->html, err);
}

static fc_status append_part(fc_buffer *out, const fc_buffer *all, size_t from, size_t to,
                             fc_error *err)
{
    return fc_buffer_append(out, all->data + from, to - from, err);
}

/* The lines of one state; `html`: those, else those of plan.csv. */
static fc_status append_state(const writer *self, fc_line_state state, bool html, fc_buffer *out,
                              fc_error *err)
{
    const fc_buffer *all = html ? &self->html : &self->csv;
    for (size_t i = 0; i < self->count; i++) {
        if (self->lines[i].state == state) {
            const bool last = i + 1 == self->count;
            const size_t from = html ? self->lines[i].html : self->lines[i].csv;
            const size_t to = last   ? all->size
                              : html ? self->lines[i + 1].html
                                     : self->lines[i + 1].csv;
            FC_TRY(append_part(out, all, from, to, err));
        }
    }
    return FC_OK;
}

static fc_status append_counts(const fc_plan_report *report, fc_buffer *out, fc_error *err)
{
    FC_TRY(fc_buffer_print(out, err, "<table>"));
    for (int i = 0; i < FC_LINE_STATES_COUNT; i++) {
        const fc_line_state_info *info = fc_line_state_lookup((fc_line_state)i);
        if (report->counts[i] > 0) {
            FC_TRY(fc_buffer_print(out, err, "<tr><td>%zu<td><a href=\"#%s\">%s</a><td>%s\n",
                                   report->counts[i], info->word, info->word, info->meaning));
        }
    }
    return fc_buffer_print(out, err, "</table>\n");
}

static fc_status assemble_html(const writer *self, fc_buffer *out, fc_error *err)
{
    FC_TRY(fc_buffer_append(out, HEAD, sizeof HEAD - 1, err));
    FC_TRY(append_counts(self->report, out, err));
    for (int i = 0; i < FC_LINE_STATES_COUNT; i++) {
        if (self->report->counts[i] > 0) {
            const char *word = fc_line_state_lookup((fc_line_state)i)->word;
            FC_TRY(fc_buffer_print(out, err, "<h2 id=\"%s\">%s</h2>\n<section>\n", word, word));
            FC_TRY(append_state(self, (fc_line_state)i, true, out, err));
            FC_TRY(fc_buffer_print(out, err, "</section>\n"));
        }
    }
    return FC_OK;
}

/* With a byte order mark: without one Excel does not take it for UTF-8. */
static fc_status assemble_csv(const writer *self, fc_buffer *out, fc_error *err)
{
    FC_TRY(fc_buffer_print(out, err, "\xEF\xBB\xBF"));
    FC_TRY(csv_head(self->report, out, err));
    for (int i = 0; i < FC_LINE_STATES_COUNT; i++) {
        FC_TRY(append_state(self, (fc_line_state)i, false, out, err));
    }
    return FC_OK;
}

static fc_status
write_file(const writer *self, const char *name,
           fc_status (*assemble)(const writer *self, fc_buffer *out, fc_error *err), fc_error *err)
{
    char path[PATH_MAX];
    FC_AUTO_BUFFER(all, REPORT_BYTES_MAX);
    const int length = snprintf(path, sizeof path, "%s/%s", self->report->folder, name);
    if (length < 0 || (size_t)length >= sizeof path) {
        return fc_fail(err, FC_IO, "the name of the plan is too long");
    }
    FC_TRY(assemble(self, &all, err));
    return fc_file_write(path, fc_buffer_bytes(&all), err);
}

static void writer_clear(writer *self)
{
    fc_buffer_clear(&self->csv);
    fc_buffer_clear(&self->html);
    fc_memory_free(self->lines);
}

fc_status fc_plan_report_write(fc_plan_report *report, fc_error *err)
{
    FC_ASSERT(report != NULL && report->profile_count > 0);
    __attribute__((cleanup(writer_clear))) writer self = { .report = report,
                                                           .csv = FC_BUFFER(REPORT_BYTES_MAX),
                                                           .html = FC_BUFFER(REPORT_BYTES_MAX) };
    memset(report->counts, 0, sizeof report->counts);
    FC_TRY(fc_plan_store_lines(report->store, write_line, &self, err));
    FC_TRY(write_file(&self, "plan.csv", assemble_csv, err));
    return write_file(&self, "report.html", assemble_html, err);
}
