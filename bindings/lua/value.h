// Values between Lua and core. Integers, floats, strings and booleans are themselves; a TimeSpan is seconds; bytes
// are a string; an enumerator is its name ("sha256"), or taken as an integer too; arrays and structs are tables.
#ifndef TRI_LUA_VALUE_H
#define TRI_LUA_VALUE_H

#include "module.h"

#pragma GCC visibility push(hidden)

// Stores the Lua value at `index`, an absolute one, in the zeroed value `to`, which somebody owns who survives a raise.
// Returns a failure with its message set; may also raise what a metamethod of a table raises. [-0, +0, e]
HRESULT tri_lua_to_value(lua_State *L, int index, const tri_type *type, void *to);

// Pushes a value, nothing for Void, where there is room for one; returns how many. Raises TRI_E_BOUNDS for a UInt64
// that no Lua integer can hold.
// [-0, +(0|1), e]
int tri_lua_push_value(lua_State *L, const tri_type *type, const void *value);

// Pushes a block of `size` zeroed bytes that `clear(what, block)` empties when it is collected. Until `clear` is set in
// it, it is not called. [-0, +1, m]
typedef void tri_lua_clear_fn(const void *what, void *block);
typedef struct tri_lua_block {
    tri_lua_clear_fn *clear; // NULL: nothing to empty
    const void *what;
    max_align_t bytes[];
} tri_lua_block;
tri_lua_block *tri_lua_new_block(lua_State *L, size_t size);

// Seconds at `index` as ticks; raises if it is no number or out of range. `what` names it in the message.
int64_t tri_lua_check_ticks(lua_State *L, int index, const char *what);

// The name of an enumerator as Lua spells it. [-0, +1, m]
void tri_lua_push_name(lua_State *L, tri_name_style style, const char *name);

#pragma GCC visibility pop

#endif
