// What the parts of the Lua binding share: the state of one lua_State, and the ways to it.
//
// Lua leaves a C function by longjmp whenever something raises, so no frame here owns anything across a call
// that can raise: what must be freed lives in a userdata with __gc before it is filled.
#ifndef TRI_LUA_MODULE_H
#define TRI_LUA_MODULE_H

#include <lauxlib.h>
#include <lua.h>
#include <trivium/loader.h>

#pragma GCC visibility push(hidden)

// Something that waits on the dispatcher, in the state's list of all that do: after a fork they must be told, and core
// forgets them there. Unlinked: prev is NULL.
typedef struct tri_lua_link {
    struct tri_lua_link *prev;
    struct tri_lua_link *next;
    tri_waiter *waiter;
    tri_waiter_fn *fn;
} tri_lua_link;

// One for each main lua_State, as a userdata in its registry; all its coroutines share it. Used by whichever
// thread runs that lua_State, which is one at a time.
typedef struct tri_lua_state {
    tri_dispatcher *dispatcher; // NULL once the lua_State is closing
    tri_dispatcher *blocker;    // what op:get() sleeps on; made when first used
    lua_State *turn;            // the coroutine that drains right now; NULL outside a turn
    tri_lua_link pending;       // what waits on the dispatcher; a ring, as the next
    tri_lua_link forked;        // what waited on the dispatcher of the parent process
    const void *op_metatable;   // its address: quicker to compare than to look its name up
    bool has_on_wait;           // is there a TRI_LUA_ON_WAIT
    lua_Integer cancel_count;   // coroutines that are to find themselves canceled at their next await
    // The operations: see slot.h.
    struct tri_lua_chunk *chunks; // a list
    size_t slot_count;
    struct tri_lua_slot *free_slot;
    size_t created; // how many there ever were
} tri_lua_state;

// User values of the state.
enum {
    TRI_LUA_ERRORS = 1,     // sequence of {error, traceback}: what no coroutine could be told
    TRI_LUA_COMPONENTS = 2, // lightuserdata tri_component -> table
    TRI_LUA_CANCELED = 3,   // weak: coroutine -> true
    TRI_LUA_ON_YIELD = 4,   // function(coroutine): it yielded something that is not ours
    TRI_LUA_OPS = 5,        // weak: index of a slot -> userdata of the operation
    TRI_LUA_CHUNKS = 6,     // the memory of the slots
    TRI_LUA_ANCHORS = 7,    // index of a slot -> coroutine that awaits its operation, false
    TRI_LUA_ON_WAIT = 8,    // function(): something began to wait outside of a turn
    TRI_LUA_USER_VALUES = 8
};

// Every C function of the binding has the state as its first upvalue.
static inline tri_lua_state *tri_lua_state_of(lua_State *L)
{
    return (tri_lua_state *)lua_touserdata(L, lua_upvalueindex(1));
}

// Pushes it. [-0, +1]
void tri_lua_push_state(lua_State *L);
// The dispatcher, a new one in a forked child; or raises TRI_E_CLOSED.
tri_dispatcher *tri_lua_dispatcher(lua_State *L);

// Makes the metatable `name` with `metamethods`, whose first upvalue is the state at the top of the stack, and
// leaves it there, above the state. [-0, +1]
void tri_lua_metatable(lua_State *L, const char *name, const luaL_Reg *metamethods);

// Adds functions to the module, with the state as upvalue. The stack has the module's table, then the state. [-0, +0]
void tri_lua_functions(lua_State *L, const luaL_Reg *functions);

// Each adds its functions to the module. The stack has the module's table, then the state. [-0, +0]
void tri_lua_open_async(lua_State *L);
void tri_lua_open_coroutine(lua_State *L);
void tri_lua_open_component(lua_State *L);
void tri_lua_open_dispatcher(lua_State *L);
void tri_lua_open_error(lua_State *L);
void tri_lua_open_operation(lua_State *L);
void tri_lua_open_slot(lua_State *L);
void tri_lua_open_value(lua_State *L);
void tri_lua_open_waiter(lua_State *L);

#pragma GCC visibility pop

#endif
