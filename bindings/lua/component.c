// Components as tables: hashing.hash_file, hashing.Algorithm.Sha256.
#include "component.h"
#include "error.h"
#include "method.h"
#include "value.h"

// An enumeration has its names as they stand in the description, and its values as Lua writes and is given them:
// Algorithm.Sha256 == "sha256". A name that it does not have raises, so that a misspelt one does not become a nil,
// which would stand for the default.
static int enum_index(lua_State *L)
{
    const tri_type *type = lua_touserdata(L, lua_upvalueindex(2));
    int32_t value = 0;
    size_t length;
    const char *name = luaL_checklstring(L, 2, &length);
    HRESULT hr = tri_value_set_text(type, &value, name, length);
    if (TRI_SUCCEEDED(hr)) {
        hr = tri_error_set(TRI_E_UNKNOWN_NAME, "%s has no '%s'; write it as the description does", type->name, name);
    }
    return tri_lua_raise(L, hr);
}

// The state is at `index`.
static void push_enum(lua_State *L, int index, const tri_type *type)
{
    lua_createtable(L, 0, (int)type->enumerator_count);
    for (uint32_t i = 0; i < type->enumerator_count; i++) {
        lua_pushstring(L, type->enumerators[i].name);
        tri_lua_push_name(L, TRI_NAME_CAMEL, type->enumerators[i].name);
        lua_rawset(L, -3);
    }
    lua_createtable(L, 0, 1);
    lua_pushvalue(L, index);
    lua_pushlightuserdata(L, (void *)(uintptr_t)type);
    lua_pushcclosure(L, enum_index, 2);
    lua_setfield(L, -2, "__index");
    lua_setmetatable(L, -2);
}

static int component_tostring(lua_State *L)
{
    const tri_component *component = lua_touserdata(L, lua_upvalueindex(1));
    lua_pushfstring(L, TRI_LUA_COMPONENT ": %s %s (%s)", component->name, component->version, component->path);
    return 1;
}

static void push_info(lua_State *L, const char *key, const char *value)
{
    lua_pushstring(L, value);
    lua_setfield(L, -2, key);
}

// The metatable says what the component is, so that its table has nothing but members.
static void push_metatable(lua_State *L, const tri_component *component)
{
    lua_createtable(L, 0, 8);
    push_info(L, "__name", TRI_LUA_COMPONENT);
    push_info(L, "name", component->name);
    push_info(L, "namespace", component->name_space);
    push_info(L, "version", component->version);
    push_info(L, "doc", component->doc);
    push_info(L, "path", component->path);
    lua_pushlightuserdata(L, (void *)(uintptr_t)component);
    lua_pushcclosure(L, component_tostring, 1);
    lua_setfield(L, -2, "__tostring");
    lua_createtable(L, 0, (int)component->method_count);
    for (uint32_t i = 0; i < component->method_count; i++) {
        tri_lua_push_name(L, TRI_NAME_SNAKE, component->methods[i]->short_name);
        lua_pushstring(L, component->methods[i]->signature);
        lua_rawset(L, -3);
    }
    lua_setfield(L, -2, "signatures");
}

// The state is at `index`.
static void push_component(lua_State *L, int index, const tri_component *component)
{
    lua_createtable(L, 0, (int)(component->method_count + component->type_count));
    for (uint32_t i = 0; i < component->method_count; i++) {
        tri_lua_push_name(L, TRI_NAME_SNAKE, component->methods[i]->short_name);
        tri_lua_push_method(L, index, component->methods[i]);
        lua_rawset(L, -3);
    }
    for (uint32_t i = 0; i < component->type_count; i++) {
        if (component->types[i]->kind == TRI_KIND_ENUM) {
            lua_pushstring(L, component->types[i]->name);
            push_enum(L, index, component->types[i]);
            lua_rawset(L, -3);
        }
    }
    push_metatable(L, component);
    lua_setmetatable(L, -2);
}

// load(name_or_path): the table of a component; the same one each time.
static int component_load(lua_State *L)
{
    size_t length;
    const tri_component *component = NULL;
    if (lua_type(L, 1) != LUA_TSTRING) {
        return tri_lua_raise(L,
                             tri_error_set(TRI_E_TYPE_MISMATCH,
                                           "trivium.load(name): expected the name or the path of a component, got %s",
                                           luaL_typename(L, 1)));
    }
    const char *name = lua_tolstring(L, 1, &length);
    tri_lua_check(L, tri_component_load(name, length, &component));
    lua_settop(L, 1);
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_getiuservalue(L, 2, TRI_LUA_COMPONENTS);
    if (lua_rawgetp(L, 3, component) == LUA_TNIL) {
        lua_pop(L, 1);
        push_component(L, 2, component);
        lua_pushvalue(L, -1);
        lua_rawsetp(L, 3, component);
    }
    return 1;
}

void tri_lua_open_component(lua_State *L)
{
    static const luaL_Reg functions[] = {{"load", component_load}, {NULL, NULL}};
    tri_lua_functions(L, functions);
}
