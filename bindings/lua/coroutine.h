// Waiting in a coroutine: op:await() yields, and the drain resumes.
#ifndef TRI_LUA_COROUTINE_H
#define TRI_LUA_COROUTINE_H

#include "async.h"

#pragma GCC visibility push(hidden)

// What a coroutine of ours yields first, so that a loop can tell it from its own: (this light userdata, the thing it
// waits for).
extern const char tri_lua_sentinel;

// Resumes a coroutine that yielded to us, from a turn, and sees to what comes of it: an error becomes one of the
// state's errors. The coroutine must be reachable meanwhile. Raises nothing. [-0, +0]
void tri_lua_resume(lua_State *L, lua_State *thread);

// After a collection: forgets coroutines that are gone before the cancellation that they were to find. [-0, +0]
void tri_lua_recount_canceled(lua_State *L, tri_lua_state *state);

#pragma GCC visibility pop

#endif
