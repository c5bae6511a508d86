// Listening without a coroutine.
#ifndef TRI_LUA_WAITER_H
#define TRI_LUA_WAITER_H

#include "async.h"

#pragma GCC visibility push(hidden)

// Listens to `async`: the function at index `on_progress` is called with each report, the one at `on_done` with the
// status, both after the value at `sender`, from a turn; 0 for what is not wanted. `flags` are tri_wait_flags.
// Pushes a function that ends it. Returns what tri_async_wait says: TRI_S_FALSE if it is over, and nothing will be called.
// [-0, +1, e]
HRESULT tri_lua_watch(lua_State *L, tri_async *async, unsigned flags, int on_progress, int on_done, int sender);

#pragma GCC visibility pop

#endif
