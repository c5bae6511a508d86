// Operations: their properties, and what can be done with one outside a coroutine.
#include "async.h"
#include "coroutine.h"
#include "dispatcher.h"
#include "error.h"
#include "operation.h"
#include "value.h"

// The one user value of an operation is a table, once one of these is asked for.
enum {
    RAW = 1,         // op.operation
    HANDLER = 2,     // what was assigned to op.progress
    UNSUBSCRIBE = 3, // and the function that ends its listening
};

// Pushes a thing of the operation at index 1, nil if there is none. [-0, +1]
static void push_extra(lua_State *L, int which)
{
    if (lua_getiuservalue(L, 1, 1) == LUA_TTABLE) {
        lua_rawgeti(L, -1, which);
        lua_remove(L, -2);
    }
}

// Takes it from the top of the stack. [-1, +0, m]
static void set_extra(lua_State *L, int which)
{
    if (lua_getiuservalue(L, 1, 1) != LUA_TTABLE) {
        lua_pop(L, 1);
        lua_createtable(L, 3, 0);
        lua_pushvalue(L, -1);
        lua_setiuservalue(L, 1, 1);
    }
    lua_insert(L, -2);
    lua_rawseti(L, -2, which);
    lua_pop(L, 1);
}

tri_lua_slot *tri_lua_new_op(lua_State *L, tri_lua_state *state, int metatable, int ops)
{
    (void)tri_lua_dispatcher(L);
    tri_lua_report_memory(L, state);
    tri_lua_op *op = lua_newuserdatauv(L, sizeof *op, 1);
    // Not an operation before it has a slot.
    op->slot = tri_lua_take_slot(L, state, ops);
    op->serial = op->slot->serial;
    lua_pushvalue(L, metatable);
    lua_setmetatable(L, -2);
    return op->slot;
}

// Does the userdata at `index` have that metatable?
static bool is_op(lua_State *L, int index)
{
    if (lua_type(L, index) != LUA_TUSERDATA || !lua_getmetatable(L, index)) {
        return false;
    }
    bool same = lua_topointer(L, -1) == tri_lua_state_of(L)->op_metatable;
    lua_pop(L, 1);
    return same;
}

tri_lua_slot *tri_lua_check_op(lua_State *L, int index)
{
    if (!is_op(L, index)) {
        luaL_typeerror(L, index, TRI_LUA_OP);
    }
    const tri_lua_op *op = lua_touserdata(L, index);
    if (op->slot->serial != op->serial || !op->slot->async) {
        // Only finalizers can come across one.
        tri_lua_raise(L, tri_error_set(TRI_E_CLOSED, "the operation was collected"));
    }
    return op->slot;
}

tri_async *tri_lua_check_async(lua_State *L, int index)
{
    return tri_lua_check_op(L, index)->async;
}

void tri_lua_push_status(lua_State *L, int32_t status)
{
    tri_lua_push_name(L, TRI_NAME_CAMEL, tri_async_status_name(status));
}

// For op.status and op:wait(), which raise nothing: what the getter of the raw face refuses after Close, it says all
// the same.
static void push_status_of(lua_State *L, tri_async *async)
{
    int32_t status = TRI_ASYNC_CLOSED;
    (void)tri_async_get_status(async, &status);
    tri_lua_push_status(L, status);
}

int tri_lua_push_outcome(lua_State *L, tri_async *async)
{
    const void *result = NULL;
    tri_lua_check(L, tri_async_outcome(async, &result));
    return tri_lua_push_value(L, tri_async_result_type(async), result);
}

static void clear_value(const void *type, void *value)
{
    tri_value_clear(type, value);
}

bool tri_lua_push_progress(lua_State *L, tri_async *async)
{
    const tri_type *type = tri_async_progress_type(async);
    if (type->kind == TRI_KIND_VOID) {
        return false;
    }
    tri_lua_block *block = tri_lua_new_block(L, type->size);
    HRESULT hr = tri_async_latest_progress(async, block->bytes);
    tri_lua_check(L, hr);
    if (!type->plain) {
        block->what = type;
        block->clear = clear_value;
    }
    if (hr == TRI_S_FALSE) {
        lua_pop(L, 1);
        return false;
    }
    tri_lua_push_value(L, type, block->bytes);
    lua_remove(L, -2);
    return true;
}

// op:get([seconds]): the outcome, without a loop. Blocks.
static int async_get(lua_State *L)
{
    tri_async *async = tri_lua_check_async(L, 1);
    int64_t timeout = tri_lua_check_timeout(L, 2, "op:get(seconds)");
    lua_settop(L, 1);
    if (!tri_lua_block_on(L, async, timeout)) {
        return tri_lua_raise(L,
                             tri_error_set(TRI_E_TIMEOUT, "%s: not over in time; it goes on", tri_async_name(async)));
    }
    return tri_lua_push_outcome(L, async);
}

// op:wait([seconds]): the status then; raises no failure of the operation. Blocks.
static int async_wait(lua_State *L)
{
    tri_async *async = tri_lua_check_async(L, 1);
    int64_t timeout = tri_lua_check_timeout(L, 2, "op:wait(seconds)");
    lua_settop(L, 1);
    (void)tri_lua_block_on(L, async, timeout);
    push_status_of(L, async);
    return 1;
}

static int async_done(lua_State *L)
{
    lua_pushboolean(L, tri_async_is_done(tri_lua_check_async(L, 1)));
    return 1;
}

static int async_stopped(lua_State *L)
{
    lua_pushboolean(L, tri_async_is_stopped(tri_lua_check_async(L, 1)));
    return 1;
}

// op:latest(): the latest progress report, nil before the first.
static int async_latest(lua_State *L)
{
    if (!tri_lua_push_progress(L, tri_lua_check_async(L, 1))) {
        lua_pushnil(L);
    }
    return 1;
}

// op:timeout(seconds): a new operation.
static int async_timeout(lua_State *L)
{
    tri_async *async = tri_lua_check_async(L, 1);
    int64_t ticks = tri_lua_check_ticks(L, 2, "op:timeout(seconds)");
    lua_settop(L, 1);
    luaL_getmetatable(L, TRI_LUA_OP);
    lua_getiuservalue(L, lua_upvalueindex(1), TRI_LUA_OPS);
    tri_lua_slot *timed = tri_lua_new_op(L, tri_lua_state_of(L), 2, 3);
    tri_lua_check(L, tri_async_timeout(async, ticks, &timed->async));
    timed->started = true;
    return 1;
}

// Methods are in the table that is the second upvalue; lua/trivium adds to it. They check their operation themselves.
static int async_index(lua_State *L)
{
    lua_settop(L, 2);
    lua_pushvalue(L, 2);
    if (lua_rawget(L, lua_upvalueindex(2)) != LUA_TNIL) {
        return 1;
    }
    tri_async *async = tri_lua_check_async(L, 1);
    const char *key = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : "";
    if (strcmp(key, "status") == 0) {
        push_status_of(L, async);
    } else if (strcmp(key, "id") == 0) {
        uint32_t id = 0;
        (void)tri_async_get_id(async, &id);
        lua_pushinteger(L, (lua_Integer)id);
    } else if (strcmp(key, "name") == 0) {
        lua_pushstring(L, tri_async_name(async));
    } else if (strcmp(key, "operation") == 0) {
        push_extra(L, RAW);
        if (lua_isnil(L, -1)) {
            lua_pushvalue(L, lua_upvalueindex(3));
            lua_pushvalue(L, 1);
            lua_call(L, 1, 1);
            lua_pushvalue(L, -1);
            set_extra(L, RAW);
        }
    } else if (strcmp(key, "progress") == 0) {
        push_extra(L, HANDLER);
    } else {
        lua_pushnil(L);
    }
    return 1;
}

// op.progress = f: like op:on_progress(f), and takes the place of what was assigned before.
static int async_newindex(lua_State *L)
{
    tri_async *async = tri_lua_check_async(L, 1);
    const char *key = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : "?";
    if (strcmp(key, "progress") != 0) {
        return luaL_error(L, "an operation has no field '%s' to assign to", key);
    }
    // What was assigned before is given up when nothing can be refused any more.
    if (lua_isnil(L, 3)) {
        lua_pushnil(L);
    } else {
        tri_lua_check_handler(L, 3, "op.progress");
        tri_lua_check(L, tri_lua_watch(L, async, TRI_WAIT_PROGRESS, 3, 0, 0));
    }
    push_extra(L, UNSUBSCRIBE);
    if (!lua_isnil(L, -1)) {
        lua_call(L, 0, 0);
    }
    lua_settop(L, 4);
    set_extra(L, UNSUBSCRIBE);
    set_extra(L, HANDLER);
    return 0;
}

// The tri_async of an operation that may have been collected: NULL then.
static tri_async *to_async(lua_State *L)
{
    luaL_argexpected(L, is_op(L, 1), 1, TRI_LUA_OP);
    const tri_lua_op *op = lua_touserdata(L, 1);
    return op->slot->serial == op->serial ? op->slot->async : NULL;
}

static int async_cancel(lua_State *L)
{
    tri_async *async = to_async(L);
    if (async) {
        tri_lua_check(L, tri_async_cancel(async));
    }
    return 0;
}

static int async_tostring(lua_State *L)
{
    tri_async *async = to_async(L);
    if (!async) {
        lua_pushliteral(L, TRI_LUA_OP " (collected)");
        return 1;
    }
    uint32_t id = 0;
    (void)tri_async_get_id(async, &id);
    push_status_of(L, async);
    lua_pushfstring(L, TRI_LUA_OP ": %s %I (%s)", tri_async_name(async), (LUAI_UACINT)id, lua_tostring(L, -1));
    return 1;
}

void tri_lua_open_async(lua_State *L)
{
    static const luaL_Reg metamethods[] = {
        {"__close", async_cancel}, {"__tostring", async_tostring}, {"__newindex", async_newindex}, {NULL, NULL}};
    static const luaL_Reg methods[] = {
        {"get", async_get},         {"wait", async_wait},     {"cancel", async_cancel},   {"done", async_done},
        {"stopped", async_stopped}, {"latest", async_latest}, {"timeout", async_timeout}, {NULL, NULL}};
    tri_lua_metatable(L, TRI_LUA_OP, metamethods);
    ((tri_lua_state *)lua_touserdata(L, -2))->op_metatable = lua_topointer(L, -1);
    lua_newtable(L);
    lua_pushvalue(L, -3);
    luaL_setfuncs(L, methods, 1);
    lua_pushvalue(L, -1);
    lua_setfield(L, -5, "op"); // the module's table: state, metatable and methods are above it
    lua_pushvalue(L, -3);
    lua_pushvalue(L, -2);
    tri_lua_push_operation_new(L, -2);
    lua_pushcclosure(L, async_index, 3);
    lua_setfield(L, -3, "__index");
    lua_pop(L, 2);
}
