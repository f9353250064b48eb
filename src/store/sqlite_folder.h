/** SQLite folder: the access rights of the store's folder. With the lock of the store held. */
#pragma once

#include "base/attributes.h"
#include "base/error.h"
#include "store/sqlite_store_private.h"

/** Before a database is opened: make an empty one that only its owner may read, unless it exists.
 */
void fc_sqlite_folder_prepare(const fc_sqlite_store *store, const char *database);

/** Take the store's files, and the folder where it holds nothing else, away from everybody but
 * their owner. What cannot be taken away is told in the log. Cost: two system calls for a folder
 * that is private, else two for each file. */
void fc_sqlite_folder_protect(const fc_sqlite_store *store);
