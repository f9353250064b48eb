#include "ops/greyscale.h"

#include <string.h>

#include "base/memory.h"
#include "support/fc_test.h"

static fc_image *new_image(int32_t channels)
{
    fc_error err = { 0 };
    fc_image *image = NULL;
    ASSERT_OK(fc_image_new((fc_size){ 2, 1 }, channels, &image, &err), err);
    return image;
}

static void colours_become_their_grey_and_alpha_stays(void **state)
{
    (void)state;
    FC_AUTO(fc_image) image = new_image(4);
    memcpy(image->data, (const uint8_t[]){ 255, 0, 0, 7, 90, 90, 90, 255 }, 8);
    fc_greyscale_in_place(image);
    assert_memory_equal(image->data, ((const uint8_t[]){ 76, 76, 76, 7, 90, 90, 90, 255 }), 8);
}

static void packing_keeps_values_and_density(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) image = new_image(3);
    memcpy(image->data, (const uint8_t[]){ 76, 76, 76, 90, 90, 90 }, 6);
    image->dpi = 300;
    FC_AUTO(fc_image) packed = NULL;
    ASSERT_OK(fc_greyscale_pack(image, &packed, &err), err);
    assert_int_equal(packed->channels, 1);
    assert_int_equal(packed->dpi, 300);
    assert_memory_equal(packed->data, ((const uint8_t[]){ 76, 90 }), 2);
}

static void packing_survives_every_allocation_failure(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) image = new_image(3);
    memset(image->data, 0, 6);
    FC_AUTO(fc_image) packed = NULL;
    SWEEP_ALLOCATIONS(fc_greyscale_pack(image, &packed, &err), packed == NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(colours_become_their_grey_and_alpha_stays),
        cmocka_unit_test(packing_keeps_values_and_density),
        cmocka_unit_test(packing_survives_every_allocation_failure),
    };
    return cmocka_run_group_tests_name("ops/greyscale", tests, NULL, NULL);
}
