// Methods of the puppet that give back what they got, for every type, synchronous and asynchronous.
#ifndef PUPPET_ECHO_H
#define PUPPET_ECHO_H

#include <trivium/component.h>

TRI_ENUM(Color, "An enum.", (Red, 0), (Green, 1), (DeepBlue, 7), (Infra, -2));
TRI_STRUCT(Point, "A struct of numbers.", (Double, X), (Double, Y));
TRI_STRUCT(Record, "A struct with padding, references, and other types inside.", (UInt8, Small),
           (Int64, Large), (String, Text), (Color, Shade), (Point, Place), (UInt8Array, Bytes));

#define ECHO_TYPES &Color_type, &Point_type, &Record_type

// One more reference to each thing that a value holds, as whoever is given it expects.
#define ECHO_PLAIN(host, from, to) (*(to) = (from), TRI_S_OK)
#define ECHO_STRING(host, from, to) (*(to) = tri_string_retain(from), TRI_S_OK)
#define ECHO_BUFFER(host, from, to) (*(to) = tri_buffer_retain(from), TRI_S_OK)

static inline HRESULT echo_copy_bytes(const tri_host *host, tri_c_UInt8Array from,
                                      tri_c_UInt8Array *to)
{
    *to = (tri_c_UInt8Array){0, NULL};
    if (from.length == 0) {
        return TRI_S_OK;
    }
    to->data = tri_alloc(host, from.length);
    if (!to->data) {
        return TRI_E_OUTOFMEMORY;
    }
    memcpy(to->data, from.data, from.length);
    to->length = from.length;
    return TRI_S_OK;
}

static inline HRESULT echo_copy_numbers(const tri_host *host, tri_c_Int32Array from,
                                        tri_c_Int32Array *to)
{
    *to = (tri_c_Int32Array){0, NULL};
    if (from.length == 0) {
        return TRI_S_OK;
    }
    to->data = tri_alloc(host, from.length * sizeof *to->data);
    if (!to->data) {
        return TRI_E_OUTOFMEMORY;
    }
    memcpy(to->data, from.data, from.length * sizeof *to->data);
    to->length = from.length;
    return TRI_S_OK;
}

static inline HRESULT echo_copy_texts(const tri_host *host, tri_c_StringArray from,
                                      tri_c_StringArray *to)
{
    *to = (tri_c_StringArray){0, NULL};
    if (from.length == 0) {
        return TRI_S_OK;
    }
    to->data = tri_alloc(host, from.length * sizeof *to->data);
    if (!to->data) {
        return TRI_E_OUTOFMEMORY;
    }
    for (size_t i = 0; i < from.length; i++) {
        to->data[i] = tri_string_retain(from.data[i]);
    }
    to->length = from.length;
    return TRI_S_OK;
}

static inline HRESULT echo_copy_record(const tri_host *host, Record from, Record *to)
{
    *to = from;
    HRESULT hr = echo_copy_bytes(host, from.Bytes, &to->Bytes);
    if (TRI_SUCCEEDED(hr)) {
        (void)tri_string_retain(to->Text);
    }
    return hr;
}

// ECHO(Byte, UInt8, COPY) makes EchoByte, synchronous, and EchoByteAsync.
#define ECHO(NAME, T, COPY)                                                                        \
    TRI_ARGS(echo_##NAME##_args, (T, value));                                                      \
    TRI_FUNCTION(echo_##NAME, echo_##NAME##_args, T);                                              \
    TRI_OPERATION(echo_##NAME##_async, echo_##NAME##_args, T);                                     \
    static HRESULT echo_##NAME(tri_call *call, const echo_##NAME##_args *args, tri_c_##T *result)  \
    {                                                                                              \
        (void)call;                                                                                \
        return COPY(call->host, args->value, result);                                              \
    }                                                                                              \
    static HRESULT echo_##NAME##_async(tri_operation *op, const echo_##NAME##_args *args)          \
    {                                                                                              \
        tri_c_##T result;                                                                          \
        HRESULT hr = COPY(op->host, args->value, &result);                                         \
        if (TRI_SUCCEEDED(hr)) {                                                                   \
            (void)echo_##NAME##_async_complete(op, result);                                        \
        }                                                                                          \
        return hr;                                                                                 \
    }

ECHO(Boolean, Boolean, ECHO_PLAIN)
ECHO(Sbyte, Int8, ECHO_PLAIN)
ECHO(Byte, UInt8, ECHO_PLAIN)
ECHO(Short, Int16, ECHO_PLAIN)
ECHO(Ushort, UInt16, ECHO_PLAIN)
ECHO(Int, Int32, ECHO_PLAIN)
ECHO(Uint, UInt32, ECHO_PLAIN)
ECHO(Long, Int64, ECHO_PLAIN)
ECHO(Ulong, UInt64, ECHO_PLAIN)
ECHO(Single, Single, ECHO_PLAIN)
ECHO(Double, Double, ECHO_PLAIN)
ECHO(Timespan, TimeSpan, ECHO_PLAIN)
ECHO(Color, Color, ECHO_PLAIN)
ECHO(Point, Point, ECHO_PLAIN)
ECHO(String, String, ECHO_STRING)
ECHO(Buffer, Buffer, ECHO_BUFFER)
ECHO(Bytes, UInt8Array, echo_copy_bytes)
ECHO(Numbers, Int32Array, echo_copy_numbers)
ECHO(Texts, StringArray, echo_copy_texts)
ECHO(Record, Record, echo_copy_record)

#define ECHO_MEMBER(NAME, MIDL)                                                                    \
    TRI_METHOD(echo_##NAME, MIDL " Echo" #NAME "(" MIDL " value)", "Gives back what it got."),     \
    TRI_METHOD(echo_##NAME##_async, "IAsyncOperation<" MIDL "> Echo" #NAME "Async(" MIDL " value)",  \
               "Gives back what it got.")

// Text that shows each argument: for defaults, and for the order of arguments.
TRI_ARGS(show_args, (Int32, number), (String, text), (Boolean, flag), (Double, ratio), (Color, color));
TRI_FUNCTION(show, show_args, String);
static HRESULT show(tri_call *call, const show_args *args, tri_string **result)
{
    char text[256];
    int length = snprintf(text, sizeof text, "%d|%s|%s|%g|%d", (int)args->number,
                          args->text ? args->text->data : "", args->flag ? "true" : "false",
                          args->ratio, (int)args->color);
    size_t used = length < 0 ? 0 : (size_t)length < sizeof text ? (size_t)length : sizeof text - 1;
    return tri_string_new(call->host, text, used, result);
}

// The length of text where C wants a string: refuses a NUL inside.
TRI_ARGS(measure_args, (String, text));
TRI_FUNCTION(measure, measure_args, UInt64);
static HRESULT measure(tri_call *call, const measure_args *args, uint64_t *result)
{
    const char *text;
    HRESULT hr = tri_c_string(call->host, args->text, "text", &text);
    *result = TRI_SUCCEEDED(hr) ? strlen(text) : 0;
    return hr;
}

#define ECHO_MEMBERS                                                                               \
    ECHO_MEMBER(Boolean, "Boolean"), ECHO_MEMBER(Sbyte, "Int8"), ECHO_MEMBER(Byte, "UInt8"),       \
    ECHO_MEMBER(Short, "Int16"), ECHO_MEMBER(Ushort, "UInt16"), ECHO_MEMBER(Int, "Int32"),         \
    ECHO_MEMBER(Uint, "UInt32"), ECHO_MEMBER(Long, "Int64"), ECHO_MEMBER(Ulong, "UInt64"),         \
    ECHO_MEMBER(Single, "Single"), ECHO_MEMBER(Double, "Double"),                                  \
    ECHO_MEMBER(Timespan, "TimeSpan"), ECHO_MEMBER(Color, "Color"), ECHO_MEMBER(Point, "Point"),   \
    ECHO_MEMBER(String, "String"), ECHO_MEMBER(Buffer, "Buffer"), ECHO_MEMBER(Bytes, "UInt8[]"),   \
    ECHO_MEMBER(Numbers, "Int32[]"), ECHO_MEMBER(Texts, "String[]"),                               \
    ECHO_MEMBER(Record, "Record"),                                                                 \
    TRI_METHOD(show, "String Show(Int32 number, String text = \"seven, eight\", Boolean flag = true, " \
                     "Double ratio = 0.5, Color color = Color.DeepBlue)",                          \
               "Text that shows each argument."),                                                  \
    TRI_METHOD(measure, "UInt64 Measure(String text)", "The length of a C string.")

#endif
