// The inbox of an environment: one threadsafe function as its wake-up, and the way of events to JavaScript.
#ifndef NODE_DISPATCHER_H
#define NODE_DISPATCHER_H

#include "module.h"

// Errors: what tri_dispatcher_new says, TRI_E_UNEXPECTED.
HRESULT node_dispatcher_open(node_env *self);

// Asks everything that is under way to cancel, and makes sure that no thread wakes this loop again. Idempotent.
void node_dispatcher_close(node_env *self);

// Puts a wait that has events into the row for JavaScript.
void node_dispatcher_push(node_env *self, node_wait *wait);
// Takes a wait out of the row, if it is there.
void node_dispatcher_remove(node_env *self, node_wait *wait);

// One more, or one less, wait under way; the loop is kept alive while there is one.
void node_dispatcher_ref(node_env *self);
void node_dispatcher_unref(node_env *self);

// (deliver) -> cells: takes the function that is told of events, returns the shared Int32Array.
napi_value node_dispatcher_connect(napi_env env, napi_callback_info info);
// (): tells JavaScript what is in the row, now.
napi_value node_dispatcher_flush(napi_env env, napi_callback_info info);
// (): the loop has turned.
napi_value node_dispatcher_turn(napi_env env, napi_callback_info info);
// (): hands the jobs that were kept back to the pool.
napi_value node_dispatcher_resume(napi_env env, napi_callback_info info);

#endif
