/* The program's entrance; everything else is in the library, where tests reach it. */
#include "cli/command.h"

int main(int argc, char **argv)
{
    return fc_cli_run(argc, argv);
}
