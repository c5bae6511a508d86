#include "component.h"

#include "error.h"
#include "method.h"

#include <stdlib.h>

static HRESULT text_put(napi_env env, napi_value object, const char *key, const char *text)
{
    napi_value value;
    NODE_TRY(env, napi_create_string_utf8(env, text, NAPI_AUTO_LENGTH, &value));
    NODE_TRY(env, napi_set_named_property(env, object, key, value));
    return TRI_S_OK;
}

static HRESULT number_put(napi_env env, napi_value object, const char *key, uint32_t number)
{
    napi_value value;
    NODE_TRY(env, napi_create_uint32(env, number, &value));
    NODE_TRY(env, napi_set_named_property(env, object, key, value));
    return TRI_S_OK;
}

static HRESULT flag_put(napi_env env, napi_value object, const char *key, bool flag)
{
    napi_value value;
    NODE_TRY(env, napi_get_boolean(env, flag, &value));
    NODE_TRY(env, napi_set_named_property(env, object, key, value));
    return TRI_S_OK;
}

static HRESULT name_put(napi_env env, napi_value object, const char *key, const char *name)
{
    char text[256];
    if (tri_name_project(TRI_NAME_CAMEL, name, text, sizeof text) == 0) {
        return tri_error_set(TRI_E_INVALID_DATA, "the name '%.40s...' is too long", name);
    }
    return text_put(env, object, key, text);
}

#define COMPONENT_TRY(expression)                                                                  \
    do {                                                                                           \
        HRESULT hr_ = (expression);                                                                \
        if (TRI_FAILED(hr_)) {                                                                     \
            return hr_;                                                                            \
        }                                                                                          \
    } while (0)

// The first place where an object can only be the trailing options: behind every parameter that takes objects.
static uint32_t options_from(const tri_method *method)
{
    uint32_t from = method->required_count;
    for (uint32_t i = from; i < method->param_count; i++) {
        const tri_kind kind = method->params[i].type->kind;
        if (kind == TRI_KIND_STRUCT || kind == TRI_KIND_ARRAY || kind == TRI_KIND_BUFFER) {
            from = i + 1;
        }
    }
    return from;
}

static HRESULT method_describe(node_env *self, const tri_method *method, bool bigint,
                               napi_value *out)
{
    napi_env env = self->env;
    napi_value function;
    bool plain = false;
    NODE_TRY(env, napi_create_object(env, out));
    COMPONENT_TRY(node_method_new(self, method, bigint, &function, &plain));
    NODE_TRY(env, napi_set_named_property(env, *out, "call", function));
    COMPONENT_TRY(name_put(env, *out, "name", method->short_name));
    COMPONENT_TRY(text_put(env, *out, "signature", method->signature));
    COMPONENT_TRY(text_put(env, *out, "doc", method->doc));
    COMPONENT_TRY(flag_put(env, *out, "isAsync", method->face != TRI_FACE_SYNC));
    COMPONENT_TRY(flag_put(env, *out, "plain", plain));
    COMPONENT_TRY(flag_put(env, *out, "reports",
                           method->face == TRI_FACE_ACTION_WITH_PROGRESS ||
                               method->face == TRI_FACE_OPERATION_WITH_PROGRESS));
    COMPONENT_TRY(number_put(env, *out, "required", method->required_count));
    COMPONENT_TRY(number_put(env, *out, "count", method->param_count));
    return number_put(env, *out, "optionsFrom", options_from(method));
}

// { name: 'Algorithm', members: { Sha256: 'sha256', ... } }
static HRESULT enum_describe(napi_env env, const tri_type *type, napi_value *out)
{
    napi_value members;
    NODE_TRY(env, napi_create_object(env, out));
    NODE_TRY(env, napi_create_object(env, &members));
    COMPONENT_TRY(text_put(env, *out, "name", type->name));
    NODE_TRY(env, napi_set_named_property(env, *out, "members", members));
    for (uint32_t i = 0; i < type->enumerator_count; i++) {
        const char *name = type->enumerators[i].name;
        COMPONENT_TRY(name_put(env, members, name, name));
    }
    NODE_TRY(env, napi_object_freeze(env, members));
    return TRI_S_OK;
}

static HRESULT component_describe(node_env *self, const tri_component *component, bool bigint,
                                  napi_value *out)
{
    napi_env env = self->env;
    napi_value list;
    napi_value entry;
    NODE_TRY(env, napi_create_object(env, out));
    COMPONENT_TRY(text_put(env, *out, "name", component->name));
    COMPONENT_TRY(text_put(env, *out, "namespace", component->name_space));
    COMPONENT_TRY(text_put(env, *out, "version", component->version));
    COMPONENT_TRY(text_put(env, *out, "doc", component->doc));
    COMPONENT_TRY(text_put(env, *out, "path", component->path));
    NODE_TRY(env, napi_create_array(env, &list));
    NODE_TRY(env, napi_set_named_property(env, *out, "methods", list));
    for (uint32_t i = 0; i < component->method_count; i++) {
        COMPONENT_TRY(method_describe(self, component->methods[i], bigint, &entry));
        NODE_TRY(env, napi_set_element(env, list, i, entry));
    }
    uint32_t count = 0;
    NODE_TRY(env, napi_create_array(env, &list));
    NODE_TRY(env, napi_set_named_property(env, *out, "enums", list));
    for (uint32_t i = 0; i < component->type_count; i++) {
        if (component->types[i]->kind == TRI_KIND_ENUM) {
            COMPONENT_TRY(enum_describe(env, component->types[i], &entry));
            NODE_TRY(env, napi_set_element(env, list, count++, entry));
        }
    }
    return TRI_S_OK;
}

static HRESULT component_find(napi_env env, napi_value name, const tri_component **out)
{
    size_t length = 0;
    NODE_TRY(env, napi_get_value_string_utf8(env, name, NULL, 0, &length));
    char *text = malloc(length + 1);
    if (!text) {
        return tri_error_set(TRI_E_OUTOFMEMORY, "no memory for the name of a component");
    }
    napi_status status = napi_get_value_string_utf8(env, name, text, length + 1, &length);
    HRESULT hr = status == napi_ok ? tri_component_load(text, length, out)
                                   : node_error_napi(env, status, "napi_get_value_string_utf8");
    free(text);
    return hr;
}

napi_value node_component_load(napi_env env, napi_callback_info info)
{
    node_call call;
    if (!node_call_open(env, info, &call)) {
        return NULL;
    }
    const tri_component *component = NULL;
    napi_value description = NULL;
    bool bigint = false;
    HRESULT hr = TRI_E_INVALIDARG;
    if (napi_get_value_bool(env, call.argv[1], &bigint) == napi_ok) {
        hr = component_find(env, call.argv[0], &component);
    }
    if (TRI_SUCCEEDED(hr)) {
        hr = component_describe(call.self, component, bigint, &description);
    }
    return TRI_FAILED(hr) ? node_error_throw(env, hr) : description;
}
