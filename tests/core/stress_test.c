// Everything at once: loops that wait, change their minds and cancel, while other threads report and complete. Bounded in
// count; the seed is printed, TRI_SEED sets it, TRI_STRESS multiplies the rounds.
#include "operation.h"

#include <pthread.h>
#include <time.h>

enum { LOOPS = 2, WORKERS = 2, IN_FLIGHT = 64, ROUNDS = 4000 };

typedef struct xorshift {
    uint32_t state;
} xorshift;

static uint32_t next_random(xorshift *random, uint32_t below)
{
    random->state ^= random->state << 13;
    random->state ^= random->state >> 17;
    random->state ^= random->state << 5;
    return random->state % below;
}

// ---- workers: take an operation from a ring, report a little, end it in one of several ways
static struct {
    pthread_mutex_t mutex; // protects what follows
    pthread_cond_t changed;
    tri_async *ring[1024];
    size_t head, tail;
    bool ended;
} queue = {.mutex = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

static void *work(void *arg)
{
    xorshift random = {*(uint32_t *)arg};
    for (;;) {
        pthread_mutex_lock(&queue.mutex);
        while (queue.head == queue.tail && !queue.ended) {
            pthread_cond_wait(&queue.changed, &queue.mutex);
        }
        if (queue.head == queue.tail) {
            pthread_mutex_unlock(&queue.mutex);
            return NULL;
        }
        tri_async *op = queue.ring[queue.head++ % 1024];
        pthread_mutex_unlock(&queue.mutex);
        for (uint32_t i = next_random(&random, 4); i > 0; i--) {
            operation_report(op, i);
        }
        switch (next_random(&random, 4)) {
        case 0:
            operation_fail(op, TRI_E_FAIL, "failed");
            break;
        case 1:
            break; // dropped without an outcome
        default:
            operation_complete(op, 7);
        }
        operation_drop(op);
    }
}

typedef struct waiting {
    tri_waiter *waiter; // NULL: none
    bool over;
    int events;
} waiting;

typedef struct loop {
    uint32_t seed;
    size_t rounds;
    size_t done;
    int errors;
} loop;

static void on_waiting(tri_waiter *waiter, void *ctx, unsigned events)
{
    waiting *w = ctx;
    (void)waiter;
    w->events++;
    if (events & (TRI_EVENT_DONE | TRI_EVENT_CLOSED)) {
        w->over = true;
        w->waiter = NULL;
    }
}

static void put(tri_async *op)
{
    pthread_mutex_lock(&queue.mutex);
    queue.ring[queue.tail++ % 1024] = op;
    pthread_cond_signal(&queue.changed);
    pthread_mutex_unlock(&queue.mutex);
}

static void *run_loop(void *arg)
{
    loop *self = arg;
    xorshift random = {self->seed};
    tri_dispatcher *dispatcher;
    if (tri_dispatcher_new(NULL, NULL, &dispatcher) != TRI_S_OK) {
        self->errors++;
        return NULL;
    }
    for (size_t round = 0; round < self->rounds; round += IN_FLIGHT) {
        tri_async *ops[IN_FLIGHT];
        waiting waits[IN_FLIGHT][2];
        for (int i = 0; i < IN_FLIGHT; i++) {
            ops[i] = operation_new(TRI_FACE_OPERATION_WITH_PROGRESS);
            for (int k = 0; k < 2; k++) {
                unsigned flags = next_random(&random, 4); // PROGRESS and STOPPED, or not
                waits[i][k] = (waiting){NULL, false, 0};
                if (k == 1) {
                    put(ops[i]); // the second wait races with the work
                }
                HRESULT hr =
                    tri_async_wait(ops[i], dispatcher, flags, on_waiting, &waits[i][k], &waits[i][k].waiter);
                self->errors += TRI_FAILED(hr);
                waits[i][k].over = hr == TRI_S_FALSE;
            }
            switch (next_random(&random, 6)) {
            case 0:
                tri_async_cancel(ops[i]);
                break;
            case 1:
                (void)tri_async_close(ops[i]);
                break;
            case 2:
                if (waits[i][0].waiter) {
                    tri_waiter_cancel(waits[i][0].waiter);
                    waits[i][0].waiter = NULL;
                    waits[i][0].over = true;
                }
                break;
            default:
                break;
            }
            if (next_random(&random, 8) == 0) {
                tri_dispatcher_drain(dispatcher, next_random(&random, 4));
            }
        }
        int64_t until = tri__os_now() + INT64_C(20000000000);
        while (tri_dispatcher_waiters(dispatcher) > 0 && tri__os_now() < until) {
            (void)tri_dispatcher_wait(dispatcher, 1000);
            tri_dispatcher_drain(dispatcher, 0);
        }
        for (int i = 0; i < IN_FLIGHT; i++) {
            self->errors += !waits[i][0].over + !waits[i][1].over; // a lost wake-up
            tri_async_release(ops[i]);
            self->done++;
        }
    }
    tri_dispatcher_close(dispatcher, true);
    tri_dispatcher_release(dispatcher);
    return NULL;
}

static void nothing_is_lost(void **state)
{
    (void)state;
    const char *seed_text = getenv("TRI_SEED"), *factor_text = getenv("TRI_STRESS");
    uint32_t seed = seed_text ? (uint32_t)strtoul(seed_text, NULL, 10) : (uint32_t)time(NULL);
    size_t factor = factor_text ? (size_t)strtoul(factor_text, NULL, 10) : 1;
    print_message("seed %u\n", seed);
    pthread_t loop_threads[LOOPS], work_threads[WORKERS];
    loop loops[LOOPS];
    uint32_t work_seeds[WORKERS];
    for (uint32_t i = 0; i < WORKERS; i++) {
        work_seeds[i] = seed * 31 + i + 1;
        pthread_create(&work_threads[i], NULL, work, &work_seeds[i]);
    }
    for (uint32_t i = 0; i < LOOPS; i++) {
        loops[i] = (loop){seed * 17 + i + 1, ROUNDS * factor, 0, 0};
        pthread_create(&loop_threads[i], NULL, run_loop, &loops[i]);
    }
    for (int i = 0; i < LOOPS; i++) {
        pthread_join(loop_threads[i], NULL);
    }
    pthread_mutex_lock(&queue.mutex);
    queue.ended = true;
    pthread_cond_broadcast(&queue.changed);
    pthread_mutex_unlock(&queue.mutex);
    for (int i = 0; i < WORKERS; i++) {
        pthread_join(work_threads[i], NULL);
    }
    for (int i = 0; i < LOOPS; i++) {
        assert_int_equal(loops[i].errors, 0);
        assert_true(loops[i].done >= ROUNDS * factor);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(nothing_is_lost, nothing_lives),
    };
    return cmocka_run_group_tests_name("stress", tests, NULL, NULL);
}
