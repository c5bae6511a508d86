// The pool: every job runs once, none waits behind a long one, and the end is quiet.
#include "operation.h"

#include <unistd.h>

typedef struct counted_job {
    tri__job job; // first
    _Atomic int *counter;
    tri__pool *pool;
    int children; // submitted from the job
    struct counted_job *next_jobs;
} counted_job;

static void run_counted(tri__job *job)
{
    counted_job *self = (counted_job *)job;
    for (int i = 0; i < self->children; i++) {
        assert_int_equal(tri__pool_submit(self->pool, &self->next_jobs[i].job), TRI_S_OK);
    }
    atomic_fetch_add(self->counter, 1);
}

static bool wait_for(_Atomic int *counter, int value)
{
    int64_t until = tri__os_now() + INT64_C(20000000000);
    while (atomic_load(counter) != value && tri__os_now() < until) {
        usleep(200);
    }
    return atomic_load(counter) == value;
}

static void every_job_runs_once(void **state)
{
    (void)state;
    enum { COUNT = 20000 };
    _Atomic int counter = 0;
    tri__pool *pool = tri__pool_new(3, false);
    counted_job *jobs = calloc(COUNT, sizeof *jobs);
    for (int i = 0; i < COUNT; i++) {
        jobs[i] = (counted_job){{NULL, run_counted}, &counter, pool, 0, NULL};
        if (i % 100 == 0) {
            tri_submit_hold();
        }
        assert_int_equal(tri__pool_submit(pool, &jobs[i].job), TRI_S_OK);
        if (i % 100 == 50) {
            tri_submit_resume(); // half of them go together, half one by one
        }
    }
    assert_true(wait_for(&counter, COUNT));
    assert_null(tri__pool_close(pool));
    assert_true(tri__pool_wait_quiet(pool, tri__os_now() + INT64_C(5000000000)));
    assert_int_equal(atomic_load(&counter), COUNT); // and none of them twice
    assert_int_equal(tri__pool_submit(pool, &jobs[0].job), TRI_E_CLOSED);
    free(jobs); // The pool itself stays: its threads sleep in it until the process ends.
}

static void jobs_submit_jobs(void **state)
{
    (void)state;
    enum { PARENTS = 200, CHILDREN = 20 };
    static counted_job parents[PARENTS], children[PARENTS][CHILDREN];
    _Atomic int counter = 0;
    tri__pool *pool = tri__pool_new(2, false);
    for (int i = 0; i < PARENTS; i++) {
        for (int k = 0; k < CHILDREN; k++) {
            children[i][k] = (counted_job){{NULL, run_counted}, &counter, pool, 0, NULL};
        }
        parents[i] = (counted_job){{NULL, run_counted}, &counter, pool, CHILDREN, children[i]};
        assert_int_equal(tri__pool_submit(pool, &parents[i].job), TRI_S_OK);
    }
    assert_true(wait_for(&counter, PARENTS * (CHILDREN + 1)));
    tri__pool_close(pool);
    assert_true(tri__pool_wait_quiet(pool, tri__os_now() + INT64_C(5000000000)));
}

typedef struct blocking_job {
    tri__job job; // first
    _Atomic int *go;
    _Atomic int *arrived;
} blocking_job;

static void run_blocking(tri__job *job)
{
    blocking_job *self = (blocking_job *)job;
    atomic_fetch_add(self->arrived, 1);
    assert_true(wait_for(self->go, 1));
}

// Two workers, one of which is kept: what it has taken beside the long job is done by the other.
static void nothing_waits_behind_a_long_job(void **state)
{
    (void)state;
    enum { COUNT = 500 };
    static counted_job jobs[COUNT];
    _Atomic int counter = 0, go = 0, arrived = 0;
    tri__pool *pool = tri__pool_new(2, false);
    blocking_job blocker = {{NULL, run_blocking}, &go, &arrived};
    tri_submit_hold();
    assert_int_equal(tri__pool_submit(pool, &blocker.job), TRI_S_OK);
    for (int i = 0; i < COUNT; i++) {
        jobs[i] = (counted_job){{NULL, run_counted}, &counter, pool, 0, NULL};
        assert_int_equal(tri__pool_submit(pool, &jobs[i].job), TRI_S_OK);
    }
    tri_submit_resume();
    assert_true(wait_for(&counter, COUNT));
    assert_int_equal(atomic_load(&arrived), 1);
    assert_false(tri__pool_wait_quiet(pool, tri__os_now() + 1000000));
    atomic_store(&go, 1);
    tri__pool_close(pool);
    assert_true(tri__pool_wait_quiet(pool, tri__os_now() + INT64_C(5000000000)));
}

// An elastic pool runs as many at a time as there are.
static void an_elastic_pool_grows(void **state)
{
    (void)state;
    enum { COUNT = 20 };
    static blocking_job jobs[COUNT];
    _Atomic int go = 0, arrived = 0;
    tri__pool *pool = tri__pool_new(64, true);
    for (int i = 0; i < COUNT; i++) {
        jobs[i] = (blocking_job){{NULL, run_blocking}, &go, &arrived};
        assert_int_equal(tri__pool_submit(pool, &jobs[i].job), TRI_S_OK);
    }
    assert_true(wait_for(&arrived, COUNT));
    atomic_store(&go, 1);
    tri__pool_close(pool);
    assert_true(tri__pool_wait_quiet(pool, tri__os_now() + INT64_C(5000000000)));
}

#define TEST(name) cmocka_unit_test_teardown(name, nothing_lives)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_job_runs_once),
        TEST(jobs_submit_jobs),
        TEST(nothing_waits_behind_a_long_job),
        TEST(an_elastic_pool_grows),
    };
    return cmocka_run_group_tests_name("thread_pool", tests, NULL, NULL);
}
