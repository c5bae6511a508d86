// The component from outside, tests/interop/outside, that was built with component.h alone.
#include "called.h"

static void finish(tri_async *op)
{
    assert_true(wait_stopped(op));
}

static void describes_itself(void **state)
{
    (void)state;
    const tri_method *tally = method_of("letters", "Tally");
    assert_string_equal(tally->component->name_space, "Example.Letters");
    assert_int_equal(tally->face, TRI_FACE_OPERATION_WITH_PROGRESS);
    assert_string_equal(tally->result->full_name, "Example.Letters.Tally");
    assert_string_equal(tally->progress->name, "Double");
}

static void all_four_faces(void **state)
{
    (void)state;
    tri_async *op;
    const void *result;
    assert_int_equal(call_start("letters", "Check", &op, 1, "abc"), TRI_S_OK);
    finish(op);
    assert_int_equal(tri_async_get_results(op, &result), TRI_S_OK);
    tri_async_release(op);

    assert_int_equal(call_start("letters", "Check", &op, 1, "ab1"), TRI_S_OK);
    finish(op);
    assert_int_equal(tri_async_get_results(op, &result), TRI_E_INVALIDARG);
    assert_string_equal(tri_error_message(TRI_E_INVALIDARG), "argument 'text': no letter at byte 2");
    tri_async_release(op);

    uint32_t letter = 0;
    assert_int_equal(call_start("letters", "Spell", &op, 1, "abc"), TRI_S_OK);
    finish(op);
    assert_int_equal(tri_async_latest_progress(op, &letter), TRI_S_OK);
    assert_int_equal(letter, 'c');
    tri_async_release(op);

    assert_int_equal(call_start("letters", "Count", &op, 1, "banana"), TRI_S_OK);
    finish(op);
    assert_int_equal(tri_async_get_results(op, &result), TRI_S_OK);
    assert_int_equal(*(const uint32_t *)result, 3);
    tri_async_release(op);

    double done = 0;
    assert_int_equal(call_start("letters", "Tally", &op, 1, "bananas"), TRI_S_OK);
    finish(op);
    assert_int_equal(tri_async_get_results(op, &result), TRI_S_OK);
    assert_int_equal(((const uint32_t *)result)[0], 3);
    assert_int_equal(((const uint32_t *)result)[1], 4);
    assert_int_equal(tri_async_latest_progress(op, &done), TRI_S_OK);
    assert_true(done == 1.0);
    tri_async_release(op);
}

static void a_synchronous_method(void **state)
{
    (void)state;
    const tri_method *reverse = method_of("letters", "Reverse");
    tri_string *text = NULL, *result = NULL;
    assert_int_equal(tri_value_set_text(reverse->params[0].type, &text, "abc", 3), TRI_S_OK);
    assert_int_equal(tri_method_call(reverse, &text, &result), TRI_S_OK);
    assert_string_equal(result->data, "cba");
    tri_string_release(result);
    tri_string_release(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(describes_itself, nothing_lives_soon),
        cmocka_unit_test_teardown(all_four_faces, nothing_lives_soon),
        cmocka_unit_test_teardown(a_synchronous_method, nothing_lives_soon),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
