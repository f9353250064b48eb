/** Photos for tests that start from a picture, not from bytes. Between fc_photo_setup and
 *  fc_photo_teardown. */
#pragma once

#include "image/image.h"

/** The photo in a file, upright RGB at full scale; release with fc_image_free. Fails the test. */
fc_image *fc_photo_read(const char *path);
