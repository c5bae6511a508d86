// op.operation: IAsyncInfo and its kin, rule for rule. A userdata with the metatable "trivium.operation".
#ifndef TRI_LUA_OPERATION_H
#define TRI_LUA_OPERATION_H

#include "async.h"

#pragma GCC visibility push(hidden)

// Pushes the function that makes the raw face of an operation; the state is at `index`. [-0, +1, m]
void tri_lua_push_operation_new(lua_State *L, int index);

#pragma GCC visibility pop

#endif
