// Waiting on the dispatcher; and listening without a coroutine.
#ifndef TRI_LUA_WAITER_H
#define TRI_LUA_WAITER_H

#include "module.h"

#pragma GCC visibility push(hidden)

// tri_async_wait on the state's dispatcher; `fn` is given the link as its ctx. In a forked child it is called again for
// what began to wait in the parent. Raises nothing. [-0, +0]
HRESULT tri_lua_begin_link(tri_lua_state *state, tri_lua_link *link, tri_async *async, unsigned flags,
                           tri_waiter_fn *fn);
// Tells a foreign loop that tri_lua_begin_link has begun something; in a turn it looks itself. Raises nothing. [-0, +0]
void tri_lua_tell_wait(lua_State *L, const tri_lua_state *state);
// Ends it, whether or not it has begun. [-0, +0]
void tri_lua_end_link(tri_lua_link *link);
// The last delivery has come: there is nothing to cancel any more. Raises nothing.
void tri_lua_finish_link(tri_lua_link *link);

// Listens to `async`: the function at index `on_progress` is called with each report, the one at `on_done` with the
// status, both after the value at `sender`, from a turn; 0 for what is not wanted. `flags` are tri_wait_flags.
// Pushes a function that ends it. Returns what tri_async_wait says: TRI_S_FALSE if it is over, and nothing will be
// called.
// [-0, +1, e]
HRESULT tri_lua_watch(lua_State *L, tri_async *async, unsigned flags, int on_progress, int on_done, int sender);

// Raises TRI_E_TYPE_MISMATCH, with `what` in the message, unless there is a function at `index`. [-0, +0, v]
void tri_lua_check_handler(lua_State *L, int index, const char *what);

#pragma GCC visibility pop

#endif
