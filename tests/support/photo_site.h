/** A host of photos on this machine, for tests of what is fetched by address. All of this fails the
 * test when something goes wrong. */
#pragma once

#include <stdatomic.h>

#include "service/service.h"
#include "support/stub_work.h"

/** Requests that were answered; and how long each answer takes. */
extern atomic_int fc_photo_site_asked;
extern atomic_int fc_photo_site_pause_ms;

/** Start it, and let a service fetch from it. */
void fc_photo_site_start(fc_service *service);
void fc_photo_site_stop(void);

/** The address of a photo of support/stub_work.h; other letters than small ones are not there.
 *  Valid until the next call. */
const char *fc_photo_site_url(char what);
