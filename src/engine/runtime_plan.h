/** Runtime plan: where models run and with how many threads, from the settings. */
#pragma once

#include <stdint.h>

#include "config/options.h"
#include "infer/runtime.h"

/** Longest name of a cache folder, with its final zero. */
#define FC_CACHE_PATH_SIZE 3072

/** The plan; its texts are borrowed from the settings and from `cache`. `threads` 0 means all
 *  processors: a caller that works on several photos at once divides them (fc_threads_share). */
fc_runtime_plan fc_runtime_plan_of(const fc_settings *settings, char cache[FC_CACHE_PATH_SIZE]);

/** Threads for one of `parallel` photos: the number asked for, or (0) its share of the processors.
 */
int32_t fc_threads_share(int32_t asked, int32_t parallel);

/** The same for a service, whose `workers` seldom all have something to do: a photo that comes
 *  alone may have up to four processors, also where its share is less. */
int32_t fc_threads_served(int32_t asked, int32_t workers);

/** The folder where no setting names one; copied. "", as at start: there is none. The program sets
 *  it before the first engine. A path that is too long is none. */
void fc_cache_folder_set(const char *path);

/** The cache folder: the setting, or that of fc_cache_folder_set. "" where there is none. It may
 * not exist yet. */
void fc_cache_folder(const fc_settings *settings, char path[FC_CACHE_PATH_SIZE]);
