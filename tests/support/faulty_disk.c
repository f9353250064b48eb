#include "support/faulty_disk.h"

#include <sqlite3.h>
#include <string.h>

#include "support/fc_test.h"

/* A file of ours with that of the real disk behind it, in the same block. */
typedef struct faulty_file {
    sqlite3_file base;
    sqlite3_file *real;
} faulty_file;

static sqlite3_vfs disk;
static sqlite3_io_methods methods;
static int64_t left; /* calls until one fails; 0: none does */
static fc_fault kind;
static bool failed;

static bool fails(void)
{
    if (left == 0 || --left > 0) {
        return false;
    }
    left = kind != FC_FAULT_ONCE ? 1 : 0;
    failed = true;
    return true;
}

static bool lock_fails(void)
{
    return kind != FC_FAULT_WRITES && fails();
}

static sqlite3_file *real_of(sqlite3_file *file)
{
    return ((faulty_file *)(void *)file)->real;
}

static int close_file(sqlite3_file *file)
{
    return real_of(file)->pMethods->xClose(real_of(file));
}

static int read_file(sqlite3_file *file, void *to, int size, sqlite3_int64 at)
{
    return real_of(file)->pMethods->xRead(real_of(file), to, size, at);
}

static int write_file(sqlite3_file *file, const void *from, int size, sqlite3_int64 at)
{
    return fails() ? SQLITE_IOERR_WRITE
                   : real_of(file)->pMethods->xWrite(real_of(file), from, size, at);
}

static int truncate_file(sqlite3_file *file, sqlite3_int64 size)
{
    return fails() ? SQLITE_IOERR_TRUNCATE
                   : real_of(file)->pMethods->xTruncate(real_of(file), size);
}

static int sync_file(sqlite3_file *file, int flags)
{
    return fails() ? SQLITE_IOERR_FSYNC : real_of(file)->pMethods->xSync(real_of(file), flags);
}

static int file_size(sqlite3_file *file, sqlite3_int64 *size)
{
    return real_of(file)->pMethods->xFileSize(real_of(file), size);
}

static int lock_file(sqlite3_file *file, int level)
{
    return lock_fails() ? SQLITE_IOERR_LOCK : real_of(file)->pMethods->xLock(real_of(file), level);
}

static int unlock_file(sqlite3_file *file, int level)
{
    return lock_fails() ? SQLITE_IOERR_UNLOCK
                        : real_of(file)->pMethods->xUnlock(real_of(file), level);
}

static int check_lock(sqlite3_file *file, int *held)
{
    return real_of(file)->pMethods->xCheckReservedLock(real_of(file), held);
}

static int control_file(sqlite3_file *file, int what, void *with)
{
    return real_of(file)->pMethods->xFileControl(real_of(file), what, with);
}

static int sector_size(sqlite3_file *file)
{
    return real_of(file)->pMethods->xSectorSize(real_of(file));
}

static int characteristics(sqlite3_file *file)
{
    return real_of(file)->pMethods->xDeviceCharacteristics(real_of(file));
}

static int shm_map(sqlite3_file *file, int page, int size, int extend, void volatile **out)
{
    return real_of(file)->pMethods->xShmMap(real_of(file), page, size, extend, out);
}

static int shm_lock(sqlite3_file *file, int from, int count, int flags)
{
    return lock_fails() ? SQLITE_IOERR_SHMLOCK
                        : real_of(file)->pMethods->xShmLock(real_of(file), from, count, flags);
}

static void shm_barrier(sqlite3_file *file)
{
    real_of(file)->pMethods->xShmBarrier(real_of(file));
}

static int shm_unmap(sqlite3_file *file, int remove)
{
    return real_of(file)->pMethods->xShmUnmap(real_of(file), remove);
}

static sqlite3_vfs *real_disk(void)
{
    return disk.pAppData;
}

static int open_file(sqlite3_vfs *self, const char *name, sqlite3_file *file, int flags, int *out)
{
    (void)self;
    faulty_file *faulty = (faulty_file *)(void *)file;
    faulty->real = (sqlite3_file *)(void *)(faulty + 1);
    memset(faulty->real, 0, (size_t)real_disk()->szOsFile);
    const int code = real_disk()->xOpen(real_disk(), name, faulty->real, flags, out);
    faulty->base.pMethods = code == SQLITE_OK ? &methods : NULL;
    return code;
}

/* SQLite tries a lock again after naps that add up to its time-out, which is a number of tries and
 * not a time: whoever holds the lock is the test itself, and does nothing meanwhile. */
static int skip_nap(sqlite3_vfs *self, int time_us)
{
    (void)self;
    return time_us;
}

void fc_faulty_disk_install(void)
{
    sqlite3_vfs *real = sqlite3_vfs_find(NULL);
    assert_non_null(real);
    disk = *real; /* the rest of its functions look at nothing of ours */
    disk.pNext = NULL;
    disk.zName = "faulty";
    disk.pAppData = real;
    disk.szOsFile = (int)sizeof(faulty_file) + real->szOsFile;
    disk.xOpen = open_file;
    disk.xSleep = skip_nap;
    methods = (sqlite3_io_methods){
        2,         close_file,  read_file,  write_file,   truncate_file, sync_file,       file_size,
        lock_file, unlock_file, check_lock, control_file, sector_size,   characteristics, shm_map,
        shm_lock,  shm_barrier, shm_unmap,  NULL,         NULL
    };
    fc_faulty_disk_fail_after(0, FC_FAULT_ONCE);
    assert_int_equal(sqlite3_vfs_register(&disk, 1), SQLITE_OK);
}

void fc_faulty_disk_remove(void)
{
    assert_int_equal(sqlite3_vfs_unregister(&disk), SQLITE_OK);
}

void fc_faulty_disk_fail_after(int64_t n, fc_fault fault)
{
    left = n;
    kind = fault;
    failed = false;
}

bool fc_faulty_disk_has_failed(void)
{
    return failed;
}
