// Failures as Lua error objects.
#include "error.h"

#define ERROR_NAME "trivium.error"

void tri_lua_push_error(lua_State *L, HRESULT hr)
{
    const char *message = tri_error_message(hr);
    luaL_checkstack(L, 4, NULL);
    lua_createtable(L, 0, 4);
    lua_pushstring(L, message);
    lua_setfield(L, -2, "message");
    lua_pushstring(L, tri_status_find(hr).code);
    lua_setfield(L, -2, "code");
    // Unsigned, as HRESULTs are written: 0x80070002.
    lua_pushinteger(L, (lua_Integer)(uint32_t)hr);
    lua_setfield(L, -2, "hresult");
    luaL_where(L, 1);
    lua_setfield(L, -2, "where");
    luaL_setmetatable(L, ERROR_NAME);
}

int tri_lua_raise(lua_State *L, HRESULT hr)
{
    tri_lua_push_error(L, hr);
    return lua_error(L);
}

void tri_lua_check(lua_State *L, HRESULT hr)
{
    if (TRI_FAILED(hr)) {
        tri_lua_raise(L, hr);
    }
}

void tri_lua_record_error(lua_State *L)
{
    luaL_checkstack(L, 4, NULL);
    lua_createtable(L, 2, 0);
    lua_insert(L, -3);
    lua_rawseti(L, -3, 2);
    lua_rawseti(L, -2, 1);
    tri_lua_push_state(L);
    lua_getiuservalue(L, -1, TRI_LUA_ERRORS);
    lua_pushvalue(L, -3);
    lua_rawseti(L, -2, (lua_Integer)lua_rawlen(L, -2) + 1);
    lua_pop(L, 3);
}

// The message handler of a callback: where it failed is only known before its stack is gone.
static int record_callback_error(lua_State *L)
{
    lua_settop(L, 1);
    luaL_traceback(L, L, NULL, 1);
    tri_lua_record_error(L);
    return 0;
}

void tri_lua_call_protected(lua_State *L, int arguments)
{
    int base = lua_gettop(L) - arguments;
    lua_pushcfunction(L, record_callback_error);
    lua_insert(L, base);
    int status = lua_pcall(L, arguments, 0, base);
    if (status == LUA_ERRMEM || status == LUA_ERRERR) {
        lua_warning(L, "trivium: no memory to report the error of a callback", 0);
    }
    lua_settop(L, base - 1);
}

// take_error(): the oldest error that nobody was told, and its traceback; nothing if there is none.
static int error_take(lua_State *L)
{
    lua_settop(L, 0);
    tri_lua_push_state(L);
    lua_getiuservalue(L, 1, TRI_LUA_ERRORS);
    lua_Integer count = (lua_Integer)lua_rawlen(L, 2);
    if (count == 0) {
        return 0;
    }
    lua_rawgeti(L, 2, 1);
    for (lua_Integer i = 1; i <= count; i++) {
        lua_rawgeti(L, 2, i + 1);
        lua_rawseti(L, 2, i);
    }
    lua_rawgeti(L, 3, 1);
    lua_rawgeti(L, 3, 2);
    return 2;
}

static int error_tostring(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    lua_getfield(L, 1, "where");
    lua_getfield(L, 1, "code");
    lua_getfield(L, 1, "message");
    const char *where = lua_tostring(L, 2);
    const char *code = lua_tostring(L, 3);
    const char *message = lua_tostring(L, 4);
    // `where` ends in a blank, if it is known.
    lua_pushfstring(L, "%s%s: %s", where ? where : "", code ? code : "?", message ? message : "");
    return 1;
}

// error(code, message): the object that the binding itself would raise for that code, "CANCELED" say.
static int error_new(lua_State *L)
{
    const char *code = luaL_checkstring(L, 1);
    const char *message = luaL_optstring(L, 2, NULL);
    for (size_t row = 0; tri_status_at(row); row++) {
        const tri_status *status = tri_status_at(row);
        if (strcmp(status->code, code) == 0 && TRI_FAILED(status->hr)) {
            tri_lua_push_error(L, tri_error_set(status->hr, "%s", message ? message : status->message));
            return 1;
        }
    }
    return luaL_argerror(L, 1, lua_pushfstring(L, "no error has the code '%s'", code));
}

// status_name(hresult): "TRI_E_FAIL", for those who read get_ErrorCode.
static int error_status(lua_State *L)
{
    const tri_status status = tri_status_find((HRESULT)(uint32_t)luaL_checkinteger(L, 1));
    lua_pushstring(L, status.code);
    lua_pushstring(L, status.name);
    lua_pushstring(L, status.message);
    return 3;
}

void tri_lua_open_error(lua_State *L)
{
    static const luaL_Reg metamethods[] = {{"__tostring", error_tostring}, {NULL, NULL}};
    static const luaL_Reg functions[] = {
        {"error", error_new}, {"status", error_status}, {"take_error", error_take}, {NULL, NULL}};
    tri_lua_metatable(L, ERROR_NAME, metamethods);
    // Open, so that a program can ask what an error is: getmetatable(err).__name.
    lua_pushnil(L);
    lua_setfield(L, -2, "__metatable");
    lua_pop(L, 1);
    tri_lua_functions(L, functions);
}
