// tri_async_timeout: an operation that follows another one, until its time is up.
//
// The timer, the end of the inner operation and a cancel of the outer one compete to give the outer operation its outcome;
// the first wins. `parties` says when the memory can go: the timer, the two waiters and the maker have left.
//
// A timeout is an Error, and in that state an operation counts as stopped: whoever must know that the work has stopped
// asks the inner operation.
#include "alloc.h"
#include "async.h"
#include "runtime.h"
#include "timer.h"

#include <stdio.h>
#include <string.h>

typedef struct deadline {
    tri__timer timer; // first
    tri_waiter waiter;  // for the outcome
    tri_waiter stopped; // for the end of the work: only then has the outer operation stopped too
    tri_async *inner; // a reference
    tri_async *outer; // the provider's reference to it is ours
    int64_t ticks;
    _Atomic bool expired; // the inner operation is being canceled because time is up
    _Atomic int parties;  // acq_rel: what each did is seen by the last
} deadline;

static void deadline_leave(deadline *d, int parties)
{
    if (atomic_fetch_sub_explicit(&d->parties, parties, memory_order_acq_rel) == parties) {
        tri__provider_on_cancel(&d->outer->provider, NULL, NULL);
        tri__provider_release(&d->outer->provider);
        tri_async_release(d->inner);
        tri__free(d);
    }
}

static void deadline_follow(deadline *d)
{
    const void *result;
    HRESULT hr = tri_async_outcome(d->inner, &result);
    if (hr == TRI_S_OK) {
        (void)tri__provider_complete_from(d->outer, d->inner);
    } else if (hr == TRI_E_CANCELED && atomic_load(&d->expired)) {
        char text[96];
        int length = snprintf(text, sizeof text, "operation '%s' took longer than %.3f s",
                              d->inner->name, (double)d->ticks / (double)TRI_TICKS_PER_SECOND);
        (void)tri__provider_fail(&d->outer->provider, TRI_E_TIMEOUT, text, (size_t)length);
    } else if (hr == TRI_E_CANCELED) {
        tri_async_cancel(d->outer);
    } else {
        const char *message = tri_error_message(hr);
        (void)tri__provider_fail(&d->outer->provider, hr, message, strlen(message));
    }
}

static void deadline_expired(tri__timer *timer)
{
    deadline *d = (deadline *)timer;
    // What is over already is in time, however short that is.
    if (!tri_async_is_done(d->inner)) {
        // Whoever sees the timeout finds the operation canceled: so that comes first, and what follows from it says why.
        atomic_store(&d->expired, true);
        tri_async_cancel(d->inner);
    }
    deadline_follow(d); // the waiter has done so, unless it is not attached yet
    deadline_leave(d, 1);
}

static void deadline_progress(deadline *d)
{
    const tri_type *type = d->inner->progress_type;
    _Alignas(16) char small[64];
    void *value = type->size <= sizeof small ? small : tri__alloc(type->size);
    // A report for which there is no memory is dropped; the next one makes up for it.
    if (value && tri_async_latest_progress(d->inner, value) == TRI_S_OK) {
        tri__provider_progress(&d->outer->provider, value);
    }
    if (value != small) {
        tri__free(value);
    }
}

static void deadline_event(tri_waiter *waiter, void *ctx, unsigned events)
{
    (void)waiter;
    deadline *d = ctx;
    if (events & TRI_EVENT_PROGRESS) {
        deadline_progress(d);
        return;
    }
    deadline_follow(d);
    deadline_leave(d, tri__timer_disarm(&d->timer) ? 2 : 1);
}

static void deadline_stopped(tri_waiter *waiter, void *ctx, unsigned events)
{
    (void)waiter;
    (void)events;
    deadline_leave(ctx, 1);
}

static void deadline_canceled(void *ctx)
{
    deadline *d = ctx;
    tri_async_cancel(d->inner);
}

HRESULT tri_async_timeout(tri_async *op, int64_t ticks, tri_async **out)
{
    *out = NULL;
    if (ticks < 0) {
        return tri_error_set(TRI_E_INVALIDARG, "timeout: expected a time that is not negative");
    }
    tri__async_spec spec = {
        .face = op->face,
        .result_type = op->result_type,
        .progress_type = op->progress_type,
        .name = op->name,
        .component_state = op->provider.state,
    };
    tri_async *outer;
    HRESULT hr = tri__async_new(&spec, &outer);
    if (TRI_FAILED(hr)) {
        return hr;
    }
    deadline *d = tri__calloc(sizeof *d);
    if (!d) {
        tri_async_release(outer);
        return tri_error_set(TRI_E_OUTOFMEMORY, "no memory for a timeout");
    }
    d->inner = tri_async_retain(op);
    d->outer = outer;
    d->ticks = ticks;
    d->timer.fn = deadline_expired;
    int64_t now = tri__os_now();
    d->timer.due = ticks > (INT64_MAX - now) / 100 ? INT64_MAX : now + ticks * 100;
    d->timer.index = TRI__TIMER_IDLE;
    // The two waiters, the timer, and this function.
    atomic_init(&d->parties, 4);
    hr = tri__provider_begin(outer);
    if (TRI_SUCCEEDED(hr)) {
        tri__provider_on_cancel(&outer->provider, deadline_canceled, d);
        hr = tri__timer_arm(&d->timer);
    }
    if (TRI_FAILED(hr)) {
        // Nobody knows the outer operation: it ends unseen.
        deadline_leave(d, 4);
        tri_async_release(outer);
        return hr;
    }
    unsigned flags = op->progress_type->kind == TRI_KIND_VOID ? 0 : TRI_WAIT_PROGRESS;
    if (tri__waiter_attach_direct(&d->waiter, op, flags, deadline_event, d) == TRI_S_FALSE) {
        deadline_event(&d->waiter, d, TRI_EVENT_DONE);
    }
    if (tri__waiter_attach_direct(&d->stopped, op, TRI_WAIT_STOPPED, deadline_stopped, d) == TRI_S_FALSE) {
        deadline_leave(d, 1);
    }
    deadline_leave(d, 1);
    *out = outer;
    return TRI_S_OK;
}
