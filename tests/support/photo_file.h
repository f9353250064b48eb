/** Photos for tests that start from a picture, not from bytes. */
#pragma once

#include "image/image.h"

/** The photo in a file, upright RGB at full scale; release with fc_image_free. Fails the test. */
fc_image *fc_photo_read(const char *path);
