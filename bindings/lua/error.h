// Failures as Lua sees them: a table with the metatable "trivium.error" and the fields code, hresult, message and
// where; tostring gives "where: code: message".
#ifndef TRI_LUA_ERROR_H
#define TRI_LUA_ERROR_H

#include "module.h"

#pragma GCC visibility push(hidden)

// Pushes the error object of `hr`, with the message that is this thread's error info. `where` of the function that
// called the running one. [-0, +1, m]
void tri_lua_push_error(lua_State *L, HRESULT hr);
// Raises it. Never returns; the result is for `return tri_lua_raise(...)`.
int tri_lua_raise(lua_State *L, HRESULT hr);
// Raises it if `hr` is a failure.
void tri_lua_check(lua_State *L, HRESULT hr);

// Keeps (error, traceback) for the end of the turn, which raises it. [-2, +0, m]
void tri_lua_record_error(lua_State *L);
// Calls the function below `arguments` arguments and drops its results; an error becomes one of those that the turn
// raises at its end. Raises nothing. [-(arguments + 1), +0]
void tri_lua_call_protected(lua_State *L, int arguments);

#pragma GCC visibility pop

#endif
