// The module trivium.native: what lua/trivium builds on.
#include "module.h"
#include "dispatcher.h"
#include "error.h"

static const char state_key; // its address is the key of the state in the registry

void tri_lua_metatable(lua_State *L, const char *name, const luaL_Reg *metamethods)
{
    luaL_newmetatable(L, name);
    lua_pushvalue(L, -2);
    luaL_setfuncs(L, metamethods, 1);
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
}

void tri_lua_functions(lua_State *L, const luaL_Reg *functions)
{
    lua_pushvalue(L, -2);
    lua_pushvalue(L, -2);
    luaL_setfuncs(L, functions, 1);
    lua_pop(L, 1);
}

static int live(lua_State *L)
{
    static const char *const names[] = {"async", "waiter", "dispatcher", "string", "buffer"};
    lua_createtable(L, 0, TRI_LIVE_COUNT);
    for (int kind = 0; kind < TRI_LIVE_COUNT; kind++) {
        lua_pushinteger(L, (lua_Integer)tri_live_count((tri_live)kind));
        lua_setfield(L, -2, names[kind]);
    }
    return 1;
}

void tri_lua_push_state(lua_State *L)
{
    lua_rawgetp(L, LUA_REGISTRYINDEX, &state_key);
}

static void push_weak_table(lua_State *L, const char *mode)
{
    lua_newtable(L);
    lua_createtable(L, 0, 1);
    lua_pushstring(L, mode);
    lua_setfield(L, -2, "__mode");
    lua_setmetatable(L, -2);
}

// Leaves the state on the stack. There is one for a lua_State, however often the module is loaded.
static void open_state(lua_State *L)
{
    if (lua_rawgetp(L, LUA_REGISTRYINDEX, &state_key) == LUA_TUSERDATA) {
        return;
    }
    lua_pop(L, 1);
    tri_lua_state *state = lua_newuserdatauv(L, sizeof *state, TRI_LUA_USER_VALUES);
    *state = (tri_lua_state){0};
    state->pending.prev = state->pending.next = &state->pending;
    state->forked.prev = state->forked.next = &state->forked;
    static const luaL_Reg metamethods[] = {{"__gc", tri_lua_dispatcher_gc}, {NULL, NULL}};
    tri_lua_metatable(L, "trivium.state", metamethods);
    lua_setmetatable(L, -2);
    lua_newtable(L);
    lua_setiuservalue(L, -2, TRI_LUA_ERRORS);
    lua_newtable(L);
    lua_setiuservalue(L, -2, TRI_LUA_COMPONENTS);
    push_weak_table(L, "k");
    lua_setiuservalue(L, -2, TRI_LUA_CANCELED);
    push_weak_table(L, "v");
    lua_setiuservalue(L, -2, TRI_LUA_OPS);
    lua_newtable(L);
    lua_setiuservalue(L, -2, TRI_LUA_CHUNKS);
    lua_newtable(L);
    lua_setiuservalue(L, -2, TRI_LUA_ANCHORS);
    HRESULT hr = tri_dispatcher_new(NULL, NULL, &state->dispatcher);
    if (TRI_FAILED(hr)) {
        luaL_error(L, "trivium: %s", tri_error_message(hr));
    }
    lua_pushvalue(L, -1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &state_key);
}

TRI_EXPORT int luaopen_trivium_native(lua_State *L);
TRI_EXPORT int luaopen_trivium_native(lua_State *L)
{
    luaL_checkversion(L);
    lua_newtable(L);
    open_state(L);
    tri_lua_open_error(L);
    tri_lua_open_value(L);
    tri_lua_open_slot(L);
    tri_lua_open_async(L);
    tri_lua_open_coroutine(L);
    tri_lua_open_waiter(L);
    tri_lua_open_operation(L);
    tri_lua_open_component(L);
    tri_lua_open_dispatcher(L);
    lua_pop(L, 1);
    lua_pushstring(L, tri_version());
    lua_setfield(L, -2, "version");
    lua_pushcfunction(L, live);
    lua_setfield(L, -2, "live");
    return 1;
}
