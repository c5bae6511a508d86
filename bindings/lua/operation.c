// The raw face of an operation.
#include "operation.h"
#include "error.h"
#include "value.h"
#include "waiter.h"

#define RAW_NAME "trivium.operation"

// User values: the handlers, and the function that ends listening for progress.
enum {
    COMPLETED = 1,
    PROGRESS = 2,
    UNSUBSCRIBE = 3,
    RAW_USER_VALUES = 3
};

typedef struct raw_operation {
    tri_async *async; // a reference
} raw_operation;

static tri_async *check_raw(lua_State *L)
{
    raw_operation *raw = luaL_checkudata(L, 1, RAW_NAME);
    if (!raw->async) {
        tri_lua_raise(L, tri_error_set(TRI_E_CLOSED, "the operation was collected"));
    }
    return raw->async;
}

static int operation_new(lua_State *L)
{
    tri_async *async = tri_lua_check_async(L, 1);
    raw_operation *raw = lua_newuserdatauv(L, sizeof *raw, RAW_USER_VALUES);
    raw->async = NULL;
    luaL_setmetatable(L, RAW_NAME);
    raw->async = tri_async_retain(async);
    return 1;
}

void tri_lua_push_operation_new(lua_State *L, int index)
{
    lua_pushvalue(L, index);
    lua_pushcclosure(L, operation_new, 1);
}

static int operation_cancel(lua_State *L)
{
    tri_lua_check(L, tri_async_cancel(check_raw(L)));
    return 0;
}

static int operation_close(lua_State *L)
{
    tri_lua_check(L, tri_async_close(check_raw(L)));
    return 0;
}

static int operation_get_results(lua_State *L)
{
    tri_async *async = check_raw(L);
    const void *result = NULL;
    tri_lua_check(L, tri_async_get_results(async, &result));
    return tri_lua_push_value(L, tri_async_result_type(async), result);
}

// Raises what a getter says of an operation that is closed.
static int32_t check_status(lua_State *L, tri_async *async)
{
    int32_t status = TRI_ASYNC_CLOSED;
    tri_lua_check(L, tri_async_get_status(async, &status));
    return status;
}

// The handler, between the wait and the script: Completed reads as empty once it has been called. Its failure is the
// turn's, also when it is called before the setter returns.
static int call_completed(lua_State *L)
{
    lua_settop(L, 2);
    lua_getiuservalue(L, 1, COMPLETED);
    lua_pushvalue(L, 1);
    lua_pushvalue(L, 2);
    tri_lua_call_protected(L, 2);
    lua_pushnil(L);
    lua_setiuservalue(L, 1, COMPLETED);
    return 0;
}

// Stack: operation, key, handler.
static int put_completed(lua_State *L)
{
    tri_async *async = check_raw(L);
    if (lua_isnil(L, 3)) {
        tri_lua_check(L, tri_async_clear_completed(async));
        return 0;
    }
    tri_lua_check_handler(L, 3, "operation.completed");
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_pushcclosure(L, call_completed, 1);
    HRESULT hr = tri_lua_watch(L, async, TRI_WAIT_SLOT, 0, 4, 1);
    tri_lua_check(L, hr);
    lua_pushvalue(L, 3);
    lua_setiuservalue(L, 1, COMPLETED);
    if (hr == TRI_S_FALSE) {
        // Over already: the contract has it that the handler is called before the setter returns.
        int32_t status = TRI_ASYNC_CLOSED;
        (void)tri_async_get_status(async, &status);
        lua_pushvalue(L, 4);
        lua_pushvalue(L, 1);
        tri_lua_push_status(L, status);
        lua_call(L, 2, 0);
    }
    return 0;
}

// Stack: operation, key, handler.
static int put_progress(lua_State *L)
{
    tri_async *async = check_raw(L);
    tri_lua_check(L, tri_async_check_progress(async));
    // What was there before is given up when nothing can be refused any more.
    if (lua_isnil(L, 3)) {
        lua_pushnil(L);
    } else {
        tri_lua_check_handler(L, 3, "operation.progress");
        tri_lua_check(L, tri_lua_watch(L, async, TRI_WAIT_PROGRESS | TRI_WAIT_STOPPED, 3, 0, 1));
    }
    if (lua_getiuservalue(L, 1, UNSUBSCRIBE) == LUA_TFUNCTION) {
        lua_call(L, 0, 0);
    }
    lua_settop(L, 4);
    lua_setiuservalue(L, 1, UNSUBSCRIBE);
    lua_setiuservalue(L, 1, PROGRESS);
    return 0;
}

static int operation_newindex(lua_State *L)
{
    const char *key = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : "?";
    if (strcmp(key, "completed") == 0) {
        return put_completed(L);
    }
    if (strcmp(key, "progress") == 0) {
        return put_progress(L);
    }
    return luaL_error(L, "an operation has no field '%s' to assign to", key);
}

static int operation_index(lua_State *L)
{
    tri_async *async = check_raw(L);
    lua_pushvalue(L, 2);
    if (lua_rawget(L, lua_upvalueindex(2)) != LUA_TNIL) {
        return 1;
    }
    const char *key = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : "";
    if (strcmp(key, "status") == 0) {
        tri_lua_push_status(L, check_status(L, async));
    } else if (strcmp(key, "id") == 0) {
        uint32_t id = 0;
        tri_lua_check(L, tri_async_get_id(async, &id));
        lua_pushinteger(L, (lua_Integer)id);
    } else if (strcmp(key, "error_code") == 0) {
        HRESULT code = TRI_S_OK;
        tri_lua_check(L, tri_async_get_error_code(async, &code));
        lua_pushinteger(L, (lua_Integer)(uint32_t)code);
    } else if (strcmp(key, "completed") == 0) {
        (void)check_status(L, async);
        lua_getiuservalue(L, 1, COMPLETED);
    } else if (strcmp(key, "progress") == 0) {
        // Dropped when the work has stopped.
        tri_lua_check(L, tri_async_check_progress(async));
        if (!tri_async_is_stopped(async)) {
            lua_getiuservalue(L, 1, PROGRESS);
        } else {
            lua_pushnil(L);
        }
    } else {
        lua_pushnil(L);
    }
    return 1;
}

static int operation_tostring(lua_State *L)
{
    raw_operation *raw = luaL_checkudata(L, 1, RAW_NAME);
    lua_pushfstring(L, RAW_NAME ": %s", raw->async ? tri_async_name(raw->async) : "(collected)");
    return 1;
}

static int operation_gc(lua_State *L)
{
    raw_operation *raw = lua_touserdata(L, 1);
    tri_async_release(raw->async);
    raw->async = NULL;
    return 0;
}

void tri_lua_open_operation(lua_State *L)
{
    static const luaL_Reg metamethods[] = {
        {"__gc", operation_gc}, {"__tostring", operation_tostring}, {"__newindex", operation_newindex}, {NULL, NULL}};
    static const luaL_Reg methods[] = {
        {"cancel", operation_cancel}, {"close", operation_close}, {"get_results", operation_get_results}, {NULL, NULL}};
    tri_lua_metatable(L, RAW_NAME, metamethods);
    lua_pushvalue(L, -2);
    lua_newtable(L);
    lua_pushvalue(L, -2);
    luaL_setfuncs(L, methods, 1);
    lua_pushcclosure(L, operation_index, 2);
    lua_setfield(L, -2, "__index");
    lua_pop(L, 1);
}
