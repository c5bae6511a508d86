// Default values of parameters, evaluated once, when the component is loaded.
#include "describe.h"
#include "runtime.h"
#include "value.h"

// "Algorithm.Sha256", or with the namespace in front.
static HRESULT default_enumerator(const tri__midl_member *member, const tri__midl_value *value,
                                  const tri_type *type, void *to)
{
    const char *dot = value->text ? strrchr(value->text, '.') : NULL;
    size_t length = dot ? (size_t)(dot - value->text) : 0;
    bool names_type = (strlen(type->name) == length && memcmp(type->name, value->text, length) == 0) ||
                      (strlen(type->full_name) == length && memcmp(type->full_name, value->text, length) == 0);
    for (uint32_t i = 0; names_type && i < type->enumerator_count; i++) {
        if (strcmp(type->enumerators[i].name, dot + 1) == 0) {
            *(int32_t *)to = type->enumerators[i].value;
            return TRI_S_OK;
        }
    }
    return tri__midl_error(member->source, value->position,
                           "expected an enumerator such as %s.%s, got '%s'", type->name,
                           type->enumerators[0].name, value->text ? value->text : "a literal");
}

static HRESULT default_number(const tri__midl_member *member, const tri__midl_value *value,
                              const tri_type *type, void *to)
{
    HRESULT hr;
    if (type->kind == TRI_KIND_TIMESPAN) { // in ticks
        type = tri_type_builtin(TRI_KIND_INT64);
    }
    if (value->kind == TRI__MIDL_VALUE_REAL) {
        hr = tri_value_set_double(type, to, value->negative ? -value->real : value->real);
    } else if (!value->negative) {
        hr = tri_value_set_uint64(type, to, value->integer);
    } else if (value->integer > UINT64_C(1) << 63) {
        hr = tri_value_set_double(type, to, -value->real);
    } else {
        hr = tri_value_set_int64(type, to, (int64_t)(0 - value->integer));
    }
    if (TRI_FAILED(hr)) {
        char message[TRI_MESSAGE_SIZE];
        snprintf(message, sizeof message, "%s", tri_error_message(hr));
        return tri__midl_error(member->source, value->position, "%s", message);
    }
    return TRI_S_OK;
}

// Text lives in the arena, as the component does: it needs no freeing when loading fails.
static HRESULT default_text(tri__describe *describe, const tri__midl_value *value, void *to)
{
    void *memory = tri__arena_alloc(describe->arena, tri__string_place_size(value->length));
    if (!memory) {
        return TRI_E_OUTOFMEMORY;
    }
    *(tri_string **)to = tri__string_place(memory, &tri__host, value->text, value->length);
    return TRI_S_OK;
}

HRESULT tri__describe_default(tri__describe *describe, const tri__midl_member *member,
                              const tri__midl_value *value, const tri_type *type, const void **out)
{
    void *to = tri__arena_alloc(describe->arena, type->size);
    if (!to) {
        return TRI_E_OUTOFMEMORY;
    }
    *out = to;
    if (type->kind == TRI_KIND_ENUM) {
        return default_enumerator(member, value, type, to);
    }
    bool holds_null = type->kind == TRI_KIND_STRING || type->kind == TRI_KIND_BUFFER ||
                      type->kind == TRI_KIND_ARRAY;
    bool holds_number = (type->kind >= TRI_KIND_INT8 && type->kind <= TRI_KIND_DOUBLE) ||
                        type->kind == TRI_KIND_TIMESPAN;
    switch (value->kind) {
    case TRI__MIDL_VALUE_NULL:
        if (holds_null) {
            return TRI_S_OK; // all zero is empty
        }
        break;
    case TRI__MIDL_VALUE_BOOLEAN:
        if (type->kind == TRI_KIND_BOOLEAN) {
            *(uint8_t *)to = (uint8_t)value->integer;
            return TRI_S_OK;
        }
        break;
    case TRI__MIDL_VALUE_TEXT:
        if (type->kind == TRI_KIND_STRING) {
            return default_text(describe, value, to);
        }
        break;
    case TRI__MIDL_VALUE_INTEGER:
    case TRI__MIDL_VALUE_REAL:
        if (holds_number) {
            return default_number(member, value, type, to);
        }
        break;
    case TRI__MIDL_VALUE_NAME:
        break;
    }
    static const char *const got[] = {"a number", "a number", "a text", "a Boolean", "null", "a name"};
    return tri__midl_error(member->source, value->position, "expected a default for %s, got %s",
                           type->name, got[value->kind]);
}
