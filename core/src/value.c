// Values: storing with checks, copying, clearing.
#include "alloc.h"
#include "method.h"
#include "runtime.h"
#include "value.h"
#include <float.h>
#include <inttypes.h>

#define VALUE_TEXT_SHOWN 60u

typedef struct int_range {
    int64_t min;
    uint64_t max;
} int_range;

static const int_range int_ranges[] = {
    [TRI_KIND_INT8] = {INT8_MIN, INT8_MAX},    [TRI_KIND_UINT8] = {0, UINT8_MAX},
    [TRI_KIND_INT16] = {INT16_MIN, INT16_MAX}, [TRI_KIND_UINT16] = {0, UINT16_MAX},
    [TRI_KIND_INT32] = {INT32_MIN, INT32_MAX}, [TRI_KIND_UINT32] = {0, UINT32_MAX},
    [TRI_KIND_INT64] = {INT64_MIN, INT64_MAX}, [TRI_KIND_UINT64] = {0, UINT64_MAX},
};

static bool value_is_integer(const tri_type *type)
{
    return type->kind >= TRI_KIND_INT8 && type->kind <= TRI_KIND_UINT64;
}

void tri_value_clear(const tri_type *type, void *value)
{
    if (type->plain) {
        memset(value, 0, type->size);
        return;
    }
    switch (type->kind) {
    case TRI_KIND_STRING:
        tri_string_release(*(tri_string **)value);
        break;
    case TRI_KIND_BUFFER:
        tri_buffer_release(*(tri_buffer **)value);
        break;
    case TRI_KIND_STRUCT:
        for (uint32_t i = 0; i < type->field_count; i++) {
            tri_value_clear(type->fields[i].type, (char *)value + type->fields[i].offset);
        }
        break;
    case TRI_KIND_ARRAY: {
        tri__array *array = value;
        for (size_t i = 0; !type->element->plain && i < array->length; i++) {
            tri_value_clear(type->element, (char *)array->data + i * type->element->size);
        }
        tri__free(array->data);
        break;
    }
    default:
        break;
    }
    memset(value, 0, type->size);
}

static HRESULT copy_array(const tri_type *type, tri__array *to, const tri__array *from)
{
    const tri_type *element = type->element;
    void *data = NULL;
    memset(to, 0, sizeof *to);
    HRESULT hr = tri_value_set_array(type, to, from->length, &data);
    if (TRI_FAILED(hr) || !from->length) {
        return hr;
    }
    if (element->plain) {
        memcpy(data, from->data, from->length * element->size);
        return TRI_S_OK;
    }
    for (size_t i = 0; i < from->length; i++) {
        hr = tri_value_copy(element, (char *)data + i * element->size,
                            (const char *)from->data + i * element->size);
        if (TRI_FAILED(hr)) {
            tri_value_clear(type, to); // what was not reached is all zero, hence empty
            return hr;
        }
    }
    return TRI_S_OK;
}

HRESULT tri_value_copy(const tri_type *type, void *to, const void *from)
{
    if (type->plain) {
        memcpy(to, from, type->size);
        return TRI_S_OK;
    }
    switch (type->kind) {
    case TRI_KIND_STRING:
        *(tri_string **)to = tri_string_retain(*(tri_string *const *)from);
        return TRI_S_OK;
    case TRI_KIND_BUFFER:
        *(tri_buffer **)to = tri_buffer_retain(*(tri_buffer *const *)from);
        return TRI_S_OK;
    case TRI_KIND_ARRAY:
        return copy_array(type, to, from);
    default: // a struct
        memset(to, 0, type->size);
        for (uint32_t i = 0; i < type->field_count; i++) {
            const tri_type_field *field = &type->fields[i];
            HRESULT hr = tri_value_copy(field->type, (char *)to + field->offset,
                                        (const char *)from + field->offset);
            if (TRI_FAILED(hr)) {
                tri_value_clear(type, to);
                return hr;
            }
        }
        return TRI_S_OK;
    }
}

HRESULT tri_value_mismatch(const tri_type *type, const char *got)
{
    return tri_error_set(TRI_E_TYPE_MISMATCH, "expected %s, got %s", type->name, got);
}

// "expected UInt8 (0 to 255), got 300".
static HRESULT value_out_of_range(const tri_type *type, const char *got)
{
    if (value_is_integer(type)) {
        const int_range *range = &int_ranges[type->kind];
        return tri_error_set(TRI_E_BOUNDS, "expected %s (%" PRId64 " to %" PRIu64 "), got %s",
                             type->name, range->min, range->max, got);
    }
    return tri_error_set(TRI_E_BOUNDS, "expected %s, got %s, which it cannot hold exactly",
                         type->name, got);
}

// "expected Algorithm (Sha256, Sha512), got 'md5'".
static HRESULT value_unknown_enumerator(const tri_type *type, const char *got)
{
    char names[256];
    size_t used = 0;
    names[0] = '\0';
    for (uint32_t i = 0; i < type->enumerator_count; i++) {
        int more = snprintf(names + used, sizeof names - used, "%s%s", i ? ", " : "",
                            type->enumerators[i].name);
        if (more < 0 || (size_t)more + 5 >= sizeof names - used) {
            snprintf(names + used, sizeof names - used, ", ...");
            break;
        }
        used += (size_t)more;
    }
    return tri_error_set(TRI_E_UNKNOWN_NAME, "expected %s (%s), got %s", type->name, names, got);
}

const tri_enumerator *tri_enum_find(const tri_type *type, int32_t value)
{
    for (uint32_t i = 0; type->kind == TRI_KIND_ENUM && i < type->enumerator_count; i++) {
        if (type->enumerators[i].value == value) {
            return &type->enumerators[i];
        }
    }
    return NULL;
}

// An integer of sign and magnitude does not fit. Only now is it put into words: storing is on the way of every call.
static HRESULT value_refuse_integer(const tri_type *type, bool negative, uint64_t bits)
{
    char got[32];
    if (negative) {
        snprintf(got, sizeof got, "%" PRId64, (int64_t)bits);
    } else {
        snprintf(got, sizeof got, "%" PRIu64, bits);
    }
    if (type->kind == TRI_KIND_ENUM) {
        return value_unknown_enumerator(type, got);
    }
    bool is_number = value_is_integer(type) || type->kind == TRI_KIND_SINGLE || type->kind == TRI_KIND_DOUBLE;
    return is_number ? value_out_of_range(type, got) : tri_value_mismatch(type, got);
}

// Stores an integer as sign and magnitude.
static HRESULT value_store_integer(const tri_type *type, void *to, bool negative, uint64_t bits)
{
    int64_t number = (int64_t)bits;
    if (value_is_integer(type)) {
        const int_range *range = &int_ranges[type->kind];
        if (negative ? number < range->min : bits > range->max) {
            return value_refuse_integer(type, negative, bits);
        }
    }
    switch (type->kind) {
    case TRI_KIND_INT8:
    case TRI_KIND_UINT8: {
        uint8_t stored = (uint8_t)bits;
        memcpy(to, &stored, sizeof stored);
        return TRI_S_OK;
    }
    case TRI_KIND_INT16:
    case TRI_KIND_UINT16: {
        uint16_t stored = (uint16_t)bits;
        memcpy(to, &stored, sizeof stored);
        return TRI_S_OK;
    }
    case TRI_KIND_INT32:
    case TRI_KIND_UINT32: {
        uint32_t stored = (uint32_t)bits;
        memcpy(to, &stored, sizeof stored);
        return TRI_S_OK;
    }
    case TRI_KIND_INT64:
    case TRI_KIND_UINT64:
        memcpy(to, &bits, sizeof bits);
        return TRI_S_OK;
    case TRI_KIND_SINGLE:
    case TRI_KIND_DOUBLE: {
        // A whole number that the format would round is refused: it came as an exact one. 2^24 and
        // 2^53 are where gaps begin; the way back is checked instead, because 2^60 is exact again.
        double wide = negative ? (double)number : (double)bits;
        if (type->kind == TRI_KIND_SINGLE) {
            wide = (double)(float)wide;
        }
        bool exact = negative ? wide >= -0x1p63 && (int64_t)wide == number
                              : wide < 0x1p64 && (uint64_t)wide == bits;
        if (!exact) {
            return value_refuse_integer(type, negative, bits);
        }
        if (type->kind == TRI_KIND_SINGLE) {
            *(float *)to = (float)wide;
        } else {
            *(double *)to = wide;
        }
        return TRI_S_OK;
    }
    case TRI_KIND_ENUM:
        if ((negative ? number < INT32_MIN : bits > INT32_MAX) || !tri_enum_find(type, (int32_t)number)) {
            return value_refuse_integer(type, negative, bits);
        }
        *(int32_t *)to = (int32_t)number;
        return TRI_S_OK;
    default:
        return value_refuse_integer(type, negative, bits);
    }
}

HRESULT tri_value_set_int64(const tri_type *type, void *to, int64_t number)
{
    return value_store_integer(type, to, number < 0, (uint64_t)number);
}

HRESULT tri_value_set_uint64(const tri_type *type, void *to, uint64_t number)
{
    return value_store_integer(type, to, false, number);
}

// The shortest text that reads back as the same number.
static void value_print_double(double number, char *out, size_t size)
{
    for (int digits = 1; digits <= 17; digits++) {
        snprintf(out, size, "%.*g", digits, number);
        double back = 0;
        if (number != number || (sscanf(out, "%lf", &back) == 1 && back == number)) {
            return;
        }
    }
}

// A number that an integer or an enum cannot hold: put into words only now, which is slow.
static HRESULT value_refuse_double(const tri_type *type, double number)
{
    char got[40];
    value_print_double(number, got, sizeof got);
    if (number != number || (!value_is_integer(type) && type->kind != TRI_KIND_ENUM)) {
        return tri_value_mismatch(type, got);
    }
    // Beyond 2^63 every double is whole.
    if (number > -0x1p63 && number < 0x1p63 && number != (double)(int64_t)number) {
        return tri_error_set(TRI_E_TYPE_MISMATCH, "expected %s, got %s, which is no whole number",
                             type->name, got);
    }
    return type->kind == TRI_KIND_ENUM ? value_unknown_enumerator(type, got)
                                       : value_out_of_range(type, got);
}

HRESULT tri_value_set_double(const tri_type *type, void *to, double number)
{
    if (type->kind == TRI_KIND_DOUBLE) {
        *(double *)to = number;
        return TRI_S_OK;
    }
    if (type->kind == TRI_KIND_SINGLE) {
        // Rounding to the nearest Single is what the type is for; a finite number beyond its range is not.
        bool finite = number - number == 0;
        if (finite && (number > (double)FLT_MAX || number < -(double)FLT_MAX)) {
            char got[40];
            value_print_double(number, got, sizeof got);
            return tri_error_set(TRI_E_BOUNDS, "expected Single (up to 3.4028235e+38), got %s", got);
        }
        *(float *)to = (float)number;
        return TRI_S_OK;
    }
    // The comparison is false for a NaN, and the cast is defined inside it.
    if (number >= -0x1p63 && number < 0x1p63 && (double)(int64_t)number == number) {
        int64_t whole = (int64_t)number;
        return value_store_integer(type, to, whole < 0, (uint64_t)whole);
    }
    if (number >= 0x1p63 && number < 0x1p64) {
        return value_store_integer(type, to, false, (uint64_t)number);
    }
    return value_refuse_double(type, number);
}

HRESULT tri_value_set_timespan(void *to, double count, int64_t ticks_per_unit)
{
    char got[40];
    double ticks = count * (double)ticks_per_unit;
    if (ticks != ticks) {
        return tri_value_mismatch(tri_type_builtin(TRI_KIND_TIMESPAN), "not a number");
    }
    if (!(ticks >= -0x1p63 && ticks < 0x1p63)) {
        value_print_double(count, got, sizeof got);
        return tri_error_set(TRI_E_BOUNDS, "expected TimeSpan (up to 29247 years), got %s", got);
    }
    int64_t whole = (int64_t)ticks;
    double rest = ticks - (double)whole;
    if (rest >= 0.5) {
        whole++;
    } else if (rest <= -0.5) {
        whole--;
    }
    *(int64_t *)to = whole;
    return TRI_S_OK;
}

static HRESULT value_set_enum_text(const tri_type *type, void *to, const char *utf8, size_t length)
{
    static const tri_name_style styles[] = {TRI_NAME_PASCAL, TRI_NAME_CAMEL, TRI_NAME_SNAKE,
                                            TRI_NAME_UPPER};
    for (size_t s = 0; s < sizeof styles / sizeof styles[0]; s++) {
        for (uint32_t i = 0; i < type->enumerator_count; i++) {
            if (tri__name_is(styles[s], type->enumerators[i].name, utf8, length)) {
                *(int32_t *)to = type->enumerators[i].value;
                return TRI_S_OK;
            }
        }
    }
    size_t valid = length ? tri__utf8_valid(utf8, length) : 0;
    if (valid != length) {
        return tri__utf8_error(utf8, valid);
    }
    size_t shown = tri__utf8_cut(utf8, length, VALUE_TEXT_SHOWN);
    char got[VALUE_TEXT_SHOWN + 8];
    snprintf(got, sizeof got, "'%.*s'%s", (int)shown, shown ? utf8 : "", shown < length ? "..." : "");
    return value_unknown_enumerator(type, got);
}

HRESULT tri_value_set_text(const tri_type *type, void *to, const char *utf8, size_t length)
{
    if (type->kind == TRI_KIND_ENUM) {
        return value_set_enum_text(type, to, utf8, length);
    }
    if (type->kind != TRI_KIND_STRING) {
        return tri_value_mismatch(type, "text");
    }
    tri_string *string = NULL;
    if (length) { // NULL is the empty string
        HRESULT hr = tri__string_new(&tri__host, utf8, length, &string);
        if (TRI_FAILED(hr)) {
            return hr;
        }
    }
    tri_value_clear(type, to);
    *(tri_string **)to = string;
    return TRI_S_OK;
}

HRESULT tri_value_set_bytes(const tri_type *type, void *to, const void *bytes, size_t length)
{
    if (type->kind == TRI_KIND_BUFFER) {
        tri_buffer *buffer = NULL;
        HRESULT hr = tri__buffer_new(&tri__host, length, &buffer);
        if (TRI_FAILED(hr)) {
            return hr;
        }
        if (length) {
            memcpy(buffer->data, bytes, length);
        }
        tri_value_clear(type, to);
        *(tri_buffer **)to = buffer;
        return TRI_S_OK;
    }
    if (type->kind != TRI_KIND_ARRAY || type->element->kind != TRI_KIND_UINT8) {
        return tri_value_mismatch(type, "bytes");
    }
    tri__array array = {0};
    void *data = NULL;
    HRESULT hr = tri_value_set_array(type, &array, length, &data);
    if (TRI_FAILED(hr)) {
        return hr;
    }
    if (length) {
        memcpy(data, bytes, length);
    }
    tri_value_clear(type, to);
    memcpy(to, &array, sizeof array);
    return TRI_S_OK;
}

HRESULT tri_value_set_array(const tri_type *type, void *to, size_t length, void **elements)
{
    *elements = NULL;
    if (type->kind != TRI_KIND_ARRAY) {
        return tri_value_mismatch(type, "an array");
    }
    tri__array array = {length, NULL};
    if (length) {
        size_t size = type->element->size;
        array.data = length <= SIZE_MAX / size ? tri__calloc(length * size) : NULL;
        if (!array.data) {
            return tri_error_set(TRI_E_OUTOFMEMORY, "out of memory for %s with %zu elements",
                                 type->name, length);
        }
    }
    tri_value_clear(type, to);
    memcpy(to, &array, sizeof array);
    *elements = array.data;
    return TRI_S_OK;
}
