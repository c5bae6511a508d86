// The loop of a lua_State: one dispatcher, drained in turns.
#ifndef TRI_LUA_DISPATCHER_H
#define TRI_LUA_DISPATCHER_H

#include "module.h"

#pragma GCC visibility push(hidden)

// Where the function that drains has the table TRI_LUA_ANCHORS on its stack.
enum {
    TRI_LUA_TURN_ANCHORS = 2
};

// Seconds at `index` as whole milliseconds, rounded up; -1, for ever, for nothing and for more than 1e9 seconds.
// Raises; the message names `what`. [-0, +0, v]
int64_t tri_lua_check_timeout(lua_State *L, int index, const char *what);

// Sleeps until `async` is over, or `timeout_ms` have passed (-1: for ever); false: time is up. Raises if a turn is
// under way, as nothing else could run meanwhile. [-0, +0, e]
bool tri_lua_block_on(lua_State *L, tri_async *async, int64_t timeout_ms);

// __gc of the state: cancels what is left and closes the dispatcher.
int tri_lua_dispatcher_gc(lua_State *L);

#pragma GCC visibility pop

#endif
