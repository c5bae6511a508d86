// The built-in types, their arrays, and how a Progress delegate is called with each.
#include "value.h"

// A Progress delegate takes its value by value, so each C type needs a call of its own.
#define INVOKE(NAME, C)                                                                            \
    static HRESULT invoke_##NAME(void *handler, void *sender, const void *value)                   \
    {                                                                                              \
        typedef HRESULT TRI_STDCALL invoke_fn(void *, void *, C);                                  \
        return (*(invoke_fn *const **)handler)[3](handler, sender, *(C const *)value);             \
    }

// A struct at the vtable, which some C ABIs pass otherwise than the integer in it.
typedef struct timespan_abi {
    int64_t duration;
} timespan_abi;

INVOKE(Boolean, tri_c_Boolean)
INVOKE(Int8, tri_c_Int8)
INVOKE(UInt8, tri_c_UInt8)
INVOKE(Int16, tri_c_Int16)
INVOKE(UInt16, tri_c_UInt16)
INVOKE(Int32, tri_c_Int32)
INVOKE(UInt32, tri_c_UInt32)
INVOKE(Int64, tri_c_Int64)
INVOKE(UInt64, tri_c_UInt64)
INVOKE(Single, tri_c_Single)
INVOKE(Double, tri_c_Double)
INVOKE(TimeSpan, timespan_abi)

// HSTRING, IBuffer, IReferenceArray<T>: see abi_value.h.
INVOKE(pointer, void *)

HRESULT tri__invoke_enum(void *handler, void *sender, const void *value)
{
    return invoke_Int32(handler, sender, value);
}

HRESULT tri__invoke_pointer(void *handler, void *sender, const void *value)
{
    return invoke_pointer(handler, sender, value);
}

#define BUILTIN(KIND, NAME, PLAIN, INVOKE_FN)                                                      \
    [TRI_KIND_##KIND] = {.kind = TRI_KIND_##KIND,                                                  \
                         .size = (uint32_t)sizeof(tri_c_##NAME),                                   \
                         .plain = PLAIN,                                                           \
                         .name = #NAME,                                                            \
                         .full_name = #NAME,                                                       \
                         .doc = "",                                                                \
                         .invoke = INVOKE_FN}

static const tri_type builtin_types[] = {
    [TRI_KIND_VOID] = {.kind = TRI_KIND_VOID,
                       .plain = true,
                       .name = "Void",
                       .full_name = "Void",
                       .doc = ""},
    BUILTIN(BOOLEAN, Boolean, true, invoke_Boolean),
    BUILTIN(INT8, Int8, true, invoke_Int8),
    BUILTIN(UINT8, UInt8, true, invoke_UInt8),
    BUILTIN(INT16, Int16, true, invoke_Int16),
    BUILTIN(UINT16, UInt16, true, invoke_UInt16),
    BUILTIN(INT32, Int32, true, invoke_Int32),
    BUILTIN(UINT32, UInt32, true, invoke_UInt32),
    BUILTIN(INT64, Int64, true, invoke_Int64),
    BUILTIN(UINT64, UInt64, true, invoke_UInt64),
    BUILTIN(SINGLE, Single, true, invoke_Single),
    BUILTIN(DOUBLE, Double, true, invoke_Double),
    BUILTIN(STRING, String, false, invoke_pointer),
    BUILTIN(BUFFER, Buffer, false, invoke_pointer),
    BUILTIN(TIMESPAN, TimeSpan, true, invoke_TimeSpan),
};

#define ARRAY(KIND, NAME)                                                                          \
    [TRI_KIND_##KIND] = {.kind = TRI_KIND_ARRAY,                                                   \
                         .size = (uint32_t)sizeof(tri__array),                                     \
                         .name = #NAME "[]",                                                       \
                         .full_name = #NAME "[]",                                                  \
                         .doc = "",                                                                \
                         .element = &builtin_types[TRI_KIND_##KIND],                               \
                         .invoke = invoke_pointer}

static const tri_type builtin_arrays[] = {
    ARRAY(BOOLEAN, Boolean), ARRAY(INT8, Int8),     ARRAY(UINT8, UInt8),
    ARRAY(INT16, Int16),     ARRAY(UINT16, UInt16), ARRAY(INT32, Int32),
    ARRAY(UINT32, UInt32),   ARRAY(INT64, Int64),   ARRAY(UINT64, UInt64),
    ARRAY(SINGLE, Single),   ARRAY(DOUBLE, Double), ARRAY(STRING, String),
    ARRAY(TIMESPAN, TimeSpan),
};

_Static_assert(sizeof(tri__array) == sizeof(tri_c_UInt8Array), "every T[] has one layout");
_Static_assert(offsetof(tri__array, data) == offsetof(tri_c_StringArray, data), "see above");

const tri_type *tri_type_builtin(tri_kind kind)
{
    return kind >= TRI_KIND_VOID && kind <= TRI_KIND_TIMESPAN ? &builtin_types[kind] : NULL;
}

const tri_type *tri__type_array(tri_kind element)
{
    size_t count = sizeof builtin_arrays / sizeof builtin_arrays[0];
    return (size_t)element < count && builtin_arrays[element].name ? &builtin_arrays[element] : NULL;
}

const tri_type *tri__type_find(const char *name, size_t length)
{
    static const char foundation[] = "Windows.Foundation.TimeSpan";
    if (length == sizeof foundation - 1 && memcmp(name, foundation, length) == 0) {
        return &builtin_types[TRI_KIND_TIMESPAN];
    }
    if (length == 4 && memcmp(name, "void", 4) == 0) { // MIDL's own spelling
        return &builtin_types[TRI_KIND_VOID];
    }
    for (size_t i = 0; i < sizeof builtin_types / sizeof builtin_types[0]; i++) {
        if (strlen(builtin_types[i].name) == length &&
            memcmp(builtin_types[i].name, name, length) == 0) {
            return &builtin_types[i];
        }
    }
    return NULL;
}

#define TYPE_ALIGNMENT(T)                                                                                              \
    offsetof(                                                                                                          \
        struct {                                                                                                       \
            char c;                                                                                                    \
            T value;                                                                                                   \
        },                                                                                                             \
        value)

size_t tri__type_alignment(const tri_type *type)
{
    size_t most = 1;
    switch (type->kind) {
    case TRI_KIND_STRUCT:
        for (uint32_t i = 0; type->fields && i < type->field_count; i++) {
            size_t one = tri__type_alignment(type->fields[i].type);
            most = one > most ? one : most;
        }
        return most;
    case TRI_KIND_INT64:
    case TRI_KIND_UINT64:
    case TRI_KIND_TIMESPAN:
        return TYPE_ALIGNMENT(int64_t);
    case TRI_KIND_DOUBLE:
        return TYPE_ALIGNMENT(double);
    case TRI_KIND_STRING:
    case TRI_KIND_BUFFER:
    case TRI_KIND_ARRAY:
        return TYPE_ALIGNMENT(void *);
    default:
        return type->size ? type->size : 1;
    }
}
