/** Handlers of the routes of other services. The table is src/api/routes.c. */
#pragma once

#include "http/route.h"

FC_HANDLER(removebg);
FC_HANDLER(removebg_account);
FC_HANDLER(rembg);
FC_HANDLER(rembg_url);
