// Deadlines: the timer's order, and the operation that follows another one until its time is up.
#include "operation.h"

#include "../../core/src/timer.h"

#include <pthread.h>
#include <unistd.h>

static bool wait_done(tri_async *op)
{
    int64_t until = tri__os_now() + INT64_C(10000000000);
    while (!tri_async_is_stopped(op) && tri__os_now() < until) {
        usleep(200);
    }
    return tri_async_is_stopped(op);
}

static int64_t ms(int64_t count)
{
    return count * TRI_TICKS_PER_MS;
}

static void the_inner_outcome_comes_through(void **state)
{
    (void)state;
    tri_async *inner = operation_new(TRI_FACE_OPERATION_WITH_PROGRESS), *outer;
    const void *result;
    uint32_t progress;
    assert_int_equal(tri_async_timeout(inner, ms(60000), &outer), TRI_S_OK);
    operation_report(inner, 3);
    assert_int_equal(tri_async_latest_progress(outer, &progress), TRI_S_OK);
    assert_int_equal(progress, 3);
    operation_complete(inner, 42);
    assert_true(tri_async_is_stopped(outer));
    operation_drop(inner);
    tri_async_release(inner); // the outer one keeps what it passes on
    assert_int_equal(tri_async_get_results(outer, &result), TRI_S_OK);
    assert_int_equal(*(const uint32_t *)result, 42);
    tri_async_release(outer);

    inner = operation_new(TRI_FACE_ACTION);
    assert_int_equal(tri_async_timeout(inner, ms(60000), &outer), TRI_S_OK);
    operation_fail(inner, TRI_E_FILE_NOT_FOUND, "no 'x'");
    assert_int_equal(tri_async_get_results(outer, &result), TRI_E_FILE_NOT_FOUND);
    assert_string_equal(tri_error_message(TRI_E_FILE_NOT_FOUND), "no 'x'");
    operation_drop(inner);
    tri_async_release(inner);
    tri_async_release(outer);
}

static void an_outcome_that_is_there_is_taken_at_once(void **state)
{
    (void)state;
    tri_async *inner = operation_new(TRI_FACE_OPERATION), *outer;
    operation_complete(inner, 1);
    assert_int_equal(tri_async_timeout(inner, 0, &outer), TRI_S_OK);
    assert_true(wait_done(outer));
    operation_drop(inner);
    tri_async_release(inner);
    tri_async_release(outer);
    assert_int_equal(tri_async_timeout(NULL, -1, &outer), TRI_E_INVALIDARG);
}

static void time_up_cancels_the_inner_one(void **state)
{
    (void)state;
    tri_async *inner = operation_new(TRI_FACE_OPERATION), *outer;
    const void *result;
    assert_int_equal(tri_async_timeout(inner, ms(10), &outer), TRI_S_OK);
    assert_true(wait_done(outer));
    assert_int_equal(tri_async_get_results(outer, &result), TRI_E_TIMEOUT);
    assert_non_null(strstr(tri_error_message(TRI_E_TIMEOUT), "0.010 s"));
    int64_t until = tri__os_now() + INT64_C(5000000000);
    while (!tri__provider_canceled(&inner->provider) && tri__os_now() < until) {
        usleep(100);
    }
    assert_true(tri__provider_canceled(&inner->provider));
    operation_drop(inner);
    tri_async_release(inner);
    tri_async_release(outer);
}

static void a_cancel_goes_both_ways(void **state)
{
    (void)state;
    tri_async *inner = operation_new(TRI_FACE_OPERATION), *outer;
    const void *result;
    assert_int_equal(tri_async_timeout(inner, ms(60000), &outer), TRI_S_OK);
    tri_async_cancel(outer);
    assert_true(tri__provider_canceled(&inner->provider));
    assert_int_equal(tri_async_outcome(outer, &result), TRI_E_CANCELED);
    assert_false(tri_async_is_stopped(outer)); // the work runs on
    operation_drop(inner);
    assert_true(tri_async_is_stopped(outer));
    tri_async_release(inner);
    tri_async_release(outer);

    inner = operation_new(TRI_FACE_OPERATION);
    assert_int_equal(tri_async_timeout(inner, ms(60000), &outer), TRI_S_OK);
    tri_async_cancel(inner);
    assert_int_equal(tri_async_outcome(outer, &result), TRI_E_CANCELED);
    operation_drop(inner);
    assert_true(tri_async_is_stopped(outer));
    tri_async_release(inner);
    tri_async_release(outer);
}

typedef struct ordered {
    tri__timer timer; // first
    int number;
} ordered;

static _Atomic int ordered_count;
static int ordered_numbers[64]; // written by the timer's thread, read after the count says so

static void ordered_fire(tri__timer *timer)
{
    int at = atomic_load(&ordered_count);
    ordered_numbers[at] = ((ordered *)timer)->number;
    atomic_store(&ordered_count, at + 1);
}

static void timers_fire_in_order_and_can_be_disarmed(void **state)
{
    (void)state;
    static ordered timers[64];
    int64_t now = tri__os_now();
    for (int i = 0; i < 64; i++) {
        int place = (i * 37) % 64; // armed out of order
        timers[place].number = place;
        timers[place].timer.fn = ordered_fire;
        timers[place].timer.due = now + 20000000 + place * INT64_C(1000000);
        assert_int_equal(tri__timer_arm(&timers[place].timer), TRI_S_OK);
    }
    int disarmed = 0;
    for (int place = 1; place < 64; place += 2) {
        disarmed += tri__timer_disarm(&timers[place].timer);
    }
    int expected = 64 - disarmed;
    int64_t until = tri__os_now() + INT64_C(10000000000);
    while (atomic_load(&ordered_count) < expected && tri__os_now() < until) {
        usleep(500);
    }
    assert_int_equal(atomic_load(&ordered_count), expected);
    for (int i = 1; i < expected; i++) {
        assert_true(ordered_numbers[i - 1] < ordered_numbers[i]);
    }
    assert_false(tri__timer_disarm(&timers[0].timer));
}

static void *complete_soon(void *arg)
{
    tri_async *op = arg;
    usleep((useconds_t)(rand() % 300));
    operation_complete(op, 1);
    operation_drop(op);
    return NULL;
}

// The end of the work, the deadline and a cancel meet: one outcome, nothing left over.
static void the_three_parties_race(void **state)
{
    (void)state;
    for (int i = 0; i < 400; i++) {
        tri_async *inner = operation_new(TRI_FACE_OPERATION), *outer;
        pthread_t thread;
        assert_int_equal(tri_async_timeout(inner, (i % 4) * 1000, &outer), TRI_S_OK);
        pthread_create(&thread, NULL, complete_soon, inner);
        if (i % 3 == 0) {
            usleep((useconds_t)(i % 200));
            tri_async_cancel(outer);
        }
        pthread_join(thread, NULL);
        assert_true(wait_done(outer));
        tri_async_release(inner);
        tri_async_release(outer);
    }
    // The timer's thread may still be leaving the last of them.
    int64_t until = tri__os_now() + INT64_C(5000000000);
    while (tri_live_count(TRI_LIVE_ASYNC) > 0 && tri__os_now() < until) {
        usleep(200);
    }
}

static int settle(void **state)
{
    // time_up_cancels_the_inner_one: the outcome is seen before the timer's thread has let go.
    int64_t until = tri__os_now() + INT64_C(5000000000);
    while (tri_live_count(TRI_LIVE_ASYNC) > 0 && tri__os_now() < until) {
        usleep(200);
    }
    return nothing_lives(state);
}

#define TEST(name) cmocka_unit_test_teardown(name, settle)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_inner_outcome_comes_through),
        TEST(an_outcome_that_is_there_is_taken_at_once),
        TEST(time_up_cancels_the_inner_one),
        TEST(a_cancel_goes_both_ways),
        TEST(timers_fire_in_order_and_can_be_disarmed),
        TEST(the_three_parties_race),
    };
    return cmocka_run_group_tests_name("timeout", tests, NULL, NULL);
}
