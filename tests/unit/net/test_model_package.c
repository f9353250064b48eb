#define _GNU_SOURCE /* mkdtemp, setenv */
#include "net/model_package.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/fc_test.h"

/* contract/cli_models_fetch has an apt-get that answers. */
static void without_apt_get_it_is_refused_with_the_reason(void **state)
{
    (void)state;
    fc_error err = { 0 };
    char folder[] = "/tmp/facecraft-package-XXXXXX";
    char path[64];
    assert_non_null(mkdtemp(folder));
    (void)snprintf(path, sizeof path, "%s/points.dat", folder);
    const char *known = getenv("PATH");
    char before[4096];
    (void)snprintf(before, sizeof before, "%s", known != NULL ? known : "");
    assert_int_equal(setenv("PATH", folder, 1), 0);
    const fc_status status =
        fc_model_package_get(fc_supply_lookup("shape_predictor_68_face_landmarks.dat"), path, &err);
    assert_int_equal(setenv("PATH", before, 1), 0);
    assert_int_equal(status, FC_IO);
    assert_string_equal(err.text, "package libdlib-data: this is no Debian: it has no apt-get");
    assert_int_equal(access(path, F_OK), -1);
    assert_int_equal(rmdir(folder), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_apt_get_it_is_refused_with_the_reason),
    };
    return cmocka_run_group_tests_name("net/model_package", tests, NULL, NULL);
}
