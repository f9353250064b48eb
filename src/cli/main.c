/* The program's entrance; everything else is in the library, where tests reach it. */
#include "base/memory.h"
#include "cli/command.h"

int main(int argc, char **argv)
{
    fc_memory_start();
    return fc_cli_run(argc, argv);
}
