// An operation as Lua sees it: a userdata with the metatable "trivium.op".
#ifndef TRI_LUA_ASYNC_H
#define TRI_LUA_ASYNC_H

#include "module.h"

#pragma GCC visibility push(hidden)

#define TRI_LUA_OP "trivium.op"

// A wait of one coroutine. Lies in the operation's userdata, or, for a second coroutine that waits for the same
// operation, in a userdata of its own, which the waiting coroutine has on its stack.
typedef struct tri_lua_wait {
    tri_lua_state *state;
    tri_waiter *waiter;  // NULL: not waiting
    lua_State *thread;   // who waits
    const void *owner;   // the operation's userdata: the first thing in the frame of that coroutine's await
    int anchor;          // of the coroutine in the registry, LUA_NOREF if there is none
} tri_lua_wait;

typedef struct tri_lua_op {
    tri_lua_state *state;
    tri_async *async; // NULL once it was collected
    bool started;     // else its arguments are still being filled in
    tri_lua_wait wait;
} tri_lua_op;

// User values of an operation.
enum {
    TRI_LUA_RAW = 1, // op.operation, once somebody asked for it
    TRI_LUA_PROGRESS = 2, // {handler, unsubscribe}: op.progress = handler
    TRI_LUA_OP_USER_VALUES = 2
};

// Pushes an operation that has no tri_async yet: fill it in at once. [-0, +1, m]
tri_lua_op *tri_lua_new_op(lua_State *L, tri_lua_state *state);
// The operation at `index`, or raises. Never one that was collected. [-0, +0, v]
tri_lua_op *tri_lua_check_op(lua_State *L, int index);

// The outcome as values; raises the failure. [-0, +n, e]
int tri_lua_push_outcome(lua_State *L, tri_async *async);
// "started", "completed", "canceled", "error", "closed".
const char *tri_lua_status_name(int32_t status);
// The latest report; false (and nothing pushed) if there is none. [-0, +(0|1), e]
bool tri_lua_push_progress(lua_State *L, tri_async *async);

#pragma GCC visibility pop

#endif
