// The functions of a component.
#ifndef TRI_LUA_METHOD_H
#define TRI_LUA_METHOD_H

#include "module.h"

#pragma GCC visibility push(hidden)

// Pushes the function that calls a method; the state is at `index`. [-0, +1, m]
void tri_lua_push_method(lua_State *L, int index, const tri_method *method);

#pragma GCC visibility pop

#endif
