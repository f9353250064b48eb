/**
 * Runs a fuzz target over stored inputs, so that every build, not only a libFuzzer one, replays
 * what was once found. Arguments: files and folders; a folder that does not exist is empty.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static size_t inputs_run;

/* An input is copied to a heap block of exactly its size: a read past its end is then seen. */
static int replay_file(const char *path, size_t size)
{
    FILE *file = fopen(path, "rb");
    uint8_t *bytes = malloc(size > 0 ? size : 1);
    int failed = 1;
    if (file != NULL && bytes != NULL && fread(bytes, 1, size, file) == size) {
        printf("%s (%zu bytes)\n", path, size);
        fflush(stdout); /* the last line names the culprit of a crash */
        LLVMFuzzerTestOneInput(bytes, size);
        inputs_run++;
        failed = 0;
    } else {
        fprintf(stderr, "%s: not readable\n", path);
    }
    free(bytes);
    if (file != NULL) {
        fclose(file);
    }
    return failed;
}

/* A folder of inputs is flat: what lies deeper is not looked at. */
static int replay_folder(const char *path)
{
    struct dirent **entries = NULL;
    int count = scandir(path, &entries, NULL, alphasort);
    int failed = 0;
    for (int i = 0; i < count; i++) {
        char inside[4096];
        struct stat status;
        int length = snprintf(inside, sizeof(inside), "%s/%s", path, entries[i]->d_name);
        if (length < (int)sizeof(inside) && stat(inside, &status) == 0 && S_ISREG(status.st_mode)) {
            failed |= replay_file(inside, (size_t)status.st_size);
        }
        free(entries[i]);
    }
    free(entries);
    return failed;
}

int main(int argc, char **argv)
{
    int failed = 0;
    for (int i = 1; i < argc; i++) {
        struct stat status;
        if (stat(argv[i], &status) != 0) {
            continue;
        }
        if (S_ISDIR(status.st_mode)) {
            failed |= replay_folder(argv[i]);
        } else {
            failed |= replay_file(argv[i], (size_t)status.st_size);
        }
    }
    printf("%zu inputs replayed\n", inputs_run);
    return failed;
}
