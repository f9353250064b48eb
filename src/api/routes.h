/** The routes of the service and their handlers (handle_*.c, and those of src/compat). The table is
 * routes.c. */
#pragma once

#include "http/route.h"
#include "report/schema.h"

/** The table. Its handlers take an fc_service as their context. */
fc_http_routes fc_routes(void);

/** The first part of the table, without the interfaces of other services. */
fc_http_routes fc_routes_native(void);

/** The rows of a node that only works on what others have accepted: health and metrics. Valid as
 *  long as the program. */
fc_http_routes fc_routes_worker(void);

FC_HANDLER(root);
FC_HANDLER(page_file);
FC_HANDLER(docs);
FC_HANDLER(docs_asset);
FC_HANDLER(openapi);
FC_HANDLER(health);
FC_HANDLER(ready);
FC_HANDLER(status);
FC_HANDLER(metrics);
FC_HANDLER(models);
FC_HANDLER(presets);
FC_HANDLER(process);
FC_HANDLER(quick);
FC_HANDLER(batch);
FC_HANDLER(profile);
FC_HANDLER(check);
FC_HANDLER(sheet);
FC_HANDLER(analyze);
FC_HANDLER(forget_analysis);
FC_HANDLER(original);
FC_HANDLER(render);
FC_HANDLER(job);
FC_HANDLER(events);
FC_HANDLER(delete_job);
FC_HANDLER(download);
FC_HANDLER(image);

/** Schemas of the answers that handlers of this room write themselves: Health and Ready; Status;
 * Message. */
extern const fc_schema fc_health_schemas[];
extern const fc_schema fc_status_schemas[];
extern const fc_schema fc_message_schemas[];
extern const fc_schema fc_check_answer_schemas[];
