// Waiting on a dispatcher: who is told what, in which order, and who is not.
#include "operation.h"

typedef struct record {
    unsigned progress;
    unsigned done;
    unsigned closed;
    uint32_t last;
    tri_waiter *cancel; // canceled from the callback
} record;

static void on_event(tri_waiter *waiter, void *ctx, unsigned events)
{
    record *seen = ctx;
    if (events & TRI_EVENT_PROGRESS) {
        seen->progress++;
        (void)tri_async_latest_progress(tri_waiter_async(waiter), &seen->last);
    }
    seen->done += (events & TRI_EVENT_DONE) != 0;
    seen->closed += (events & TRI_EVENT_CLOSED) != 0;
    if (seen->cancel) {
        tri_waiter_cancel(seen->cancel);
        seen->cancel = NULL;
    }
}

static tri_dispatcher *dispatcher_new(void)
{
    tri_dispatcher *dispatcher;
    assert_int_equal(tri_dispatcher_new(NULL, NULL, &dispatcher), TRI_S_OK);
    return dispatcher;
}

static void dispatcher_end(tri_dispatcher *dispatcher)
{
    tri_dispatcher_close(dispatcher, false);
    tri_dispatcher_release(dispatcher);
}

static void done_is_delivered_once(void **state)
{
    (void)state;
    tri_dispatcher *dispatcher = dispatcher_new();
    tri_async *op = operation_new(TRI_FACE_OPERATION);
    record a = {0}, b = {0}, late = {0};
    tri_waiter *waiter;
    assert_int_equal(tri_async_wait(op, dispatcher, 0, on_event, &a, &waiter), TRI_S_OK);
    assert_int_equal(tri_async_wait(op, dispatcher, 0, on_event, &b, &waiter), TRI_S_OK);
    assert_int_equal(tri_dispatcher_waiters(dispatcher), 2);
    assert_int_equal(tri_dispatcher_drain(dispatcher, 0), 0);
    operation_complete(op, 1);
    assert_int_equal(a.done, 0); // never from the completing thread
    assert_int_equal(tri_dispatcher_wait(dispatcher, 0), TRI_S_OK);
    assert_int_equal(tri_dispatcher_drain(dispatcher, 0), 2);
    assert_int_equal(a.done, 1);
    assert_int_equal(b.done, 1);
    assert_int_equal(tri_dispatcher_wait(dispatcher, 0), TRI_S_FALSE);
    assert_int_equal(tri_async_wait(op, dispatcher, 0, on_event, &late, &waiter), TRI_S_FALSE);
    assert_null(waiter);
    assert_int_equal(tri_dispatcher_waiters(dispatcher), 0);
    operation_drop(op);
    tri_async_release(op);
    dispatcher_end(dispatcher);
}

static void progress_is_coalesced_and_never_follows_done(void **state)
{
    (void)state;
    tri_dispatcher *dispatcher = dispatcher_new();
    tri_async *op = operation_new(TRI_FACE_ACTION_WITH_PROGRESS);
    record early = {0}, late = {0}, deaf = {0};
    tri_waiter *waiter;
    assert_int_equal(tri_async_wait(op, dispatcher, TRI_WAIT_PROGRESS, on_event, &early, &waiter),
                     TRI_S_OK);
    assert_int_equal(tri_async_wait(op, dispatcher, 0, on_event, &deaf, &waiter), TRI_S_OK);
    operation_report(op, 1);
    operation_report(op, 2);
    tri_dispatcher_drain(dispatcher, 0);
    assert_int_equal(early.progress, 1);
    assert_int_equal(early.last, 2);
    assert_int_equal(tri_async_wait(op, dispatcher, TRI_WAIT_PROGRESS, on_event, &late, &waiter),
                     TRI_S_OK);
    tri_dispatcher_drain(dispatcher, 0);
    assert_int_equal(late.last, 2); // the latest is kept for a late listener
    operation_report(op, 3);
    operation_complete(op, 0);
    operation_report(op, 4);
    tri_dispatcher_drain(dispatcher, 0);
    assert_int_equal(early.last, 3);
    assert_int_equal(early.done, 1);
    assert_int_equal(deaf.progress, 0);
    assert_int_equal(deaf.done, 1);
    operation_drop(op);
    tri_async_release(op);
    dispatcher_end(dispatcher);
}

static void an_awaiter_chooses_when_a_cancel_ends_its_wait(void **state)
{
    (void)state;
    tri_dispatcher *dispatcher = dispatcher_new();
    tri_async *op = operation_new(TRI_FACE_OPERATION);
    record now = {0}, stopped = {0};
    tri_waiter *waiter;
    assert_int_equal(tri_async_wait(op, dispatcher, 0, on_event, &now, &waiter), TRI_S_OK);
    assert_int_equal(tri_async_wait(op, dispatcher, TRI_WAIT_STOPPED, on_event, &stopped, &waiter),
                     TRI_S_OK);
    tri_async_cancel(op);
    tri_dispatcher_drain(dispatcher, 0);
    assert_int_equal(now.done, 1);
    assert_int_equal(stopped.done, 0);
    operation_drop(op);
    tri_dispatcher_drain(dispatcher, 0);
    assert_int_equal(stopped.done, 1);
    tri_async_release(op);
    dispatcher_end(dispatcher);
}

static void a_canceled_wait_is_silent(void **state)
{
    (void)state;
    tri_dispatcher *dispatcher = dispatcher_new();
    tri_async *op = operation_new(TRI_FACE_ACTION_WITH_PROGRESS);
    record idle = {0}, queued = {0}, ready = {0};
    tri_waiter *w_idle, *w_queued, *w_ready;
    assert_int_equal(tri_async_wait(op, dispatcher, 0, on_event, &idle, &w_idle), TRI_S_OK);
    assert_int_equal(tri_async_wait(op, dispatcher, TRI_WAIT_PROGRESS, on_event, &queued, &w_queued),
                     TRI_S_OK);
    assert_int_equal(tri_async_wait(op, dispatcher, 0, on_event, &ready, &w_ready), TRI_S_OK);
    tri_waiter_cancel(w_idle);
    operation_report(op, 1);
    tri_waiter_cancel(w_queued); // in the inbox, and still in the operation's list
    operation_complete(op, 0);
    tri_waiter_cancel(w_ready); // in the inbox, for the last time
    assert_int_equal(tri_dispatcher_waiters(dispatcher), 0);
    tri_dispatcher_drain(dispatcher, 0);
    assert_int_equal(idle.done + queued.done + queued.progress + ready.done, 0);
    operation_drop(op);
    tri_async_release(op);
    dispatcher_end(dispatcher);
}

static void a_callback_may_cancel_its_neighbour(void **state)
{
    (void)state;
    tri_dispatcher *dispatcher = dispatcher_new();
    tri_async *op = operation_new(TRI_FACE_ACTION);
    record first = {0}, second = {0};
    tri_waiter *waiter;
    assert_int_equal(tri_async_wait(op, dispatcher, 0, on_event, &first, &waiter), TRI_S_OK);
    assert_int_equal(tri_async_wait(op, dispatcher, 0, on_event, &second, &first.cancel), TRI_S_OK);
    operation_complete(op, 0);
    tri_dispatcher_drain(dispatcher, 0);
    assert_int_equal(first.done, 1);
    assert_int_equal(second.done, 0);
    operation_drop(op);
    tri_async_release(op);
    dispatcher_end(dispatcher);
}

static void a_budget_leaves_the_rest_for_the_next_turn(void **state)
{
    (void)state;
    tri_dispatcher *dispatcher = dispatcher_new();
    record seen[5] = {{0}};
    tri_async *ops[5];
    tri_waiter *waiter;
    for (int i = 0; i < 5; i++) {
        ops[i] = operation_new(TRI_FACE_ACTION);
        assert_int_equal(tri_async_wait(ops[i], dispatcher, 0, on_event, &seen[i], &waiter), TRI_S_OK);
        operation_complete(ops[i], 0);
    }
    assert_int_equal(tri_dispatcher_drain(dispatcher, 2), 2);
    assert_int_equal(seen[0].done + seen[1].done, 2); // first come, first served
    assert_int_equal(tri_dispatcher_wait(dispatcher, 0), TRI_S_OK);
    assert_int_equal(tri_dispatcher_drain(dispatcher, 0), 3);
    assert_int_equal(tri_dispatcher_wait(dispatcher, 0), TRI_S_FALSE);
    for (int i = 0; i < 5; i++) {
        operation_drop(ops[i]);
        tri_async_release(ops[i]);
    }
    dispatcher_end(dispatcher);
}

static void closing_tells_every_waiter(void **state)
{
    (void)state;
    tri_dispatcher *dispatcher = dispatcher_new();
    tri_async *pending = operation_new(TRI_FACE_ACTION), *over = operation_new(TRI_FACE_ACTION);
    record a = {0}, b = {0};
    tri_waiter *waiter;
    assert_int_equal(tri_async_wait(pending, dispatcher, 0, on_event, &a, &waiter), TRI_S_OK);
    assert_int_equal(tri_async_wait(over, dispatcher, 0, on_event, &b, &waiter), TRI_S_OK);
    operation_complete(over, 0);
    tri_dispatcher_close(dispatcher, true);
    assert_int_equal(a.closed, 1);
    assert_int_equal(b.closed, 1);
    assert_int_equal(a.done + b.done, 0);
    assert_true(tri__provider_canceled(&pending->provider));
    assert_int_equal(tri_async_wait(pending, dispatcher, 0, on_event, &a, &waiter), TRI_E_CLOSED);
    operation_drop(pending);
    operation_drop(over);
    tri_async_release(pending);
    tri_async_release(over);
    tri_dispatcher_release(dispatcher);
}

static void the_slot_is_taken_once(void **state)
{
    (void)state;
    tri_dispatcher *dispatcher = dispatcher_new();
    tri_async *op = operation_new(TRI_FACE_ACTION);
    record a = {0};
    tri_waiter *waiter;
    assert_int_equal(tri_async_wait(op, dispatcher, TRI_WAIT_SLOT, on_event, &a, &waiter), TRI_S_OK);
    assert_int_equal(tri_async_wait(op, dispatcher, TRI_WAIT_SLOT, on_event, &a, &waiter),
                     TRI_E_ILLEGAL_DELEGATE_ASSIGNMENT);
    tri_async_cancel(op);
    tri_dispatcher_drain(dispatcher, 0);
    assert_int_equal(a.done, 0); // Cancel itself calls no Completed handler
    operation_drop(op);
    tri_dispatcher_drain(dispatcher, 0);
    assert_int_equal(a.done, 1);
    tri_async_close(op);
    assert_int_equal(tri_async_wait(op, dispatcher, TRI_WAIT_SLOT, on_event, &a, &waiter),
                     TRI_E_ILLEGAL_METHOD_CALL);
    tri_async_release(op);
    dispatcher_end(dispatcher);
}

typedef struct nested {
    tri__job job; // first
    tri_async *op;
    tri_dispatcher *inner;
    tri_async *other;
    HRESULT waited;
} nested;

static void nested_run(tri__job *job)
{
    operation_complete(((nested *)job)->other, 0);
}

// In the middle of a drain: starts a job, and blocks until it is done.
static void nested_wait(tri_waiter *waiter, void *ctx, unsigned events)
{
    nested *self = ctx;
    record seen = {0};
    tri_waiter *inner_waiter;
    (void)waiter;
    (void)events;
    assert_int_equal(tri_async_wait(self->other, self->inner, 0, on_event, &seen, &inner_waiter), TRI_S_OK);
    assert_int_equal(tri__pool_submit(tri__runtime_pool(false), &self->job), TRI_S_OK);
    self->waited = tri_dispatcher_wait(self->inner, 5000);
    tri_dispatcher_drain(self->inner, 0);
    assert_int_equal(seen.done, 1);
}

static void a_callback_may_block_on_what_it_starts(void **state)
{
    (void)state;
    tri_dispatcher *dispatcher = dispatcher_new();
    nested self = {.job = {NULL, nested_run}, .inner = dispatcher_new(), .waited = TRI_E_FAIL};
    tri_waiter *waiter;
    self.op = operation_new(TRI_FACE_ACTION);
    self.other = operation_new(TRI_FACE_ACTION);
    assert_int_equal(tri_async_wait(self.op, dispatcher, 0, nested_wait, &self, &waiter), TRI_S_OK);
    operation_complete(self.op, 0);
    tri_dispatcher_drain(dispatcher, 0);
    assert_int_equal(self.waited, TRI_S_OK);
    dispatcher_end(self.inner);
    dispatcher_end(dispatcher);
    tri_async *ops[] = {self.op, self.other};
    for (int i = 0; i < 2; i++) {
        operation_drop(ops[i]);
        tri_async_release(ops[i]);
    }
}

typedef struct echo {
    tri_async *op;
    uint32_t seen[4];
    int count;
    int done;
} echo;

static void echo_event(tri_waiter *waiter, void *ctx, unsigned events)
{
    echo *self = ctx;
    (void)waiter;
    if (events & TRI_EVENT_DONE) {
        self->done++;
        return;
    }
    (void)tri_async_latest_progress(self->op, &self->seen[self->count]);
    if (self->count++ == 0) {
        operation_report(self->op, 2); // while the first is being told
        operation_complete(self->op, 0);
        assert_int_equal(self->done, 0);
    }
}

static void a_direct_waiter_misses_no_last_report(void **state)
{
    (void)state;
    echo self = {.op = operation_new(TRI_FACE_ACTION_WITH_PROGRESS)};
    tri_waiter waiter;
    assert_int_equal(tri__waiter_attach_direct(&waiter, self.op, TRI_WAIT_PROGRESS, echo_event, &self), TRI_S_OK);
    operation_report(self.op, 1);
    assert_int_equal(self.count, 2);
    assert_int_equal(self.seen[0], 1);
    assert_int_equal(self.seen[1], 2);
    assert_int_equal(self.done, 1);
    operation_drop(self.op);
    tri_async_release(self.op);
}

static void close_and_drop(tri_waiter *waiter, void *ctx, unsigned events)
{
    (void)waiter;
    if (events & TRI_EVENT_DONE) {
        tri_dispatcher_close(ctx, false);
        tri_dispatcher_release(ctx);
    }
}

static void a_dispatcher_may_be_dropped_in_a_callback(void **state)
{
    (void)state;
    tri_dispatcher *dispatcher = dispatcher_new();
    tri_async *op = operation_new(TRI_FACE_ACTION);
    tri_waiter *waiter;
    record other = {0};
    assert_int_equal(tri_async_wait(op, dispatcher, 0, close_and_drop, dispatcher, &waiter), TRI_S_OK);
    assert_int_equal(tri_async_wait(op, dispatcher, 0, on_event, &other, &waiter), TRI_S_OK);
    operation_complete(op, 0);
    tri_dispatcher_drain(dispatcher, 0);
    assert_int_equal(other.closed, 1);
    assert_int_equal(other.done, 0);
    operation_drop(op);
    tri_async_release(op);
}

#define TEST(name) cmocka_unit_test_teardown(name, nothing_lives)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(done_is_delivered_once),
        TEST(progress_is_coalesced_and_never_follows_done),
        TEST(an_awaiter_chooses_when_a_cancel_ends_its_wait),
        TEST(a_canceled_wait_is_silent),
        TEST(a_callback_may_cancel_its_neighbour),
        TEST(a_budget_leaves_the_rest_for_the_next_turn),
        TEST(closing_tells_every_waiter),
        TEST(the_slot_is_taken_once),
        TEST(a_dispatcher_may_be_dropped_in_a_callback),
        TEST(a_callback_may_block_on_what_it_starts),
        TEST(a_direct_waiter_misses_no_last_report),
    };
    return cmocka_run_group_tests_name("waiter", tests, NULL, NULL);
}
