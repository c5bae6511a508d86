// One script loop's inbox and the way to wake it.
//
// inbox is a stack that any thread pushes to and the loop takes whole. Whoever finds it idle owes the one wake; while the
// loop drains, the chain ends in a mark that tells pushers that it will look again. tests/model/inbox.pml is the model.
#include "dispatcher.h"

#include "alloc.h"
#include "async.h"
#include "runtime.h"

#include <sched.h>

#define WAKE_CLOSED 0x80000000u
#define DRAIN_ROUNDS 4 // how often a drain looks again for what became ready meanwhile

static tri__node inbox_draining; // its address is the mark; never read or written

HRESULT tri_dispatcher_new(tri_wake_fn *wake, void *ctx, tri_dispatcher **out)
{
    *out = NULL;
    tri_dispatcher *dispatcher = tri__calloc(sizeof *dispatcher);
    if (!dispatcher) {
        return tri_error_set(TRI_E_OUTOFMEMORY, "no memory for a dispatcher");
    }
    atomic_init(&dispatcher->refs, 1);
    dispatcher->wake = wake;
    dispatcher->ctx = ctx;
    dispatcher->read_fd = dispatcher->write_fd = -1;
    tri__runtime_enter();
    dispatcher->epoch = tri__runtime_epoch();
    if (!wake) {
        HRESULT hr = tri__os_wake_new(&dispatcher->read_fd, &dispatcher->write_fd);
        if (TRI_FAILED(hr)) {
            tri__free(dispatcher);
            return hr;
        }
    }
    tri__live_add(TRI_LIVE_DISPATCHER, 1);
    *out = dispatcher;
    return TRI_S_OK;
}

tri_dispatcher *tri_dispatcher_retain(tri_dispatcher *dispatcher)
{
    atomic_fetch_add(&dispatcher->refs, 1);
    return dispatcher;
}

void tri_dispatcher_release(tri_dispatcher *dispatcher)
{
    if (dispatcher && atomic_fetch_sub(&dispatcher->refs, 1) == 1) {
        tri__os_wake_free(dispatcher->read_fd, dispatcher->write_fd);
        tri__free(dispatcher);
        tri__live_add(TRI_LIVE_DISPATCHER, -1);
    }
}

int tri_dispatcher_fd(const tri_dispatcher *dispatcher)
{
    return dispatcher->read_fd;
}

bool tri_dispatcher_is_forked(const tri_dispatcher *dispatcher)
{
    return dispatcher->epoch != tri__runtime_epoch();
}

bool tri__dispatcher_push(tri_dispatcher *dispatcher, tri__node *node)
{
    tri__node *newest = atomic_load_explicit(&dispatcher->inbox, memory_order_relaxed);
    do {
        node->next = newest;
        // release: pairs with the acquire of the exchange in the drain; what the pusher wrote before is seen there.
    } while (!atomic_compare_exchange_weak_explicit(&dispatcher->inbox, &newest, node,
                                                    memory_order_release, memory_order_relaxed));
    return newest == NULL;
}

void tri__dispatcher_wake(tri_dispatcher *dispatcher)
{
    // Counted in before the look at the bit, and the closer sets the bit before it looks at the count: one of the
    // two sees the other (seq_cst).
    if (!(atomic_fetch_add(&dispatcher->wake_guard, 1) & WAKE_CLOSED)) {
        if (dispatcher->wake) {
            dispatcher->wake(dispatcher->ctx);
        } else {
            tri__os_wake_signal(dispatcher->write_fd);
        }
    }
    atomic_fetch_sub(&dispatcher->wake_guard, 1);
}

// Takes what is in the inbox and puts it, oldest first, behind what is ready.
static void inbox_take(tri_dispatcher *dispatcher)
{
    // acquire: pairs with the release of the push.
    tri__node *node =
        atomic_exchange_explicit(&dispatcher->inbox, &inbox_draining, memory_order_acquire);
    tri__node *oldest = NULL;
    tri__node *newest = node;
    while (node && node != &inbox_draining) {
        tri__node *next = node->next;
        node->next = oldest;
        oldest = node;
        node = next;
    }
    if (!oldest) {
        return;
    }
    if (dispatcher->ready) {
        dispatcher->ready_tail->next = oldest;
    } else {
        dispatcher->ready = oldest;
    }
    dispatcher->ready_tail = newest;
}

uint32_t tri_dispatcher_drain(tri_dispatcher *dispatcher, uint32_t budget)
{
    if (dispatcher->draining || dispatcher->closed || dispatcher->epoch != tri__runtime_epoch()) {
        return 0;
    }
    // A callback may close the dispatcher and drop it.
    tri_dispatcher_retain(dispatcher);
    dispatcher->draining = true;
    tri_submit_hold();
    if (!dispatcher->wake) {
        tri__os_wake_clear(dispatcher->read_fd);
    }
    uint32_t delivered = 0;
    bool idle = false;
    for (int round = 0; round < DRAIN_ROUNDS && !idle && !dispatcher->closed; round++) {
        inbox_take(dispatcher);
        while (dispatcher->ready && (budget == 0 || delivered < budget)) {
            tri__node *node = dispatcher->ready;
            dispatcher->ready = node->next;
            delivered++;
            node->deliver(node);
            if (dispatcher->epoch != tri__runtime_epoch()) {
                // The callback has forked, and this is the child: inbox, pool and descriptor are the parent's.
                return delivered;
            }
        }
        if (dispatcher->ready) {
            break;
        }
        tri__node *mark = &inbox_draining;
        // release: what was delivered happens before whoever finds it idle again and wakes.
        idle = atomic_compare_exchange_strong_explicit(&dispatcher->inbox, &mark, NULL,
                                                       memory_order_release, memory_order_relaxed);
    }
    tri_submit_resume();
    dispatcher->draining = false;
    if (!idle && !dispatcher->closed) {
        // More is there, and its pushers did not wake: the loop comes back by itself.
        tri__dispatcher_wake(dispatcher);
    }
    tri_dispatcher_release(dispatcher);
    return delivered;
}

HRESULT tri_dispatcher_wait(tri_dispatcher *dispatcher, int64_t timeout_ms)
{
    if (dispatcher->closed || dispatcher->read_fd < 0 ||
        dispatcher->epoch != tri__runtime_epoch()) {
        return tri_error_set(TRI_E_CLOSED, "the dispatcher is closed, or has no descriptor");
    }
    // From inside a callback of a drain: what it waits for may be kept back until the end of that drain.
    tri__pool_flush_held();
    return tri__os_wake_wait(dispatcher->read_fd, timeout_ms);
}

size_t tri_dispatcher_waiters(const tri_dispatcher *dispatcher)
{
    return dispatcher->waiter_count;
}

void tri_dispatcher_close(tri_dispatcher *dispatcher, bool cancel)
{
    if (dispatcher->closed) {
        return;
    }
    dispatcher->closed = true;
    if (dispatcher->epoch != tri__runtime_epoch()) {
        return; // The parent's; its operations and threads are not here.
    }
    tri_dispatcher_retain(dispatcher);
    while (dispatcher->waiters) {
        tri__waiter_close(dispatcher->waiters, cancel);
    }
    // No waiter is in any operation's list now, so nobody pushes any more; what was pushed is dropped by its deliver.
    inbox_take(dispatcher);
    while (dispatcher->ready) {
        tri__node *node = dispatcher->ready;
        dispatcher->ready = node->next;
        node->deliver(node);
    }
    atomic_fetch_or(&dispatcher->wake_guard, WAKE_CLOSED);
    while (atomic_load(&dispatcher->wake_guard) != WAKE_CLOSED) {
        sched_yield(); // A wake is a system call at most.
    }
    tri_dispatcher_release(dispatcher);
}
