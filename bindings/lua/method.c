// Calling a method: parse, call, convert.
#include "method.h"
#include "async.h"
#include "error.h"
#include "value.h"

static const tri_method *method_of(lua_State *L)
{
    return lua_touserdata(L, lua_upvalueindex(2));
}

// The arguments 1 ... given into the block, which has its defaults already and is owned by a userdata.
static void store_arguments(lua_State *L, const tri_method *method, int given, void *args)
{
    tri_lua_check(L, tri_method_check_count(method, TRI_NAME_SNAKE, (size_t)given));
    for (uint32_t i = 0; i < method->param_count; i++) {
        const tri_param *param = &method->params[i];
        int index = (int)i + 1;
        if (index > given || lua_type(L, index) == LUA_TNIL) {
            if (!param->optional) {
                tri_lua_raise(L, tri_method_missing(method, TRI_NAME_SNAKE, i));
            }
            continue;
        }
        if (TRI_FAILED(tri_lua_to_value(L, index, param->type, (char *)args + param->offset))) {
            tri_lua_raise(L, tri_method_blame(method, TRI_NAME_SNAKE, i));
        }
    }
}

static int call_async(lua_State *L)
{
    const tri_method *method = method_of(L);
    int given = lua_gettop(L);
    void *args = NULL;
    tri_lua_slot *op = tri_lua_new_op(L, tri_lua_state_of(L), lua_upvalueindex(3), lua_upvalueindex(4));
    tri_lua_check(L, tri_method_prepare(method, &op->async, &args));
    store_arguments(L, method, given, args);
    tri_lua_check(L, tri_async_start(op->async));
    op->started = true;
    return 1;
}

// A synchronous call's block: the arguments, then the result.
static size_t result_offset(const tri_method *method)
{
    const size_t align = _Alignof(max_align_t);
    return (method->args_size + align - 1) / align * align;
}

static void clear_call(const void *what, void *bytes)
{
    const tri_method *method = what;
    tri_method_args_clear(method, bytes);
    tri_value_clear(method->result, (char *)bytes + result_offset(method));
}

static int call_sync(lua_State *L)
{
    const tri_method *method = method_of(L);
    int given = lua_gettop(L);
    tri_lua_block *block = tri_lua_new_block(L, result_offset(method) + method->result->size);
    void *args = block->bytes;
    void *result = (char *)block->bytes + result_offset(method);
    tri_lua_check(L, tri_method_args_init(method, args));
    block->what = method;
    block->clear = clear_call;
    store_arguments(L, method, given, args);
    HRESULT hr = tri_method_call(method, args, result);
    if (TRI_FAILED(hr)) {
        // What a failed method left in the result is not to be looked at.
        memset(result, 0, method->result->size);
        return tri_lua_raise(L, hr);
    }
    return tri_lua_push_value(L, method->result, result);
}

void tri_lua_push_method(lua_State *L, int index, const tri_method *method)
{
    index = lua_absindex(L, index);
    lua_pushvalue(L, index);
    lua_pushlightuserdata(L, (void *)(uintptr_t)method);
    if (method->face == TRI_FACE_SYNC) {
        lua_pushcclosure(L, call_sync, 2);
        return;
    }
    luaL_getmetatable(L, TRI_LUA_OP);
    lua_getiuservalue(L, index, TRI_LUA_OPS);
    lua_pushcclosure(L, call_async, 4);
}
