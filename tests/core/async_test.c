// The async object: every state and what each method says in it, through the direct functions.
#include "operation.h"

static int32_t status_of(tri_async *op)
{
    int32_t status;
    (void)tri_async_get_status(op, &status);
    return status;
}

static void complete_gives_the_result(void **state)
{
    (void)state;
    tri_async *op = operation_new(TRI_FACE_OPERATION);
    const void *result;
    assert_int_equal(status_of(op), TRI_ASYNC_STARTED);
    assert_int_equal(tri_async_get_results(op, &result), TRI_E_ILLEGAL_METHOD_CALL);
    assert_non_null(strstr(tri_error_message(TRI_E_ILLEGAL_METHOD_CALL), "Started"));
    assert_int_equal(operation_complete(op, 42), TRI_S_OK);
    assert_int_equal(status_of(op), TRI_ASYNC_COMPLETED);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(tri_async_get_results(op, &result), TRI_S_OK);
        assert_int_equal(*(const uint32_t *)result, 42);
    }
    operation_drop(op);
    tri_async_release(op);
}

static void an_action_has_no_result(void **state)
{
    (void)state;
    tri_async *op = operation_new(TRI_FACE_ACTION);
    const void *result = op;
    assert_int_equal(operation_complete(op, 0), TRI_S_OK);
    assert_int_equal(tri_async_get_results(op, &result), TRI_S_OK);
    assert_null(result);
    operation_drop(op);
    tri_async_release(op);
}

static void the_first_outcome_counts(void **state)
{
    (void)state;
    tri_async *op = operation_new(TRI_FACE_OPERATION);
    HRESULT code;
    const void *result;
    assert_int_equal(operation_fail(op, TRI_E_FILE_NOT_FOUND, "no 'x'"), TRI_S_OK);
    assert_int_equal(operation_complete(op, 1), TRI_E_ILLEGAL_STATE_CHANGE);
    assert_int_equal(operation_fail(op, TRI_E_FAIL, "again"), TRI_E_ILLEGAL_STATE_CHANGE);
    assert_int_equal(status_of(op), TRI_ASYNC_ERROR);
    assert_int_equal(tri_async_get_error_code(op, &code), TRI_S_OK);
    assert_int_equal(code, TRI_E_FILE_NOT_FOUND);
    assert_int_equal(tri_async_get_results(op, &result), TRI_E_FILE_NOT_FOUND);
    assert_string_equal(tri_error_message(TRI_E_FILE_NOT_FOUND), "no 'x'");
    operation_drop(op);
    tri_async_release(op);
}

static void a_success_code_is_no_failure(void **state)
{
    (void)state;
    tri_async *op = operation_new(TRI_FACE_ACTION);
    HRESULT code;
    assert_int_equal(operation_fail(op, TRI_S_FALSE, ""), TRI_S_OK);
    assert_int_equal(tri_async_get_error_code(op, &code), TRI_S_OK);
    assert_int_equal(code, TRI_E_FAIL);
    operation_drop(op);
    tri_async_release(op);
}

static void cancel_is_seen_at_once_and_acknowledged_later(void **state)
{
    (void)state;
    tri_async *op = operation_new(TRI_FACE_OPERATION);
    const void *result;
    HRESULT code;
    assert_false(tri__provider_canceled(&op->provider));
    assert_int_equal(tri_async_cancel(op), TRI_S_OK);
    assert_int_equal(tri_async_cancel(op), TRI_S_OK);
    assert_true(tri__provider_canceled(&op->provider));
    assert_int_equal(status_of(op), TRI_ASYNC_CANCELED);
    assert_true(tri_async_is_done(op));
    assert_false(tri_async_is_stopped(op));
    assert_int_equal(tri_async_get_error_code(op, &code), TRI_S_OK);
    assert_int_equal(code, TRI_S_OK);
    assert_int_equal(operation_complete(op, 7), TRI_E_ILLEGAL_STATE_CHANGE);
    assert_true(tri_async_is_stopped(op));
    assert_int_equal(status_of(op), TRI_ASYNC_CANCELED);
    assert_int_equal(tri_async_get_results(op, &result), TRI_E_ILLEGAL_METHOD_CALL);
    assert_int_equal(tri_async_outcome(op, &result), TRI_E_CANCELED);
    operation_drop(op);
    tri_async_release(op);
}

static void count_call(void *ctx)
{
    ++*(int *)ctx;
}

static void the_cancel_function_runs_once(void **state)
{
    (void)state;
    int calls = 0;
    tri_async *op = operation_new(TRI_FACE_ACTION);
    tri__provider_on_cancel(&op->provider, count_call, &calls);
    tri_async_cancel(op);
    tri_async_cancel(op);
    assert_int_equal(calls, 1);
    tri__provider_on_cancel(&op->provider, count_call, &calls); // canceled already: at once
    assert_int_equal(calls, 2);
    operation_drop(op);
    tri_async_release(op);

    op = operation_new(TRI_FACE_ACTION);
    tri__provider_on_cancel(&op->provider, count_call, &calls);
    tri__provider_on_cancel(&op->provider, NULL, NULL);
    tri_async_cancel(op);
    assert_int_equal(calls, 2);
    operation_drop(op);
    tri_async_release(op);
}

static void a_cancel_function_set_after_close_runs_at_once(void **state)
{
    (void)state;
    int calls = 0;
    tri_async *op = operation_new(TRI_FACE_ACTION);
    tri_async_cancel(op);
    tri_async_close(op);
    tri__provider_on_cancel(&op->provider, count_call, &calls);
    assert_int_equal(calls, 1);
    operation_drop(op); // Closed for good
    tri_async_release(op);
}

static void close_obeys_the_states(void **state)
{
    (void)state;
    tri_async *op = operation_new(TRI_FACE_OPERATION);
    const void *result;
    int32_t status;
    uint32_t id, id_after;
    HRESULT code;
    assert_int_equal(tri_async_get_id(op, &id), TRI_S_OK);
    assert_int_not_equal(id, 0);
    assert_int_equal(tri_async_close(op), TRI_E_ILLEGAL_STATE_CHANGE);
    operation_complete(op, 1);
    assert_int_equal(tri_async_close(op), TRI_S_OK);
    assert_int_equal(tri_async_close(op), TRI_S_OK);
    assert_int_equal(tri_async_get_status(op, &status), TRI_E_ILLEGAL_METHOD_CALL);
    assert_int_equal(status, TRI_ASYNC_CLOSED);
    assert_int_equal(tri_async_get_id(op, &id_after), TRI_E_ILLEGAL_METHOD_CALL);
    assert_int_equal(id_after, id);
    assert_int_equal(tri_async_get_error_code(op, &code), TRI_E_ILLEGAL_METHOD_CALL);
    assert_int_equal(code, TRI_E_ILLEGAL_METHOD_CALL);
    assert_int_equal(tri_async_get_results(op, &result), TRI_E_ILLEGAL_METHOD_CALL);
    assert_int_equal(tri_async_cancel(op), TRI_S_OK);
    operation_drop(op);
    tri_async_release(op);

    op = operation_new(TRI_FACE_OPERATION);
    tri_async_cancel(op);
    assert_int_equal(tri_async_close(op), TRI_S_OK); // canceled, though the work runs on
    assert_int_equal(operation_complete(op, 1), TRI_E_ILLEGAL_STATE_CHANGE);
    (void)tri_async_get_status(op, &status);
    assert_int_equal(status, TRI_ASYNC_CLOSED);
    operation_drop(op);
    tri_async_release(op);
}

static void canceled_stays_canceled_for_an_awaiter_after_close(void **state)
{
    (void)state;
    tri_async *op = operation_new(TRI_FACE_OPERATION);
    const void *result;
    tri_async_cancel(op);
    tri_async_close(op);
    assert_int_equal(tri_async_get_results(op, &result), TRI_E_ILLEGAL_METHOD_CALL);
    assert_int_equal(tri_async_outcome(op, &result), TRI_E_CANCELED);
    operation_drop(op);
    tri_async_release(op);

    op = operation_new(TRI_FACE_OPERATION);
    operation_complete(op, 1);
    tri_async_cancel(op); // too late to be what ended it
    tri_async_close(op);
    assert_int_equal(tri_async_outcome(op, &result), TRI_E_ILLEGAL_METHOD_CALL);
    operation_drop(op);
    tri_async_release(op);
}

static void the_slots_can_be_asked_beforehand(void **state)
{
    (void)state;
    tri_async *plain = operation_new(TRI_FACE_ACTION), *op = operation_new(TRI_FACE_ACTION_WITH_PROGRESS);
    assert_int_equal(tri_async_check_progress(plain), TRI_E_NOINTERFACE);
    assert_string_equal(tri_error_message(TRI_E_NOINTERFACE), "operation 'TestAsync' reports no progress");
    assert_int_equal(tri_async_check_progress(op), TRI_S_OK);
    assert_int_equal(tri_async_clear_completed(op), TRI_S_OK);
    assert_int_equal(tri_async_clear_completed(op), TRI_E_ILLEGAL_DELEGATE_ASSIGNMENT);
    operation_complete(op, 0);
    tri_async_close(op);
    assert_int_equal(tri_async_check_progress(op), TRI_E_ILLEGAL_METHOD_CALL);
    assert_int_equal(tri_async_clear_completed(op), TRI_E_ILLEGAL_METHOD_CALL);
    assert_string_equal(tri_async_status_name(TRI_ASYNC_CANCELED), "Canceled");
    assert_string_equal(tri_async_status_name(TRI_ASYNC_CLOSED), "Closed");
    operation_drop(plain);
    operation_drop(op);
    tri_async_release(plain);
    tri_async_release(op);
}

static void a_dropped_operation_is_abandoned(void **state)
{
    (void)state;
    tri_async *op = operation_new(TRI_FACE_OPERATION);
    const void *result;
    tri__provider_retain(&op->provider);
    operation_drop(op);
    assert_int_equal(status_of(op), TRI_ASYNC_STARTED);
    operation_drop(op);
    assert_int_equal(status_of(op), TRI_ASYNC_ERROR);
    assert_int_equal(tri_async_get_results(op, &result), TRI_E_ABANDONED);
    assert_string_equal(tri_error_message(TRI_E_ABANDONED), "operation 'TestAsync' has no outcome: its component let go of "
                                                            "it without having completed it");
    tri_async_release(op);
}

static void progress_keeps_the_latest(void **state)
{
    (void)state;
    tri_async *op = operation_new(TRI_FACE_ACTION_WITH_PROGRESS);
    uint32_t value = 9;
    assert_int_equal(tri_async_latest_progress(op, &value), TRI_S_FALSE);
    assert_int_equal(value, 0);
    operation_report(op, 1);
    operation_report(op, 2);
    assert_int_equal(tri_async_latest_progress(op, &value), TRI_S_OK);
    assert_int_equal(value, 2);
    operation_complete(op, 0);
    operation_report(op, 3);
    assert_int_equal(tri_async_latest_progress(op, &value), TRI_S_OK);
    assert_int_equal(value, 2);
    operation_drop(op);
    tri_async_release(op);
}

// Every transition of the table is what the object does.
static void the_table_is_total(void **state)
{
    (void)state;
    int rows = 0;
#define TRI_TRANSITION(event, from, to, result)                                                    \
    {                                                                                              \
        HRESULT hr;                                                                                \
        assert_int_equal(tri__state_next(TRI__EVENT_##event, TRI__##from, &hr), TRI__##to);        \
        assert_int_equal(hr, result);                                                              \
        rows++;                                                                                    \
    }
#include "../../core/src/async_states.def"
#undef TRI_TRANSITION
    assert_int_equal(rows, TRI__EVENT_COUNT * TRI__STATE_COUNT);
}

static void ids_differ(void **state)
{
    (void)state;
    tri_async *a = operation_new(TRI_FACE_ACTION), *b = operation_new(TRI_FACE_ACTION);
    uint32_t ia, ib, again;
    tri_async_get_id(a, &ia);
    tri_async_get_id(b, &ib);
    tri_async_get_id(a, &again);
    assert_int_not_equal(ia, ib);
    assert_int_equal(ia, again);
    operation_drop(a);
    operation_drop(b);
    tri_async_release(a);
    tri_async_release(b);
}

#define TEST(name) cmocka_unit_test_teardown(name, nothing_lives)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(complete_gives_the_result),
        TEST(an_action_has_no_result),
        TEST(the_first_outcome_counts),
        TEST(a_success_code_is_no_failure),
        TEST(cancel_is_seen_at_once_and_acknowledged_later),
        TEST(the_cancel_function_runs_once),
        TEST(a_cancel_function_set_after_close_runs_at_once),
        TEST(close_obeys_the_states),
        TEST(canceled_stays_canceled_for_an_awaiter_after_close),
        TEST(the_slots_can_be_asked_beforehand),
        TEST(a_dropped_operation_is_abandoned),
        TEST(progress_keeps_the_latest),
        TEST(the_table_is_total),
        TEST(ids_differ),
    };
    return cmocka_run_group_tests_name("async", tests, NULL, NULL);
}
