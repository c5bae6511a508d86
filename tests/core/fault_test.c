// Without memory: the first, second, ... allocation of the life of an operation fails, alone or with all that follow. Whatever
// happens is said by a return value; nothing is left over, and an operation that has begun still ends and is told.
#include "operation.h"

#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

static _Atomic int gate_left;  // allocations that still succeed; negative: no limit
static _Atomic bool gate_once; // only one fails

static bool gate(void)
{
    int left = atomic_fetch_sub(&gate_left, 1);
    return left > 0 || (left < 0 && atomic_load(&gate_once));
}

typedef struct told {
    int done;
    int progress;
} told;

static void on_told(tri_waiter *waiter, void *ctx, unsigned events)
{
    told *self = ctx;
    (void)waiter;
    self->done += (events & (TRI_EVENT_DONE | TRI_EVENT_CLOSED)) != 0;
    self->progress += (events & TRI_EVENT_PROGRESS) != 0;
}

typedef struct delegate {
    const tri_CompletedHandlerVtbl *vtbl;
    _Atomic uint32_t refs;
    _Atomic int calls;
} delegate;

static HRESULT TRI_STDCALL delegate_query(void *self, const tri_guid *iid, void **out)
{
    (void)self;
    (void)iid;
    *out = NULL;
    return TRI_E_NOINTERFACE;
}

static uint32_t TRI_STDCALL delegate_add_ref(void *self)
{
    return atomic_fetch_add(&((delegate *)self)->refs, 1) + 1;
}

static uint32_t TRI_STDCALL delegate_release(void *self)
{
    return atomic_fetch_sub(&((delegate *)self)->refs, 1) - 1;
}

static HRESULT TRI_STDCALL delegate_invoke(void *self, void *sender, int32_t status)
{
    (void)sender;
    (void)status;
    atomic_fetch_add(&((delegate *)self)->calls, 1);
    return TRI_S_OK;
}

static const tri_CompletedHandlerVtbl delegate_vtbl = {delegate_query, delegate_add_ref, delegate_release,
                                                       delegate_invoke};

// One life; false when something failed on the way. Every failure must be TRI_E_OUTOFMEMORY, and leave nothing.
static bool live(bool fail)
{
    tri_dispatcher *dispatcher = NULL;
    tri_async *op = NULL, *outer = NULL;
    tri_waiter *waiter;
    told seen[4] = {{0}};
    bool waits[4] = {false};
    bool good = true;
    delegate handler = {.vtbl = &delegate_vtbl, .refs = 1};
    tri__async_spec spec = {
        .face = TRI_FACE_OPERATION_WITH_PROGRESS,
        .result_type = tri_type_builtin(TRI_KIND_STRING),
        .progress_type = tri_type_builtin(TRI_KIND_STRING),
        .name = "TestAsync",
    };
    HRESULT hr = tri_dispatcher_new(NULL, NULL, &dispatcher);
    if (TRI_SUCCEEDED(hr)) {
        hr = tri__async_new(&spec, &op);
    }
    if (TRI_FAILED(hr)) {
        assert_int_equal(hr, TRI_E_OUTOFMEMORY);
        if (dispatcher) {
            tri_dispatcher_close(dispatcher, false);
            tri_dispatcher_release(dispatcher);
        }
        return false;
    }
    assert_int_equal(tri__provider_begin(op), TRI_S_OK);
    for (int i = 0; i < 3; i++) { // the first needs no memory, the others do
        hr = tri_async_wait(op, dispatcher, TRI_WAIT_PROGRESS, on_told, &seen[i], &waiter);
        waits[i] = hr == TRI_S_OK;
        assert_true(waits[i] || hr == TRI_E_OUTOFMEMORY);
        good = good && waits[i];
    }
    assert_true(waits[0]);
    hr = tri_async_timeout(op, 600 * TRI_TICKS_PER_SECOND, &outer);
    assert_true(hr == TRI_S_OK || hr == TRI_E_OUTOFMEMORY);
    if (outer) {
        hr = tri_async_wait(outer, dispatcher, 0, on_told, &seen[3], &waiter);
        waits[3] = hr == TRI_S_OK;
        assert_true(waits[3]); // again the first of its operation
    }
    good = good && outer;
    void *face = tri_async_to_abi(op);
    hr = ((tri_IAsyncOperationWithProgress *)face)->vtbl->put_Completed(face, &handler);
    assert_true(hr == TRI_S_OK || hr == TRI_E_OUTOFMEMORY);
    bool set = hr == TRI_S_OK;
    good = good && set;
    tri_string *text = NULL;
    if (tri_string_new(tri_core_host(), "text", 4, &text) == TRI_S_OK) {
        tri__provider_progress(&op->provider, &text);
    } else {
        good = false;
    }
    if (fail) {
        assert_int_equal(operation_fail(op, TRI_E_ACCESSDENIED, "a message that needs memory"), TRI_S_OK);
    } else {
        tri_string *result = NULL;
        hr = tri_string_new(tri_core_host(), "result", 6, &result);
        good = good && TRI_SUCCEEDED(hr);
        assert_int_equal(tri__provider_complete(&op->provider, &result), TRI_S_OK); // NULL is the empty string
    }
    tri__provider_release(&op->provider);
    assert_int_equal(atomic_load(&handler.calls), set);
    tri_dispatcher_drain(dispatcher, 0);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(seen[i].done, waits[i]); // whoever waits is told
    }
    const void *result;
    hr = tri_async_get_results(op, &result);
    assert_int_equal(hr, fail ? TRI_E_ACCESSDENIED : TRI_S_OK);
    ((tri_IUnknown *)face)->vtbl->Release(face);
    tri_async_release(op);
    tri_async_release(outer);
    tri_dispatcher_close(dispatcher, false);
    tri_dispatcher_release(dispatcher);
    assert_int_equal(atomic_load(&handler.refs), 1);
    return good;
}

static void sweep(bool fail, bool once)
{
    int failing = 0;
    assert_true(live(fail)); // what is made once is made: the timer's thread and heap
    for (int at = 0; at < 200; at++) {
        atomic_store(&gate_once, once);
        atomic_store(&gate_left, at);
        tri__alloc_set_gate(gate);
        bool good = live(fail);
        tri__alloc_set_gate(NULL);
        for (int kind = 0; kind < TRI_LIVE_COUNT; kind++) {
            assert_int_equal(tri_live_count((tri_live)kind), 0);
        }
        failing = at;
        // Past the last allocation nothing fails any more. A message that is dropped makes no failure.
        if (good && atomic_load(&gate_left) > 0) {
            break;
        }
    }
    print_message("%d allocations\n", failing);
    assert_in_range(failing, 5, 150);
}

static void every_allocation_fails_alone(void **state)
{
    (void)state;
    sweep(false, true);
    sweep(true, true);
}

static void every_allocation_fails_and_all_after_it(void **state)
{
    (void)state;
    sweep(false, false);
    sweep(true, false);
}

#if !defined(__SANITIZE_THREAD__) // its runtime starts no threads in a forked child
// From a process that has nothing yet: runtime, pool, timer and its heap are made under the gate.
static void the_first_use_fails_too(void **state)
{
    (void)state;
    for (int at = 0; at < 12; at++) {
        fflush(NULL);
        pid_t child = fork(); // a child has none of these
        if (child == 0) {
            alarm(10);
            atomic_store(&gate_once, at % 2 == 0);
            atomic_store(&gate_left, at / 2);
            tri__alloc_set_gate(gate);
            (void)live(false);
            (void)tri__runtime_pool(false);
            (void)tri__runtime_load_lock();
            tri__alloc_set_gate(NULL);
            _exit(live(false) && tri__runtime_pool(false) ? 0 : 1);
        }
        int status;
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), 0);
    }
}

#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
#if !defined(__SANITIZE_THREAD__)
        cmocka_unit_test_teardown(the_first_use_fails_too, nothing_lives),
#endif
        cmocka_unit_test_teardown(every_allocation_fails_alone, nothing_lives),
        cmocka_unit_test_teardown(every_allocation_fails_and_all_after_it, nothing_lives),
    };
    return cmocka_run_group_tests_name("fault", tests, NULL, NULL);
}
