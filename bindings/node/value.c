#include "value.h"

#include "error.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#define MAX_SAFE_INTEGER INT64_C(9007199254740991)

HRESULT node_value_mismatch(napi_env env, const tri_type *type, napi_value from)
{
    napi_valuetype kind;
    NODE_TRY(env, napi_typeof(env, from, &kind));
    static const char *const phrases[] = {
        [napi_undefined] = "undefined", [napi_null] = "null",
        [napi_boolean] = "a boolean",   [napi_number] = "a number",
        [napi_string] = "a string",     [napi_symbol] = "a symbol",
        [napi_object] = "an object",    [napi_function] = "a function",
        [napi_external] = "an object",  [napi_bigint] = "a bigint",
    };
    const char *got = phrases[kind];
    bool yes = false;
    if (kind == napi_object) {
        if (napi_is_array(env, from, &yes) == napi_ok && yes) {
            got = "an array";
        } else if (napi_is_buffer(env, from, &yes) == napi_ok && yes) {
            got = "bytes";
        }
    }
    return tri_value_mismatch(type, got);
}

// The UTF-8 of UTF-16. A lone surrogate becomes its three bytes, which is no UTF-8, and which core
// refuses with its own message: Node-API's own conversion would put a U+FFFD there and say nothing.
static size_t utf8_from_utf16(const char16_t *text, size_t length, char *out)
{
    size_t used = 0;
    for (size_t i = 0; i < length; i++) {
        uint32_t c = text[i];
        if (c >= 0xD800 && c < 0xDC00 && i + 1 < length && text[i + 1] >= 0xDC00 &&
            text[i + 1] < 0xE000) {
            c = 0x10000 + ((c - 0xD800) << 10) + (text[++i] - 0xDC00u);
        }
        if (c < 0x80) {
            out[used++] = (char)c;
        } else if (c < 0x800) {
            out[used++] = (char)(0xC0 | c >> 6);
            out[used++] = (char)(0x80 | (c & 0x3F));
        } else if (c < 0x10000) {
            out[used++] = (char)(0xE0 | c >> 12);
            out[used++] = (char)(0x80 | (c >> 6 & 0x3F));
            out[used++] = (char)(0x80 | (c & 0x3F));
        } else {
            out[used++] = (char)(0xF0 | c >> 18);
            out[used++] = (char)(0x80 | (c >> 12 & 0x3F));
            out[used++] = (char)(0x80 | (c >> 6 & 0x3F));
            out[used++] = (char)(0x80 | (c & 0x3F));
        }
    }
    return used;
}

static HRESULT text_set(napi_env env, const tri_type *type, void *to, napi_value from)
{
    enum { ROOM = 256 };
    char16_t few_units[ROOM];
    char few_bytes[3 * ROOM];
    size_t length = 0;
    napi_status status = napi_get_value_string_utf16(env, from, few_units, ROOM, &length);
    if (status == napi_string_expected) {
        return node_value_mismatch(env, type, from);
    }
    NODE_TRY(env, status);
    if (length < ROOM - 1) {
        size_t used = utf8_from_utf16(few_units, length, few_bytes);
        return tri_value_set_text(type, to, few_bytes, used);
    }
    // It filled the room, so there may be more.
    NODE_TRY(env, napi_get_value_string_utf16(env, from, NULL, 0, &length));
    char16_t *units = malloc((length + 1) * sizeof *units);
    char *bytes = malloc(3 * length + 1);
    HRESULT hr = TRI_E_OUTOFMEMORY;
    if (units && bytes) {
        status = napi_get_value_string_utf16(env, from, units, length + 1, &length);
        hr = status == napi_ok
                 ? tri_value_set_text(type, to, bytes, utf8_from_utf16(units, length, bytes))
                 : node_error_napi(env, status, "napi_get_value_string_utf16");
    }
    free(bytes);
    free(units);
    return hr;
}

static HRESULT bigint_set(napi_env env, const tri_type *type, void *to, napi_value from)
{
    bool exact = false;
    int64_t number = 0;
    NODE_TRY(env, napi_get_value_bigint_int64(env, from, &number, &exact));
    if (exact) {
        return tri_value_set_int64(type, to, number);
    }
    uint64_t positive = 0;
    NODE_TRY(env, napi_get_value_bigint_uint64(env, from, &positive, &exact));
    if (exact) {
        return tri_value_set_uint64(type, to, positive);
    }
    return tri_error_set(TRI_E_BOUNDS, "expected %s, got a bigint of more than 64 bits",
                         type->name);
}

static HRESULT number_set(napi_env env, const tri_type *type, void *to, napi_value from)
{
    double number;
    napi_status status = napi_get_value_double(env, from, &number);
    if (status == napi_ok) {
        // Beyond 2^53 a number may have been rounded before it came here.
        bool wide = type->kind == TRI_KIND_INT64 || type->kind == TRI_KIND_UINT64;
        if (wide && fabs(number) > (double)MAX_SAFE_INTEGER) {
            return tri_error_set(TRI_E_BOUNDS,
                                 "expected %s, got %.17g, which is beyond Number.MAX_SAFE_INTEGER: "
                                 "pass a bigint",
                                 type->name, number);
        }
        return tri_value_set_double(type, to, number);
    }
    napi_valuetype kind;
    NODE_TRY(env, napi_typeof(env, from, &kind));
    if (kind == napi_bigint && type->kind <= TRI_KIND_UINT64) {
        return bigint_set(env, type, to, from);
    }
    return node_value_mismatch(env, type, from);
}

static HRESULT enum_set(napi_env env, const tri_type *type, void *to, napi_value from)
{
    double number;
    if (napi_get_value_double(env, from, &number) == napi_ok) {
        return tri_value_set_double(type, to, number);
    }
    return text_set(env, type, to, from);
}

// Room for the projected name of a field or an enumerator.
#define NAME_SIZE 256

static HRESULT name_of(const char *name, char out[NAME_SIZE])
{
    if (tri_name_project(TRI_NAME_CAMEL, name, out, NAME_SIZE) == 0) {
        return tri_error_set(TRI_E_BOUNDS, "the name '%.40s...' is too long", name);
    }
    return TRI_S_OK;
}

// Are there properties that no field has?
static HRESULT struct_check(napi_env env, const tri_type *type, napi_value from)
{
    napi_value keys;
    uint32_t count = 0;
    NODE_TRY(env, napi_get_all_property_names(env, from, napi_key_own_only,
                                              napi_key_enumerable | napi_key_skip_symbols,
                                              napi_key_numbers_to_strings, &keys));
    NODE_TRY(env, napi_get_array_length(env, keys, &count));
    for (uint32_t i = 0; count > type->field_count && i < count; i++) {
        char key[NAME_SIZE];
        char name[NAME_SIZE];
        size_t length = 0;
        napi_value value;
        bool known = false;
        NODE_TRY(env, napi_get_element(env, keys, i, &value));
        NODE_TRY(env, napi_get_value_string_utf8(env, value, key, sizeof key, &length));
        for (uint32_t k = 0; k < type->field_count && !known; k++) {
            HRESULT hr = name_of(type->fields[k].name, name);
            if (TRI_FAILED(hr)) {
                return hr;
            }
            known = strcmp(name, key) == 0;
        }
        if (!known) {
            return tri_struct_unexpected(type, TRI_NAME_CAMEL, key);
        }
    }
    return TRI_S_OK;
}

static HRESULT struct_set(napi_env env, const tri_type *type, void *to, napi_value from)
{
    napi_valuetype kind;
    NODE_TRY(env, napi_typeof(env, from, &kind));
    if (kind != napi_object) {
        return node_value_mismatch(env, type, from);
    }
    for (uint32_t i = 0; i < type->field_count; i++) {
        const tri_type_field *field = &type->fields[i];
        char name[NAME_SIZE];
        napi_value value;
        HRESULT hr = name_of(field->name, name);
        if (TRI_FAILED(hr)) {
            return hr;
        }
        NODE_TRY(env, napi_get_named_property(env, from, name, &value));
        NODE_TRY(env, napi_typeof(env, value, &kind));
        if (kind == napi_undefined) {
            return tri_struct_missing(type, TRI_NAME_CAMEL, i);
        }
        hr = node_value_set(env, field->type, (char *)to + field->offset, value);
        if (TRI_FAILED(hr)) {
            return tri_error_prefix("field '%s': ", name);
        }
    }
    return struct_check(env, type, from);
}

HRESULT node_value_set(napi_env env, const tri_type *type, void *to, napi_value from)
{
    switch (type->kind) {
    case TRI_KIND_BOOLEAN: {
        bool value;
        if (napi_get_value_bool(env, from, &value) != napi_ok) {
            return node_value_mismatch(env, type, from);
        }
        *(uint8_t *)to = value;
        return TRI_S_OK;
    }
    case TRI_KIND_STRING:
        return text_set(env, type, to, from);
    case TRI_KIND_BUFFER:
        return node_buffer_set(env, type, to, from);
    case TRI_KIND_TIMESPAN: {
        double ms;
        if (napi_get_value_double(env, from, &ms) != napi_ok) {
            return node_value_mismatch(env, type, from);
        }
        return tri_value_set_timespan(to, ms, TRI_TICKS_PER_MS);
    }
    case TRI_KIND_ENUM:
        return enum_set(env, type, to, from);
    case TRI_KIND_STRUCT:
        return struct_set(env, type, to, from);
    case TRI_KIND_ARRAY:
        return node_array_set(env, type, to, from);
    default:
        return number_set(env, type, to, from);
    }
}

static HRESULT wide_get(napi_env env, bool fits, double number, const char *text, napi_value *out)
{
    if (!fits) {
        return tri_error_set(TRI_E_BOUNDS,
                             "%s is beyond Number.MAX_SAFE_INTEGER: load the component with "
                             "{ bigint: true }",
                             text);
    }
    NODE_TRY(env, napi_create_double(env, number, out));
    return TRI_S_OK;
}

static HRESULT int64_get(napi_env env, int64_t value, bool bigint, napi_value *out)
{
    if (bigint) {
        NODE_TRY(env, napi_create_bigint_int64(env, value, out));
        return TRI_S_OK;
    }
    if (value >= INT32_MIN && value <= INT32_MAX) {
        NODE_TRY(env, napi_create_int32(env, (int32_t)value, out));
        return TRI_S_OK;
    }
    char text[24];
    (void)snprintf(text, sizeof text, "%" PRId64, value);
    bool fits = value >= -MAX_SAFE_INTEGER && value <= MAX_SAFE_INTEGER;
    return wide_get(env, fits, (double)value, text, out);
}

static HRESULT uint64_get(napi_env env, uint64_t value, bool bigint, napi_value *out)
{
    if (bigint) {
        NODE_TRY(env, napi_create_bigint_uint64(env, value, out));
        return TRI_S_OK;
    }
    if (value <= UINT32_MAX) {
        NODE_TRY(env, napi_create_uint32(env, (uint32_t)value, out));
        return TRI_S_OK;
    }
    char text[24];
    (void)snprintf(text, sizeof text, "%" PRIu64, value);
    return wide_get(env, value <= (uint64_t)MAX_SAFE_INTEGER, (double)value, text, out);
}

static HRESULT enum_get(napi_env env, const tri_type *type, int32_t value, napi_value *out)
{
    const tri_enumerator *enumerator = tri_enum_find(type, value);
    if (!enumerator) {
        NODE_TRY(env, napi_create_int32(env, value, out));
        return TRI_S_OK;
    }
    char name[NAME_SIZE];
    HRESULT hr = name_of(enumerator->name, name);
    if (TRI_SUCCEEDED(hr)) {
        NODE_TRY(env, napi_create_string_utf8(env, name, NAPI_AUTO_LENGTH, out));
    }
    return hr;
}

static HRESULT struct_get(napi_env env, const tri_type *type, const void *from, bool bigint,
                          napi_value *out)
{
    NODE_TRY(env, napi_create_object(env, out));
    for (uint32_t i = 0; i < type->field_count; i++) {
        const tri_type_field *field = &type->fields[i];
        char name[NAME_SIZE];
        napi_value value;
        HRESULT hr = name_of(field->name, name);
        if (TRI_SUCCEEDED(hr)) {
            hr = node_value_get(env, field->type, (const char *)from + field->offset, bigint,
                                &value);
        }
        if (TRI_FAILED(hr)) {
            return hr;
        }
        NODE_TRY(env, napi_set_named_property(env, *out, name, value));
    }
    NODE_TRY(env, napi_object_freeze(env, *out));
    return TRI_S_OK;
}

HRESULT node_value_get(napi_env env, const tri_type *type, const void *from, bool bigint,
                       napi_value *out)
{
    switch (type->kind) {
    case TRI_KIND_VOID:
        NODE_TRY(env, napi_get_undefined(env, out));
        return TRI_S_OK;
    case TRI_KIND_BOOLEAN:
        NODE_TRY(env, napi_get_boolean(env, *(const uint8_t *)from != 0, out));
        return TRI_S_OK;
    case TRI_KIND_INT8:
        NODE_TRY(env, napi_create_int32(env, *(const int8_t *)from, out));
        return TRI_S_OK;
    case TRI_KIND_UINT8:
        NODE_TRY(env, napi_create_uint32(env, *(const uint8_t *)from, out));
        return TRI_S_OK;
    case TRI_KIND_INT16:
        NODE_TRY(env, napi_create_int32(env, *(const int16_t *)from, out));
        return TRI_S_OK;
    case TRI_KIND_UINT16:
        NODE_TRY(env, napi_create_uint32(env, *(const uint16_t *)from, out));
        return TRI_S_OK;
    case TRI_KIND_INT32:
        NODE_TRY(env, napi_create_int32(env, *(const int32_t *)from, out));
        return TRI_S_OK;
    case TRI_KIND_UINT32:
        NODE_TRY(env, napi_create_uint32(env, *(const uint32_t *)from, out));
        return TRI_S_OK;
    case TRI_KIND_INT64:
        return int64_get(env, *(const int64_t *)from, bigint, out);
    case TRI_KIND_UINT64:
        return uint64_get(env, *(const uint64_t *)from, bigint, out);
    case TRI_KIND_SINGLE:
        NODE_TRY(env, napi_create_double(env, (double)*(const float *)from, out));
        return TRI_S_OK;
    case TRI_KIND_DOUBLE:
        NODE_TRY(env, napi_create_double(env, *(const double *)from, out));
        return TRI_S_OK;
    case TRI_KIND_STRING: {
        const tri_string *text = *(tri_string *const *)from;
        NODE_TRY(env, napi_create_string_utf8(env, text ? text->data : "", text ? text->length : 0,
                                              out));
        return TRI_S_OK;
    }
    case TRI_KIND_BUFFER:
        return node_buffer_get(env, *(tri_buffer *const *)from, out);
    case TRI_KIND_TIMESPAN:
        NODE_TRY(env, napi_create_double(
                          env, (double)*(const int64_t *)from / (double)TRI_TICKS_PER_MS, out));
        return TRI_S_OK;
    case TRI_KIND_ENUM:
        return enum_get(env, type, *(const int32_t *)from, out);
    case TRI_KIND_STRUCT:
        return struct_get(env, type, from, bigint, out);
    case TRI_KIND_ARRAY:
        return node_array_get(env, type, from, bigint, out);
    }
    return tri_error_set(TRI_E_NOTIMPL, "no JavaScript value for type %s", type->name);
}
