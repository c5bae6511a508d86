// The standard component timer, through the loader: what an author's component asks of core, thousands of times.
#include "called.h"

#include "../../components/timer/heap.h"

#include <math.h>
#include <pthread.h>
#include <sys/wait.h>

#define MANY 4000

static void its_heap_gives_the_earliest_first(void **state)
{
    (void)state;
    heap_item *items = calloc(MANY, sizeof *items), *heap = NULL;
    unsigned seed = 7;
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < MANY; i++) {
            heap_insert(&heap, &items[i], rand_r(&seed) % 1000);
        }
        for (int i = 0; i < MANY; i++) {
            heap_item *item = &items[rand_r(&seed) % MANY];
            assert_true(heap_has(heap, item));
            heap_advance(&heap, item, item->due - rand_r(&seed) % 500);
        }
        int64_t last = INT64_MIN;
        for (int i = 0; i < MANY; i++) {
            heap_item *first = heap_take_first(&heap);
            assert_true(first->due >= last);
            assert_false(heap_has(heap, first));
            last = first->due;
        }
        assert_null(heap);
    }
    free(items);
}

static HRESULT delay(int64_t ticks, tri_async **out)
{
    return call_start("timer", "Delay", out, 1, ticks);
}

static void a_delay_lasts_as_long_as_it_says(void **state)
{
    (void)state;
    tri_async *op;
    int64_t begin = now_ms();
    assert_int_equal(delay(50 * TRI_TICKS_PER_MS, &op), TRI_S_OK);
    assert_false(tri_async_is_done(op));
    assert_true(wait_stopped(op));
    int64_t took = now_ms() - begin;
    assert_in_range(took, 49, 5000);
    assert_int_equal(status_of(op), TRI_ASYNC_COMPLETED);
    tri_async_release(op);
}

static void nothing_to_wait_for_is_over_at_once(void **state)
{
    (void)state;
    tri_async *op;
    assert_int_equal(delay(0, &op), TRI_S_OK);
    assert_int_equal(status_of(op), TRI_ASYNC_COMPLETED); // not a moment later
    tri_async_release(op);
    assert_int_equal(call_start("timer", "Countdown", &op, 2, INT64_C(0), TRI_TICKS_PER_MS), TRI_S_OK);
    assert_int_equal(status_of(op), TRI_ASYNC_COMPLETED);
    tri_async_release(op);
}

static void fails_naming(const char *method, int64_t first, int64_t second, const char *argument)
{
    tri_async *op;
    const void *result;
    bool one = strcmp(method, "Delay") == 0;
    assert_int_equal(call_start("timer", method, &op, one ? 1 : 2, first, second), TRI_S_OK);
    assert_int_equal(tri_async_get_results(op, &result), TRI_E_INVALIDARG);
    assert_non_null(strstr(tri_error_message(TRI_E_INVALIDARG), argument));
    tri_async_release(op);
}

static void bad_arguments_are_named(void **state)
{
    (void)state;
    fails_naming("Delay", -1, 0, "'duration'");
    fails_naming("Countdown", -1, TRI_TICKS_PER_MS, "'duration'");
    fails_naming("Countdown", TRI_TICKS_PER_MS, 0, "'interval'");
    fails_naming("Countdown", TRI_TICKS_PER_MS, -1, "'interval'");
}

static void a_delay_for_ever_can_be_canceled(void **state)
{
    (void)state;
    tri_async *op;
    assert_int_equal(delay(INT64_MAX, &op), TRI_S_OK);
    assert_int_equal(tri_async_cancel(op), TRI_S_OK);
    assert_true(wait_stopped(op));
    assert_int_equal(status_of(op), TRI_ASYNC_CANCELED);
    tri_async_release(op);
}

static void shorter_ones_end_first(void **state)
{
    (void)state;
    tri_async *ops[20];
    for (int i = 0; i < 20; i++) {
        assert_int_equal(delay((200 - 10 * i) * TRI_TICKS_PER_MS, &ops[i]), TRI_S_OK);
    }
    for (int i = 19; i > 0; i--) {
        assert_true(wait_stopped(ops[i]));
        // Whatever has a later deadline by 10 ms may not have ended before an earlier one.
        for (int j = 0; j < i; j++) {
            assert_true(!tri_async_is_done(ops[j]) || tri_async_is_done(ops[j + 1]));
        }
    }
    assert_true(wait_stopped(ops[0]));
    for (int i = 0; i < 20; i++) {
        tri_async_release(ops[i]);
    }
}

static void a_countdown_reports_what_remains(void **state)
{
    (void)state;
    tri_async *op;
    double last = INFINITY, remain = 0;
    int reports = 0;
    assert_int_equal(call_start("timer", "Countdown", &op, 2, 100 * TRI_TICKS_PER_MS, 10 * TRI_TICKS_PER_MS),
                     TRI_S_OK);
    while (!tri_async_is_stopped(op)) {
        if (tri_async_latest_progress(op, &remain) == TRI_S_OK && remain != last) {
            assert_true(remain > 0 && remain <= 0.1 && remain < last);
            last = remain;
            reports++;
        }
        sleep_ms(1);
    }
    assert_in_range(reports, 2, 11); // of a busy machine no more can be said
    assert_int_equal(status_of(op), TRI_ASYNC_COMPLETED);
    tri_async_release(op);
}

static void a_countdown_longer_than_its_interval_allows(void **state)
{
    (void)state;
    tri_async *op;
    double remain = 0;
    assert_int_equal(call_start("timer", "Countdown", &op, 2, 500 * TRI_TICKS_PER_MS, INT64_MAX), TRI_S_OK);
    assert_true(wait_stopped(op));
    assert_int_equal(tri_async_latest_progress(op, &remain), TRI_S_OK);
    assert_true(remain > 0 && remain <= 0.5);
    tri_async_release(op);
}

typedef struct canceler {
    tri_async **ops;
    unsigned seed;
} canceler;

static void *cancel_some(void *arg)
{
    canceler *c = arg;
    for (int i = 0; i < MANY; i++) {
        tri_async_cancel(c->ops[(unsigned)rand_r(&c->seed) % MANY]);
    }
    return NULL;
}

static void thousands_some_of_them_canceled(void **state)
{
    (void)state;
    tri_async **ops = calloc(MANY, sizeof *ops);
    pthread_t threads[2];
    canceler cancelers[2] = {{ops, 1}, {ops, 2}};
    unsigned seed = 3;
    for (int i = 0; i < MANY; i++) {
        assert_int_equal(delay(rand_r(&seed) % (100 * TRI_TICKS_PER_MS), &ops[i]), TRI_S_OK);
    }
    for (int i = 0; i < 2; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, cancel_some, &cancelers[i]), 0);
    }
    int completed = 0, canceled = 0;
    for (int i = 0; i < 2; i++) {
        pthread_join(threads[i], NULL);
    }
    for (int i = 0; i < MANY; i++) {
        assert_true(wait_stopped(ops[i]));
        completed += status_of(ops[i]) == TRI_ASYNC_COMPLETED;
        canceled += status_of(ops[i]) == TRI_ASYNC_CANCELED;
        tri_async_release(ops[i]);
    }
    assert_int_equal(completed + canceled, MANY);
    free(ops);
}

static void thousands_of_the_same_length(void **state)
{
    (void)state;
    tri_async **ops = calloc(MANY, sizeof *ops);
    for (int i = 0; i < MANY; i++) {
        assert_int_equal(delay(20 * TRI_TICKS_PER_MS, &ops[i]), TRI_S_OK);
    }
    for (int i = 0; i < MANY; i++) {
        assert_true(wait_stopped(ops[i]));
        assert_int_equal(status_of(ops[i]), TRI_ASYNC_COMPLETED);
        tri_async_release(ops[i]);
    }
    free(ops);
}

static void *start_and_cancel(void *arg)
{
    unsigned seed = (unsigned)(uintptr_t)arg;
    for (int i = 0; i < 500; i++) {
        tri_async *op;
        if (delay(rand_r(&seed) % (2 * TRI_TICKS_PER_MS), &op) != TRI_S_OK) {
            return "could not start";
        }
        if (i % 3 == 0) {
            tri_async_cancel(op);
        }
        if (i % 2 == 0 && !wait_stopped(op)) {
            return "never stopped";
        }
        tri_async_release(op); // where it was not waited for, it goes on unseen
    }
    return NULL;
}

static void several_threads_use_it(void **state)
{
    (void)state;
    pthread_t threads[4];
    for (uintptr_t i = 0; i < 4; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, start_and_cancel, (void *)(i + 1)), 0);
    }
    for (int i = 0; i < 4; i++) {
        void *complaint;
        pthread_join(threads[i], &complaint);
        assert_null(complaint);
    }
}

// The thread of the parent does not exist in the child, and its lock may be taken: both are made anew.
static void works_in_a_forked_child(void **state)
{
    (void)state;
    skip_without_threads_after_fork();
    tri_async *before, *op;
    assert_int_equal(delay(60 * TRI_TICKS_PER_SECOND, &before), TRI_S_OK);
    pid_t child = fork();
    if (child == 0) {
        alarm(10);
        bool good = delay(10 * TRI_TICKS_PER_MS, &op) == TRI_S_OK && wait_stopped(op) &&
                    status_of(op) == TRI_ASYNC_COMPLETED;
        tri_async_release(op);
        leave_child(good);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    assert_int_equal(status_of(before), TRI_ASYNC_STARTED);
    tri_async_cancel(before);
    assert_true(wait_stopped(before));
    tri_async_release(before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(its_heap_gives_the_earliest_first),
        cmocka_unit_test_teardown(a_delay_lasts_as_long_as_it_says, nothing_lives_soon),
        cmocka_unit_test_teardown(nothing_to_wait_for_is_over_at_once, nothing_lives_soon),
        cmocka_unit_test_teardown(bad_arguments_are_named, nothing_lives_soon),
        cmocka_unit_test_teardown(a_delay_for_ever_can_be_canceled, nothing_lives_soon),
        cmocka_unit_test_teardown(shorter_ones_end_first, nothing_lives_soon),
        cmocka_unit_test_teardown(a_countdown_reports_what_remains, nothing_lives_soon),
        cmocka_unit_test_teardown(a_countdown_longer_than_its_interval_allows, nothing_lives_soon),
        cmocka_unit_test_teardown(thousands_some_of_them_canceled, nothing_lives_soon),
        cmocka_unit_test_teardown(thousands_of_the_same_length, nothing_lives_soon),
        cmocka_unit_test_teardown(several_threads_use_it, nothing_lives_soon),
        cmocka_unit_test_teardown(works_in_a_forked_child, nothing_lives_soon),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
