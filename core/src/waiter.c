// Who waits for an operation, and how it is told.
//
// A waiter is in its operation's list until what it waits for has happened. Telling sets a bit in it and, when the bits
// leave 0, puts it into its dispatcher's inbox; draining takes the bits. Its memory is freed on the loop's thread only.
#include "alloc.h"
#include "async.h"

static bool waiter_satisfied(const tri_waiter *waiter, tri__state state)
{
    return waiter->flags & TRI_WAIT_STOPPED ? tri__state_is_stopped(state)
                                            : tri__state_has_outcome(state);
}

static void waiter_free(tri_waiter *waiter)
{
    tri_async *op = waiter->op;
    // Whoever pushed it did so under the lock, and may still be about to take a reference to its dispatcher.
    tri__async_lock_pass(op);
    if (waiter == &op->first_waiter) {
        // release: pairs with the acquire in tri_async_wait; the next user finds it left alone.
        atomic_store_explicit(&op->first_waiter_used, false, memory_order_release);
    } else {
        tri__free(waiter);
        tri__live_add(TRI_LIVE_WAITER, -1);
    }
    tri_async_release(op);
}

// Under the operation's lock.
static void waiter_append(tri_async *op, tri_waiter *waiter)
{
    waiter->listed = true;
    waiter->op_next = NULL;
    *op->guarded.waiters_tail = waiter;
    op->guarded.waiters_tail = &waiter->op_next;
}

// Under the operation's lock.
static void waiter_remove(tri_async *op, tri_waiter *waiter)
{
    tri_waiter **link = &op->guarded.waiters;
    while (*link != waiter) {
        link = &(*link)->op_next;
    }
    *link = waiter->op_next;
    if (!*link) {
        op->guarded.waiters_tail = link;
    }
    waiter->listed = false;
}

static void loop_link(tri_waiter *waiter)
{
    tri_dispatcher *dispatcher = waiter->dispatcher;
    waiter->loop_prev = NULL;
    waiter->loop_next = dispatcher->waiters;
    if (waiter->loop_next) {
        waiter->loop_next->loop_prev = waiter;
    }
    dispatcher->waiters = waiter;
    dispatcher->waiter_count++;
}

static void loop_unlink(tri_waiter *waiter)
{
    tri_dispatcher *dispatcher = waiter->dispatcher;
    if (waiter->loop_prev) {
        waiter->loop_prev->loop_next = waiter->loop_next;
    } else {
        dispatcher->waiters = waiter->loop_next;
    }
    if (waiter->loop_next) {
        waiter->loop_next->loop_prev = waiter->loop_prev;
    }
    dispatcher->waiter_count--;
}

// Dispatchers that are owed a wake, each with a reference. Rarely more than one; what does not fit is woken at once.
typedef struct tri__wakes wakes;

static void wakes_add(wakes *list, tri_dispatcher *dispatcher)
{
    if (list->count == sizeof list->owed / sizeof list->owed[0]) {
        tri__dispatcher_wake(dispatcher);
        return;
    }
    list->owed[list->count++] = tri_dispatcher_retain(dispatcher);
}

static void wakes_pay(wakes *list)
{
    for (unsigned i = 0; i < list->count; i++) {
        tri__dispatcher_wake(list->owed[i]);
        tri_dispatcher_release(list->owed[i]);
    }
    list->count = 0;
}

// Under the operation's lock: sets bits, and notes a dispatcher that is owed a wake. The waiter may be delivered as soon as
// it is pushed, but its dispatcher lives until the loop's thread has had the lock (waiter_free, waiter_detach).
static void waiter_tell(tri_waiter *waiter, unsigned bits, wakes *list)
{
    tri_dispatcher *dispatcher = waiter->dispatcher;
    // While the bits are 0 only we, under the lock, change them: no exchange is needed. acquire: pairs with the exchange in
    // tri__waiter_deliver, before which the loop has read node.next. The store is relaxed: the push publishes it. If the bits
    // are not 0, the loop may take them at this moment; the old value tells whether it did.
    if (atomic_load_explicit(&waiter->bits, memory_order_acquire) == 0) {
        atomic_store_explicit(&waiter->bits, bits, memory_order_relaxed);
    } else if (atomic_fetch_or(&waiter->bits, bits) != 0) {
        return;
    }
    if (tri__dispatcher_push(dispatcher, &waiter->node)) {
        wakes_add(list, dispatcher);
    }
}

HRESULT tri_async_wait(tri_async *op, tri_dispatcher *dispatcher, unsigned flags, tri_waiter_fn *fn,
                       void *ctx, tri_waiter **out)
{
    *out = NULL;
    if (dispatcher->closed || dispatcher->epoch != tri__runtime_epoch()) {
        return tri_error_set(TRI_E_CLOSED, dispatcher->closed
                                               ? "the event loop of this dispatcher is closed"
                                               : "the dispatcher belongs to the parent process");
    }
    if (tri__async_is_forked(op)) {
        return TRI_S_FALSE;
    }
    if (flags & TRI_WAIT_SLOT) {
        flags |= TRI_WAIT_STOPPED;
    }
    tri_waiter *waiter = NULL;
    tri_waiter *spare = NULL;
    HRESULT hr = TRI_S_OK;
    for (;;) {
        tri__async_lock(op);
        // acquire: pairs with the release in waiter_free. Only set under the lock, so nobody else takes it meanwhile.
        if (!atomic_load_explicit(&op->first_waiter_used, memory_order_acquire)) {
            atomic_store_explicit(&op->first_waiter_used, true, memory_order_relaxed);
            waiter = &op->first_waiter;
        } else if (spare) {
            waiter = spare;
            spare = NULL;
        }
        if (waiter) {
            break;
        }
        tri__async_unlock(op);
        spare = tri__calloc(sizeof *spare);
        if (!spare) {
            return tri_error_set(TRI_E_OUTOFMEMORY, "no memory to wait for an operation");
        }
    }
    waiter->node.deliver = tri__waiter_deliver;
    waiter->op = op;
    waiter->dispatcher = dispatcher;
    waiter->fn = fn;
    waiter->ctx = ctx;
    waiter->flags = flags;
    waiter->dead = false;
    atomic_init(&waiter->bits, 0);
    // Still locked: a state that is set after this look finds the waiter in the list, because telling takes the lock.
    tri__state state = tri__async_state(op);
    if (flags & TRI_WAIT_SLOT) {
        hr = tri__async_take_slot(op, state);
    }
    // A set slot fires in every state that has an outcome, also while the work of a canceled one runs on.
    bool over = flags & TRI_WAIT_SLOT ? tri__state_has_outcome(state) : waiter_satisfied(waiter, state);
    if (hr != TRI_S_OK || over) {
        if (waiter == &op->first_waiter) {
            atomic_store_explicit(&op->first_waiter_used, false, memory_order_relaxed); // under the lock
        } else {
            spare = waiter;
        }
        tri__async_unlock(op);
        tri__free(spare);
        if (hr != TRI_S_OK) {
            return tri__async_refuse(hr, "Completed", state);
        }
        return TRI_S_FALSE;
    }
    tri_async_retain(op);
    waiter_append(op, waiter);
    wakes wake = {.count = 0};
    if (flags & TRI_WAIT_PROGRESS && op->guarded.has_progress) {
        waiter_tell(waiter, TRI_EVENT_PROGRESS, &wake); // A late listener gets the latest value.
    }
    tri__async_unlock(op);
    tri__free(spare);
    loop_link(waiter);
    if (waiter != &op->first_waiter) {
        tri__live_add(TRI_LIVE_WAITER, 1);
    }
    wakes_pay(&wake);
    *out = waiter;
    return TRI_S_OK;
}

HRESULT tri__waiter_attach_direct(tri_waiter *waiter, tri_async *op, unsigned flags, tri_waiter_fn *fn,
                                  void *ctx)
{
    waiter->op = op;
    waiter->dispatcher = NULL;
    waiter->fn = fn;
    waiter->ctx = ctx;
    waiter->flags = flags;
    waiter->listed = false;
    atomic_init(&waiter->bits, 0);
    if (tri__async_is_forked(op)) {
        return TRI_S_FALSE;
    }
    tri__async_lock(op);
    bool over = waiter_satisfied(waiter, tri__async_state(op));
    if (!over) {
        waiter_append(op, waiter);
    }
    tri__async_unlock(op);
    return over ? TRI_S_FALSE : TRI_S_OK;
}

tri_async *tri_waiter_async(tri_waiter *waiter)
{
    return waiter->op;
}

// Takes a waiter off; true: nobody will push it any more and it is in no inbox, so it can be freed here.
static bool waiter_detach(tri_waiter *waiter)
{
    tri_async *op = waiter->op;
    waiter->dead = true;
    loop_unlink(waiter);
    tri__async_lock(op);
    if (waiter->listed) {
        waiter_remove(op, waiter);
    }
    bool queued = atomic_load(&waiter->bits) != 0;
    tri__async_unlock(op);
    return !queued;
}

void tri_waiter_cancel(tri_waiter *waiter)
{
    if (!waiter->dead && !tri__async_is_forked(waiter->op) && waiter_detach(waiter)) {
        waiter_free(waiter);
    }
}

void tri__waiter_close(tri_waiter *waiter, bool cancel)
{
    tri_waiter_fn *fn = waiter->fn;
    void *ctx = waiter->ctx;
    tri_async *op = tri_async_retain(waiter->op);
    bool free_now = waiter_detach(waiter);
    if (cancel) {
        tri_async_cancel(op);
    }
    // A queued one is freed by its deliver, which the caller runs after this: it stays valid for the callback.
    fn(waiter, ctx, TRI_EVENT_CLOSED);
    if (free_now) {
        waiter_free(waiter);
    }
    tri_async_release(op);
}

void tri__waiter_deliver(tri__node *node)
{
    tri_waiter *waiter = (tri_waiter *)node;
    // Once DONE is in it nobody adds to it. Before, a new report puts it into the inbox again from here on.
    unsigned bits = atomic_load_explicit(&waiter->bits, memory_order_relaxed); // published by the push
    if (!(bits & TRI_EVENT_DONE)) {
        bits = atomic_exchange(&waiter->bits, 0);
    }
    if (waiter->dead) {
        waiter_free(waiter);
        return;
    }
    if (!(bits & TRI_EVENT_DONE)) {
        waiter->fn(waiter, waiter->ctx, bits);
        return;
    }
    waiter->dead = true;
    loop_unlink(waiter);
    tri_async *op = waiter->op;
    waiter->fn(waiter, waiter->ctx, bits);
    if (!tri__async_is_forked(op)) { // in a child that was forked by fn, its lock may be taken for ever
        waiter_free(waiter);
    }
}

// A direct waiter's bits: somebody reports progress to it; there was another report meanwhile; it is over. Whoever reports
// goes round again for the second, and tells the third, so that DONE never overtakes a report, no last report is lost, and
// a report may itself lead to DONE on the same thread.
#define DIRECT_REPORTING 1u
#define DIRECT_AGAIN 2u
#define DIRECT_OVER 4u

static void direct_done(tri_waiter *waiter)
{
    if (!(atomic_fetch_or(&waiter->bits, DIRECT_OVER) & DIRECT_REPORTING)) {
        waiter->fn(waiter, waiter->ctx, TRI_EVENT_DONE);
    }
}

static void direct_progress(tri_waiter *waiter)
{
    unsigned bits;
    do {
        atomic_fetch_and(&waiter->bits, ~DIRECT_AGAIN);
        waiter->fn(waiter, waiter->ctx, TRI_EVENT_PROGRESS);
        bits = atomic_load(&waiter->bits);
        while (!(bits & DIRECT_AGAIN) &&
               !atomic_compare_exchange_weak(&waiter->bits, &bits, bits & ~DIRECT_REPORTING)) {
        }
    } while (bits & DIRECT_AGAIN);
    if (bits & DIRECT_OVER) {
        waiter->fn(waiter, waiter->ctx, TRI_EVENT_DONE);
    }
}

bool tri__async_notify(tri_async *op, bool stopped)
{
    wakes wake = {.count = 0};
    tri_waiter *direct = NULL;
    tri_waiter **direct_tail = &direct;
    tri__async_lock(op);
    tri_waiter **link = &op->guarded.waiters;
    while (*link) {
        tri_waiter *waiter = *link;
        if (!stopped && waiter->flags & TRI_WAIT_STOPPED) {
            link = &waiter->op_next;
            continue;
        }
        *link = waiter->op_next;
        waiter->listed = false;
        if (waiter->dispatcher) {
            waiter_tell(waiter, TRI_EVENT_DONE, &wake);
        } else {
            waiter->op_next = NULL;
            *direct_tail = waiter;
            direct_tail = &waiter->op_next;
        }
    }
    op->guarded.waiters_tail = link;
    bool delegates = op->guarded.completed || op->guarded.progress_handler;
    tri__async_unlock(op);
    wakes_pay(&wake);
    while (direct) {
        tri_waiter *waiter = direct;
        direct = waiter->op_next;
        direct_done(waiter);
    }
    return delegates;
}

void tri__waiters_progress(tri_async *op, tri__told *told)
{
    for (tri_waiter *waiter = op->guarded.waiters; waiter; waiter = waiter->op_next) {
        if (!(waiter->flags & TRI_WAIT_PROGRESS)) {
            continue;
        }
        if (waiter->dispatcher) {
            waiter_tell(waiter, TRI_EVENT_PROGRESS, &told->wake);
        } else if (!(atomic_fetch_or(&waiter->bits, DIRECT_REPORTING | DIRECT_AGAIN) & DIRECT_REPORTING)) {
            // Otherwise the one who reports already sees DIRECT_AGAIN.
            waiter->loop_next = told->direct;
            told->direct = waiter;
        }
    }
}

void tri__waiters_told(tri__told *told)
{
    wakes_pay(&told->wake);
    while (told->direct) {
        tri_waiter *waiter = told->direct;
        told->direct = waiter->loop_next;
        direct_progress(waiter);
    }
}
