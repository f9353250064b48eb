#include "support/network.h"

#include "support/fc_test.h"

#define FILE_BYTES_MAX ((size_t)1 << 24)

fc_runtime *fc_test_runtime;

fc_mapping *fc_test_network_open(const char *path)
{
    fc_error err = { 0 };
    fc_mapping *file = NULL;
    ASSERT_OK(fc_runtime_new(1, &fc_test_runtime, &err), err);
    if (fc_mapping_new(path, FILE_BYTES_MAX, &file, &err) != FC_OK) {
        print_message("%s is not here: run tools/fetch\n", path);
    }
    return file;
}

void fc_test_network_close(void)
{
    fc_runtime_free(fc_test_runtime);
    fc_test_runtime = NULL;
}
