/* make_checkpoint FILE: the smallest CodeFormer checkpoint there can be, with drawn weights, for
 * the scripts of tests/contract. */
#include <stdio.h>

#include "base/file.h"
#include "support/torch_file.h"

#define FILE_BYTES_MAX ((size_t)16 << 20)

int main(int argc, char **argv)
{
    if (argc != 2) {
        (void)fprintf(stderr, "usage: make_checkpoint FILE\n");
        return 2;
    }
    fc_error err = { 0 };
    FC_AUTO_BUFFER(file, FILE_BYTES_MAX);
    fc_torch_codeformer_write(&(fc_torch_fault){ 0 }, &file);
    if (fc_file_write(argv[1], fc_buffer_bytes(&file), &err) != FC_OK) {
        (void)fprintf(stderr, "make_checkpoint: %s\n", err.text);
        return 1;
    }
    return 0;
}
