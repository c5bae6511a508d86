// The inside of a dispatcher: a lock-free inbox of nodes, and one wake token.
#ifndef TRI_DISPATCHER_INTERNAL_H
#define TRI_DISPATCHER_INTERNAL_H

#include <stdatomic.h>
#include <trivium/dispatcher.h>

typedef struct tri__node {
    struct tri__node *next;
    void (*deliver)(struct tri__node *node); // on the loop's thread
} tri__node;

typedef struct tri_waiter tri__dispatcher_waiter;

struct tri_dispatcher {
    _Atomic uint32_t refs;
    // The newest node; TRI__INBOX_IDLE (NULL): nothing there, whoever pushes wakes; TRI__INBOX_DRAINING at the end of
    // the chain: the loop is going to look again. release by pushers / acquire by the drain.
    _Atomic(tri__node *) inbox;
    // Count of threads inside the wake, and a bit that says no more. seq_cst.
    _Atomic uint32_t wake_guard;
    tri_wake_fn *wake; // immutable, as ctx and the descriptors until close
    void *ctx;
    int read_fd;
    int write_fd;
    uint32_t epoch;            // immutable

    // loop thread only
    bool draining;
    bool closed;
    tri__node *ready; // taken from the inbox, oldest first
    tri__node *ready_tail;
    struct tri_waiter *waiters;
    size_t waiter_count;
};

// Puts a node in. True: it was empty, so the caller must tri__dispatcher_wake once. Any thread that knows that the
// dispatcher is not closed.
bool tri__dispatcher_push(tri_dispatcher *dispatcher, tri__node *node);
void tri__dispatcher_wake(tri_dispatcher *dispatcher);

#endif
