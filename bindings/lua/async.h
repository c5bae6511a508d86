// An operation as Lua sees it: a userdata with the metatable "trivium.op".
#ifndef TRI_LUA_ASYNC_H
#define TRI_LUA_ASYNC_H

#include "slot.h"

#pragma GCC visibility push(hidden)

#define TRI_LUA_OP "trivium.op"

typedef struct tri_lua_op {
    tri_lua_slot *slot;
    uint64_t serial; // the slot's, as long as the slot is its own
} tri_lua_op;

// Pushes an operation and returns its slot, which has no tri_async yet: fill it in at once. The metatable and the table
// of userdata are at the pseudo-indices or absolute indices given. [-0, +1, m]
tri_lua_slot *tri_lua_new_op(lua_State *L, tri_lua_state *state, int metatable, int ops);
// The slot of the operation at `index`, or raises. [-0, +0, v]
tri_lua_slot *tri_lua_check_op(lua_State *L, int index);
// The tri_async of the operation at `index`, or raises. [-0, +0, v]
tri_async *tri_lua_check_async(lua_State *L, int index);

// The outcome as values; raises the failure. [-0, +n, e]
int tri_lua_push_outcome(lua_State *L, tri_async *async);
// Pushes "started", "completed", "canceled", "error" or "closed". [-0, +1, m]
void tri_lua_push_status(lua_State *L, int32_t status);
// The latest report; false (and nothing pushed) if there is none. [-0, +(0|1), e]
bool tri_lua_push_progress(lua_State *L, tri_async *async);

#pragma GCC visibility pop

#endif
