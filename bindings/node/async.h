// Operations, as the environment holds them.
#ifndef NODE_ASYNC_H
#define NODE_ASYNC_H

#include "module.h"

// What a wait is for.
typedef enum node_wait_role {
    NODE_WAIT_OUTCOME,   // the promise, with or without its progress; one to an operation
    NODE_WAIT_COMPLETED, // Completed of the raw face; made with malloc, freed when it was told
    NODE_WAIT_REPORTS    // Progress of the raw face, until the work has stopped; likewise. Keeps no loop alive
} node_wait_role;

// One wait of the environment for an operation.
struct node_wait {
    node_env *self;
    node_wait *next; // in the row for JavaScript, while `queued`
    tri_async *op;   // a reference
    tri_waiter *waiter; // NULL when nothing is waited for
    uint32_t at;        // place in JavaScript's table of pending things
    unsigned events;    // tri_wait_events that JavaScript was not told yet
    bool queued;
    node_wait_role role;
    bool bigint; // how 64-bit integers become values
};

// Makes the wait for the end of `op`, which it takes over, and begins to wait: in the shared lease, or, unless
// `plain`, in a lease of its own, so that what the operation holds is freed with its own JavaScript object.
// *out is what JavaScript finds it by: an index in the current lease, or a lease. Errors: TRI_E_OUTOFMEMORY ...
HRESULT node_async_adopt(node_env *self, tri_async *op, uint32_t at, bool plain, bool bigint,
                         napi_value *out);

// The outcome of a wait as (kind of event, value). Never fails: a failure becomes an error event.
int32_t node_async_event(napi_env env, node_wait *wait, unsigned event, napi_value *value);

// Frees a wait of the raw face that is over; of another one does nothing.
void node_async_retire(node_wait *wait);

// Puts the functions below into `exports`; false with an exception pending. Where they say (lease, index) they
// mean an operation.
bool node_async_define(napi_env env, napi_value exports);

#endif
