// Values between Lua and core.
#include "value.h"
#include "error.h"

#define BLOCK_NAME "trivium.block"

static int block_gc(lua_State *L)
{
    tri_lua_block *block = lua_touserdata(L, 1);
    if (block->clear) {
        block->clear(block->what, block->bytes);
        block->clear = NULL;
    }
    return 0;
}

tri_lua_block *tri_lua_new_block(lua_State *L, size_t size)
{
    tri_lua_block *block = lua_newuserdatauv(L, sizeof *block + size, 0);
    memset(block, 0, sizeof *block + size);
    luaL_setmetatable(L, BLOCK_NAME);
    return block;
}

void tri_lua_push_name(lua_State *L, tri_name_style style, const char *name)
{
    luaL_Buffer buffer;
    size_t room = 2 * strlen(name) + 1;
    char *text = luaL_buffinitsize(L, &buffer, room);
    luaL_pushresultsize(&buffer, tri_name_project(style, name, text, room));
}

int64_t tri_lua_check_ticks(lua_State *L, int index, const char *what)
{
    int64_t ticks = 0;
    if (lua_type(L, index) != LUA_TNUMBER) {
        tri_lua_raise(
            L, tri_error_set(TRI_E_TYPE_MISMATCH, "%s: expected seconds, got %s", what, luaL_typename(L, index)));
    }
    HRESULT hr = tri_value_set_timespan(&ticks, (double)lua_tonumber(L, index), TRI_TICKS_PER_SECOND);
    if (TRI_FAILED(hr)) {
        tri_error_prefix("%s: ", what);
        tri_lua_raise(L, hr);
    }
    return ticks;
}

// "a string", for messages.
static const char *phrase(lua_State *L, int index)
{
    switch (lua_type(L, index)) {
    case LUA_TNONE:
    case LUA_TNIL:
        return "nil";
    case LUA_TBOOLEAN:
        return "a boolean";
    case LUA_TNUMBER:
        return lua_isinteger(L, index) ? "an integer" : "a float";
    case LUA_TSTRING:
        return "a string";
    case LUA_TTABLE:
        return "a table";
    case LUA_TFUNCTION:
        return "a function";
    case LUA_TTHREAD:
        return "a coroutine";
    default:
        return "a userdata";
    }
}

static HRESULT to_number(lua_State *L, int index, const tri_type *type, void *to)
{
    if (lua_isinteger(L, index)) {
        return tri_value_set_int64(type, to, (int64_t)lua_tointeger(L, index));
    }
    if (lua_type(L, index) != LUA_TNUMBER) {
        return tri_value_mismatch(type, phrase(L, index));
    }
    return tri_value_set_double(type, to, (double)lua_tonumber(L, index));
}

static HRESULT to_array(lua_State *L, int index, const tri_type *type, void *to)
{
    if (lua_type(L, index) != LUA_TTABLE) {
        return tri_value_mismatch(type, phrase(L, index));
    }
    luaL_checkstack(L, 8, "a value is nested too deep");
    lua_Integer length = luaL_len(L, index);
    void *elements = NULL;
    HRESULT hr = tri_value_set_array(type, to, length < 0 ? 0 : (size_t)length, &elements);
    for (lua_Integer i = 0; TRI_SUCCEEDED(hr) && i < length; i++) {
        lua_geti(L, index, i + 1);
        hr = tri_lua_to_value(L, lua_gettop(L), type->element, (char *)elements + (size_t)i * type->element->size);
        lua_pop(L, 1);
        if (TRI_FAILED(hr)) {
            tri_error_prefix("element %lld: ", (long long)(i + 1));
        }
    }
    return hr;
}

// Every key of the table must be the name of a field: a misspelt one would be lost in silence otherwise.
static HRESULT check_keys(lua_State *L, int index, const tri_type *type)
{
    lua_pushnil(L);
    while (lua_next(L, index)) {
        bool known = false;
        for (uint32_t i = 0; i < type->field_count && !known && lua_type(L, -2) == LUA_TSTRING; i++) {
            tri_lua_push_name(L, TRI_NAME_SNAKE, type->fields[i].name);
            known = lua_rawequal(L, -1, -3);
            lua_pop(L, 1);
        }
        if (!known) {
            // A copy, for lua_tolstring would change a key that is a number.
            lua_pushvalue(L, -2);
            const char *key = lua_isstring(L, -1) ? lua_tostring(L, -1) : phrase(L, -1);
            HRESULT hr = tri_struct_unexpected(type, TRI_NAME_SNAKE, key);
            lua_pop(L, 3);
            return hr;
        }
        lua_pop(L, 1);
    }
    return TRI_S_OK;
}

static HRESULT to_struct(lua_State *L, int index, const tri_type *type, void *to)
{
    if (lua_type(L, index) != LUA_TTABLE) {
        return tri_value_mismatch(type, phrase(L, index));
    }
    luaL_checkstack(L, 8, "a value is nested too deep");
    HRESULT hr = check_keys(L, index, type);
    for (uint32_t i = 0; TRI_SUCCEEDED(hr) && i < type->field_count; i++) {
        const tri_type_field *field = &type->fields[i];
        tri_lua_push_name(L, TRI_NAME_SNAKE, field->name);
        lua_pushvalue(L, -1);
        if (lua_gettable(L, index) == LUA_TNIL) {
            hr = tri_struct_missing(type, TRI_NAME_SNAKE, i);
            lua_pop(L, 2);
            break;
        }
        hr = tri_lua_to_value(L, lua_gettop(L), field->type, (char *)to + field->offset);
        if (TRI_FAILED(hr)) {
            tri_error_prefix("field '%s': ", lua_tostring(L, -2));
        }
        lua_pop(L, 2);
    }
    return hr;
}

HRESULT tri_lua_to_value(lua_State *L, int index, const tri_type *type, void *to)
{
    size_t length;
    const char *text;
    switch (type->kind) {
    case TRI_KIND_VOID:
        return TRI_S_OK;
    case TRI_KIND_BOOLEAN:
        if (lua_type(L, index) != LUA_TBOOLEAN) {
            return tri_value_mismatch(type, phrase(L, index));
        }
        *(uint8_t *)to = (uint8_t)lua_toboolean(L, index);
        return TRI_S_OK;
    case TRI_KIND_TIMESPAN:
        if (lua_type(L, index) != LUA_TNUMBER) {
            return tri_value_mismatch(type, phrase(L, index));
        }
        return tri_value_set_timespan(to, (double)lua_tonumber(L, index), TRI_TICKS_PER_SECOND);
    case TRI_KIND_STRING:
    case TRI_KIND_BUFFER:
        // Not what lua_tolstring would make a string of: a number here is most likely a mistake.
        if (lua_type(L, index) != LUA_TSTRING) {
            return tri_value_mismatch(type, phrase(L, index));
        }
        text = lua_tolstring(L, index, &length);
        return type->kind == TRI_KIND_STRING ? tri_value_set_text(type, to, text, length)
                                             : tri_value_set_bytes(type, to, text, length);
    case TRI_KIND_ENUM:
        if (lua_type(L, index) != LUA_TSTRING) {
            return to_number(L, index, type, to);
        }
        text = lua_tolstring(L, index, &length);
        return tri_value_set_text(type, to, text, length);
    case TRI_KIND_ARRAY:
        if (type->element->kind == TRI_KIND_UINT8 && lua_type(L, index) == LUA_TSTRING) {
            text = lua_tolstring(L, index, &length);
            return tri_value_set_bytes(type, to, text, length);
        }
        return to_array(L, index, type, to);
    case TRI_KIND_STRUCT:
        return to_struct(L, index, type, to);
    default:
        return to_number(L, index, type, to);
    }
}

static int push_uint64(lua_State *L, uint64_t number)
{
    if (number > (uint64_t)LUA_MAXINTEGER) {
        return tri_lua_raise(L,
                             tri_error_set(TRI_E_BOUNDS, "the UInt64 %llu is beyond the largest integer of Lua, %lld",
                                           (unsigned long long)number, (long long)LUA_MAXINTEGER));
    }
    lua_pushinteger(L, (lua_Integer)number);
    return 1;
}

static int push_enum(lua_State *L, const tri_type *type, int32_t number)
{
    const tri_enumerator *enumerator = tri_enum_find(type, number);
    if (enumerator) {
        tri_lua_push_name(L, TRI_NAME_CAMEL, enumerator->name);
    } else {
        lua_pushinteger(L, number);
    }
    return 1;
}

static int push_array(lua_State *L, const tri_type *type, const void *value)
{
    const tri_c_UInt8Array *array = value; // every array is a length and a pointer
    if (type->element->kind == TRI_KIND_UINT8) {
        lua_pushlstring(L, (const char *)array->data, array->length);
        return 1;
    }
    luaL_checkstack(L, 8, "a value is nested too deep");
    lua_createtable(L, array->length > INT32_MAX ? 0 : (int)array->length, 0);
    for (size_t i = 0; i < array->length; i++) {
        tri_lua_push_value(L, type->element, array->data + i * type->element->size);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    return 1;
}

static int push_struct(lua_State *L, const tri_type *type, const void *value)
{
    luaL_checkstack(L, 8, "a value is nested too deep");
    lua_createtable(L, 0, (int)type->field_count);
    for (uint32_t i = 0; i < type->field_count; i++) {
        tri_lua_push_name(L, TRI_NAME_SNAKE, type->fields[i].name);
        tri_lua_push_value(L, type->fields[i].type, (const char *)value + type->fields[i].offset);
        lua_rawset(L, -3);
    }
    return 1;
}

int tri_lua_push_value(lua_State *L, const tri_type *type, const void *value)
{
    switch (type->kind) {
    case TRI_KIND_VOID:
        return 0;
    case TRI_KIND_BOOLEAN:
        lua_pushboolean(L, *(const uint8_t *)value != 0);
        return 1;
    case TRI_KIND_INT8:
        lua_pushinteger(L, *(const int8_t *)value);
        return 1;
    case TRI_KIND_UINT8:
        lua_pushinteger(L, *(const uint8_t *)value);
        return 1;
    case TRI_KIND_INT16:
        lua_pushinteger(L, *(const int16_t *)value);
        return 1;
    case TRI_KIND_UINT16:
        lua_pushinteger(L, *(const uint16_t *)value);
        return 1;
    case TRI_KIND_INT32:
        lua_pushinteger(L, *(const int32_t *)value);
        return 1;
    case TRI_KIND_UINT32:
        lua_pushinteger(L, *(const uint32_t *)value);
        return 1;
    case TRI_KIND_INT64:
        lua_pushinteger(L, (lua_Integer) * (const int64_t *)value);
        return 1;
    case TRI_KIND_UINT64:
        return push_uint64(L, *(const uint64_t *)value);
    case TRI_KIND_SINGLE:
        lua_pushnumber(L, (lua_Number) * (const float *)value);
        return 1;
    case TRI_KIND_DOUBLE:
        lua_pushnumber(L, (lua_Number) * (const double *)value);
        return 1;
    case TRI_KIND_TIMESPAN:
        lua_pushnumber(L, (lua_Number) * (const int64_t *)value / (lua_Number)TRI_TICKS_PER_SECOND);
        return 1;
    case TRI_KIND_STRING: {
        const tri_string *string = *(tri_string *const *)value;
        lua_pushlstring(L, string ? string->data : "", string ? string->length : 0);
        return 1;
    }
    case TRI_KIND_BUFFER: {
        const tri_buffer *buffer = *(tri_buffer *const *)value;
        lua_pushlstring(L, buffer ? (const char *)buffer->data : "", buffer ? buffer->length : 0);
        return 1;
    }
    case TRI_KIND_ENUM:
        return push_enum(L, type, *(const int32_t *)value);
    case TRI_KIND_STRUCT:
        return push_struct(L, type, value);
    case TRI_KIND_ARRAY:
        return push_array(L, type, value);
    }
    return tri_lua_raise(L, tri_error_set(TRI_E_UNEXPECTED, "%s cannot be a Lua value", type->name));
}

void tri_lua_open_value(lua_State *L)
{
    static const luaL_Reg metamethods[] = {{"__gc", block_gc}, {NULL, NULL}};
    tri_lua_metatable(L, BLOCK_NAME, metamethods);
    lua_pop(L, 1);
}
