// What a process brings: a fork, and the end.
#include "operation.h"

#include <sys/wait.h>
#include <unistd.h>

static void release_inline(tri_waiter *waiter, void *ctx, unsigned events)
{
    (void)waiter;
    *(unsigned *)ctx |= events;
}

// Runs a function in a forked child that is killed after 10 s; its return value is the exit code.
static int in_child(int (*fn)(void *), void *arg)
{
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        alarm(10);
        _exit(fn(arg));
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

typedef struct inherited {
    tri_async *op;
    tri_dispatcher *dispatcher;
} inherited;

typedef struct flag_job {
    tri__job job; // first
    _Atomic int set;
} flag_job;

static void job_set(tri__job *job)
{
    atomic_store(&((flag_job *)job)->set, 1);
}

static bool pool_works(void)
{
    static flag_job job = {{NULL, job_set}, 0};
    atomic_store(&job.set, 0);
    tri__pool *pool = tri__runtime_pool(false);
    if (!pool || tri__pool_submit(pool, &job.job) != TRI_S_OK) {
        return false;
    }
    for (int i = 0; i < 20000 && !atomic_load(&job.set); i++) {
        usleep(200);
    }
    return atomic_load(&job.set) == 1;
}

static int child_uses_trivium(void *arg)
{
    inherited *in = arg;
    int32_t status;
    HRESULT code;
    const void *result;
    tri_waiter *waiter;
    unsigned events = 0;
    if (tri_async_get_status(in->op, &status) != TRI_S_OK || status != TRI_ASYNC_ERROR) {
        return 1;
    }
    if (tri_async_get_error_code(in->op, &code) != TRI_S_OK || code != TRI_E_FORKED) {
        return 2;
    }
    if (tri_async_get_results(in->op, &result) != TRI_E_FORKED ||
        !strstr(tri_error_message(TRI_E_FORKED), "process forked")) {
        return 3;
    }
    tri_async_cancel(in->op);
    if (tri_dispatcher_drain(in->dispatcher, 0) != 0) {
        return 4; // must not take the parent's wake token
    }
    tri_dispatcher_close(in->dispatcher, true);
    if (!pool_works()) {
        return 5;
    }
    tri_dispatcher *own;
    if (tri_dispatcher_new(NULL, NULL, &own) != TRI_S_OK) {
        return 6;
    }
    tri_async *op = operation_new(TRI_FACE_OPERATION);
    if (tri_async_wait(op, own, 0, release_inline, &events, &waiter) != TRI_S_OK) {
        return 7;
    }
    operation_complete(op, 1);
    if (tri_dispatcher_drain(own, 0) != 1 || events != TRI_EVENT_DONE) {
        return 8;
    }
    return 0;
}

static void a_forked_child_goes_on(void **state)
{
    (void)state;
    inherited in;
    tri_waiter *waiter;
    unsigned events = 0;
    assert_int_equal(tri_dispatcher_new(NULL, NULL, &in.dispatcher), TRI_S_OK);
    in.op = operation_new(TRI_FACE_OPERATION);
    assert_true(pool_works()); // the parent has threads and locks of its own
    assert_int_equal(tri_async_wait(in.op, in.dispatcher, 0, release_inline, &events, &waiter), TRI_S_OK);
    operation_complete(in.op, 1); // so that the parent's descriptor is readable
    tri_async *pending = operation_new(TRI_FACE_OPERATION);
    tri__async_lock(pending); // a lock that is held while the process forks
    inherited locked = {pending, in.dispatcher};
    assert_int_equal(in_child(child_uses_trivium, &locked), 0);
    tri__async_unlock(pending);
    assert_int_equal(tri_dispatcher_wait(in.dispatcher, 0), TRI_S_OK);
    assert_int_equal(tri_dispatcher_drain(in.dispatcher, 0), 1);
    assert_int_equal(events, TRI_EVENT_DONE);
    tri_dispatcher_close(in.dispatcher, false);
    tri_dispatcher_release(in.dispatcher);
    operation_drop(in.op);
    tri_async_release(in.op);
    operation_drop(pending);
    tri_async_release(pending);
}

// ---- a fork in the middle of a drain
typedef struct forking {
    tri_dispatcher *dispatcher;
    int status;
} forking;

static int child_of_drain(void)
{
    inherited own;
    tri_waiter *waiter;
    unsigned events = 0;
    if (!pool_works()) {
        return 1; // what the parent kept back would be kept back here too
    }
    if (tri_dispatcher_new(NULL, NULL, &own.dispatcher) != TRI_S_OK) {
        return 2;
    }
    own.op = operation_new(TRI_FACE_OPERATION);
    if (tri_async_wait(own.op, own.dispatcher, 0, release_inline, &events, &waiter) != TRI_S_OK) {
        return 3;
    }
    operation_complete(own.op, 1);
    if (tri_dispatcher_drain(own.dispatcher, 0) != 1 || events != TRI_EVENT_DONE) {
        return 4;
    }
    return 0;
}

static void fork_in_drain(tri_waiter *waiter, void *ctx, unsigned events)
{
    forking *self = ctx;
    (void)waiter;
    (void)events;
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        alarm(10);
        self->status = -1; // goes on below, out of the drain
        return;
    }
    assert_int_equal(waitpid(child, &self->status, 0), child);
}

static void a_child_forked_inside_a_drain_goes_on(void **state)
{
    (void)state;
    forking self;
    tri_async *ops[3];
    unsigned events = 0;
    tri_waiter *waiter;
    assert_int_equal(tri_dispatcher_new(NULL, NULL, &self.dispatcher), TRI_S_OK);
    for (int i = 0; i < 3; i++) {
        ops[i] = operation_new(TRI_FACE_OPERATION);
        assert_int_equal(tri_async_wait(ops[i], self.dispatcher, 0, i == 1 ? fork_in_drain : release_inline,
                                        i == 1 ? (void *)&self : (void *)&events, &waiter),
                         TRI_S_OK);
        operation_complete(ops[i], 1);
    }
    self.status = 0;
    uint32_t delivered = tri_dispatcher_drain(self.dispatcher, 0);
    if (self.status == -1) {
        // The child: what was left in the drain is the parent's to deliver.
        _exit(delivered == 2 ? child_of_drain() : 20);
    }
    assert_int_equal(delivered, 3);
    assert_true(WIFEXITED(self.status));
    assert_int_equal(WEXITSTATUS(self.status), 0);
    assert_int_equal(tri_dispatcher_wait(self.dispatcher, 0), TRI_S_FALSE); // the child has not woken us
    tri_dispatcher_close(self.dispatcher, false);
    tri_dispatcher_release(self.dispatcher);
    for (int i = 0; i < 3; i++) {
        operation_drop(ops[i]);
        tri_async_release(ops[i]);
    }
}

static int child_waits_on_parents(void *arg)
{
    unsigned events = 0;
    tri_waiter *waiter;
    tri_async *op = operation_new(TRI_FACE_OPERATION);
    return tri_async_wait(op, arg, 0, release_inline, &events, &waiter) == TRI_E_CLOSED ? 0 : 1;
}

// Comes first: nothing else has set up the counting of forks yet.
static void a_dispatcher_is_the_processs_that_made_it(void **state)
{
    (void)state;
    tri_dispatcher *dispatcher;
    assert_int_equal(tri_dispatcher_new(NULL, NULL, &dispatcher), TRI_S_OK);
    assert_int_equal(in_child(child_waits_on_parents, dispatcher), 0);
    tri_dispatcher_close(dispatcher, false);
    tri_dispatcher_release(dispatcher);
}

static int child_calls_after_the_end(void *arg)
{
    const tri_component *puppet = arg;
    if (tri_shutdown(2000) != TRI_S_OK) {
        return 1;
    }
    for (uint32_t i = 0; i < puppet->method_count; i++) {
        const tri_method *method = puppet->methods[i];
        _Alignas(16) char args[512] = {0}, result[512] = {0};
        tri_async *op;
        void *block;
        if (method->face == TRI_FACE_SYNC && method->args_size <= sizeof args) {
            if (tri_method_call(method, args, result) != TRI_E_CLOSED) {
                return 2;
            }
        } else if (method->face != TRI_FACE_SYNC) {
            if (tri_method_prepare(method, &op, &block) != TRI_S_OK || tri_async_start(op) != TRI_E_CLOSED) {
                return 3;
            }
            tri_async_release(op);
        }
    }
    return 0;
}

static void nothing_is_called_after_the_end(void **state)
{
    (void)state;
    const tri_component *puppet;
    assert_int_equal(tri_component_load("puppet", 6, &puppet), TRI_S_OK);
    assert_int_equal(in_child(child_calls_after_the_end, (void *)(uintptr_t)puppet), 0);
}

static void end_work(void *ctx)
{
    tri_async *op = ctx;
    tri__provider_release(&op->provider);
}

static int child_shuts_down(void *arg)
{
    (void)arg;
    if (!pool_works()) {
        return 1;
    }
    tri_async *held = operation_new(TRI_FACE_ACTION);
    tri__provider_on_cancel(&held->provider, end_work, held);
    if (tri_shutdown(2000) != TRI_S_OK) {
        return 2;
    }
    int32_t status;
    if (tri_async_get_status(held, &status) != TRI_S_OK || status != TRI_ASYNC_CANCELED) {
        return 3;
    }
    flag_job job = {{NULL, job_set}, 0};
    if (tri__pool_submit(tri__runtime_pool(false), &job.job) != TRI_E_CLOSED) {
        return 4;
    }
    // Work that never stops: the end comes all the same.
    tri_async *deaf = operation_new(TRI_FACE_ACTION);
    tri__provider_retain(&deaf->provider);
    int64_t before = tri__os_now();
    if (tri_shutdown(100) != TRI_S_FALSE || tri__os_now() - before > INT64_C(3000000000)) {
        return 5;
    }
    return 0;
}

static void the_end_cancels_and_waits(void **state)
{
    (void)state;
    assert_int_equal(in_child(child_shuts_down, NULL), 0);
}

#define TEST(name) cmocka_unit_test_teardown(name, nothing_lives)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_dispatcher_is_the_processs_that_made_it),
        TEST(a_forked_child_goes_on),
        TEST(a_child_forked_inside_a_drain_goes_on),
        TEST(nothing_is_called_after_the_end),
        TEST(the_end_cancels_and_waits),
    };
    return cmocka_run_group_tests_name("runtime", tests, NULL, NULL);
}
