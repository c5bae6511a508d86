/*
 * trivium/component.h - the only header that the author of a component includes.
 *
 * A component is a shared library with one exported symbol, tri_component_main, and no link
 * dependency on Trivium: the host hands it a table of functions (tri_host). What stands below is
 * plain data, macros that generate a C struct together with its description, and inline wrappers
 * over that table. It needs nothing but a C11 compiler; no other file of Trivium.
 *
 * docs/authoring.md is the guide; components/timer and components/hashing are the examples.
 */
#ifndef TRIVIUM_COMPONENT_H
#define TRIVIUM_COMPONENT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#ifdef _WIN32
#include <windows.h>
#define TRI_EXPORT __declspec(dllexport)
#else
typedef int32_t HRESULT;
#define TRI_EXPORT __attribute__((visibility("default")))
#endif

#if defined(__GNUC__)
#define TRI_UNUSED __attribute__((unused))
#define TRI_NODISCARD __attribute__((warn_unused_result))
#define TRI_PRINTF(f, a) __attribute__((format(printf, f, a)))
#else
#define TRI_UNUSED
#define TRI_NODISCARD
#define TRI_PRINTF(f, a)
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* The version of the host table and of the structs below. Both only ever grow at their end. */
#define TRI_ABI_VERSION 1u

/* ---------------------------------------------------------------------------------- HRESULTs */
/* Windows' own values, so that an operation means the same to a client of any make.
 * Names, messages and what each becomes in each language: core/src/status.def. */
#define TRI_HRESULT(value) ((HRESULT)(uint32_t)(value##u))
#define TRI_FAILED(hr) ((HRESULT)(hr) < 0)
#define TRI_SUCCEEDED(hr) ((HRESULT)(hr) >= 0)

#define TRI_S_OK ((HRESULT)0)
#define TRI_S_FALSE ((HRESULT)1)
#define TRI_E_NOTIMPL TRI_HRESULT(0x80004001)
#define TRI_E_NOINTERFACE TRI_HRESULT(0x80004002)
#define TRI_E_POINTER TRI_HRESULT(0x80004003)
#define TRI_E_ABORT TRI_HRESULT(0x80004004)
#define TRI_E_FAIL TRI_HRESULT(0x80004005)
#define TRI_E_UNEXPECTED TRI_HRESULT(0x8000FFFF)
#define TRI_E_BOUNDS TRI_HRESULT(0x8000000B)                  /* a number does not fit */
#define TRI_E_CHANGED_STATE TRI_HRESULT(0x8000000C)
#define TRI_E_ILLEGAL_STATE_CHANGE TRI_HRESULT(0x8000000D)
#define TRI_E_ILLEGAL_METHOD_CALL TRI_HRESULT(0x8000000E)
#define TRI_E_ILLEGAL_DELEGATE_ASSIGNMENT TRI_HRESULT(0x80000018)
#define TRI_E_ASYNC_OPERATION_NOT_STARTED TRI_HRESULT(0x80000019)
#define TRI_E_CLOSED TRI_HRESULT(0x80000013)                  /* RO_E_CLOSED */
#define TRI_E_TYPE_MISMATCH TRI_HRESULT(0x80020005)           /* DISP_E_TYPEMISMATCH */
#define TRI_E_UNKNOWN_NAME TRI_HRESULT(0x80020006)            /* DISP_E_UNKNOWNNAME */
#define TRI_E_BAD_PARAM_COUNT TRI_HRESULT(0x8002000E)         /* DISP_E_BADPARAMCOUNT */
#define TRI_E_FILE_NOT_FOUND TRI_HRESULT(0x80070002)
#define TRI_E_ACCESSDENIED TRI_HRESULT(0x80070005)
#define TRI_E_INVALID_DATA TRI_HRESULT(0x8007000D)
#define TRI_E_OUTOFMEMORY TRI_HRESULT(0x8007000E)
#define TRI_E_INVALIDARG TRI_HRESULT(0x80070057)
#define TRI_E_MOD_NOT_FOUND TRI_HRESULT(0x8007007E)           /* no such component */
#define TRI_E_BAD_EXE_FORMAT TRI_HRESULT(0x800700C1)          /* not a component */
#define TRI_E_INVALID_UTF8 TRI_HRESULT(0x80070459)            /* ERROR_NO_UNICODE_TRANSLATION */
#define TRI_E_CANCELED TRI_HRESULT(0x800704C7)                /* ERROR_CANCELLED */
#define TRI_E_REVISION_MISMATCH TRI_HRESULT(0x8007051A)       /* built for a newer Trivium */
#define TRI_E_TIMEOUT TRI_HRESULT(0x800705B4)                 /* ERROR_TIMEOUT */
#define TRI_E_ABANDONED TRI_HRESULT(0x80010108)               /* RPC_E_DISCONNECTED */
#define TRI_E_FORKED TRI_HRESULT(0x800706BA)                  /* RPC_S_SERVER_UNAVAILABLE */

/* ------------------------------------------------------------------------------------ values */
typedef struct tri_host tri_host;

/*
 * Immutable UTF-8 text with a length; a NULL pointer is the empty string. `data` is followed by a
 * NUL byte, and may contain others: use tri_c_string() where C wants a string.
 * Ownership: reference-counted, see tri_string_retain. Threads: any.
 */
typedef struct tri_string {
    const tri_host *host;
    const char *data;
    size_t length; /* bytes, without the closing NUL */
} tri_string;

/* Bytes that are shared, not copied. Ownership: reference-counted. Threads: any; who writes to
 * `data` while others read must order that themselves. */
typedef struct tri_buffer {
    const tri_host *host;
    uint8_t *data;
    size_t length; /* bytes */
} tri_buffer;

/* 100-nanosecond ticks (Windows.Foundation.TimeSpan); one second is TRI_TICKS_PER_SECOND. */
#define TRI_TICKS_PER_SECOND INT64_C(10000000)
#define TRI_TICKS_PER_MS INT64_C(10000)

/* T[]: `length` elements at `data`, which tri_alloc gave (NULL when empty). A value: whoever is
 * given it owns it. */
#define TRI__ARRAY(T, C)                                                                           \
    typedef struct tri_c_##T##Array {                                                              \
        size_t length;                                                                             \
        C *data;                                                                                   \
    } tri_c_##T##Array;

/* The C type of each type of the description language: tri_c_<Name>. */
typedef uint8_t tri_c_Boolean; /* 0 or 1 */
typedef int8_t tri_c_Int8;
typedef uint8_t tri_c_UInt8;
typedef int16_t tri_c_Int16;
typedef uint16_t tri_c_UInt16;
typedef int32_t tri_c_Int32;
typedef uint32_t tri_c_UInt32;
typedef int64_t tri_c_Int64;
typedef uint64_t tri_c_UInt64;
typedef float tri_c_Single;
typedef double tri_c_Double;
typedef tri_string *tri_c_String;
typedef tri_buffer *tri_c_Buffer;
typedef int64_t tri_c_TimeSpan;
TRI__ARRAY(Boolean, uint8_t)
TRI__ARRAY(Int8, int8_t)
TRI__ARRAY(UInt8, uint8_t)
TRI__ARRAY(Int16, int16_t)
TRI__ARRAY(UInt16, uint16_t)
TRI__ARRAY(Int32, int32_t)
TRI__ARRAY(UInt32, uint32_t)
TRI__ARRAY(Int64, int64_t)
TRI__ARRAY(UInt64, uint64_t)
TRI__ARRAY(Single, float)
TRI__ARRAY(Double, double)
TRI__ARRAY(String, tri_string *)
TRI__ARRAY(TimeSpan, int64_t)

/* ---------------------------------------------------------------------- what the host gives */
/*
 * One asynchronous call, as the component sees it. The method that was called holds a reference
 * for as long as it runs; keep one with tri_operation_retain to finish later, on any thread.
 */
typedef struct tri_operation {
    const tri_host *host;
    void *state; /* what the component's init made */
} tri_operation;

/* One synchronous call; valid until the function returns. */
typedef struct tri_call {
    const tri_host *host;
    void *state;
} tri_call;

typedef void tri_cancel_fn(void *ctx);

/* Use the inline functions below, not the table. Grows at its end only; `size` says how far. */
struct tri_host {
    uint32_t size;
    uint32_t abi_version;
    void *(*alloc)(const tri_host *host, size_t size);
    void (*free)(const tri_host *host, void *memory);
    HRESULT (*string_new)(const tri_host *host, const char *utf8, size_t length, tri_string **out);
    void (*string_retain)(tri_string *string);
    void (*string_release)(tri_string *string);
    HRESULT (*buffer_new)(const tri_host *host, size_t length, tri_buffer **out);
    void (*buffer_retain)(tri_buffer *buffer);
    void (*buffer_release)(tri_buffer *buffer);
    HRESULT (*originate_error)(const tri_host *host, HRESULT hr, const char *utf8, size_t length);
    HRESULT (*status_from_errno)(int error);
    void (*operation_retain)(tri_operation *op);
    void (*operation_release)(tri_operation *op);
    HRESULT (*operation_complete)(tri_operation *op, void *value);
    HRESULT (*operation_fail)(tri_operation *op, HRESULT hr, const char *utf8, size_t length);
    void (*operation_progress)(tri_operation *op, void *value);
    bool (*operation_canceled)(tri_operation *op);
    void (*operation_on_cancel)(tri_operation *op, tri_cancel_fn *fn, void *ctx);
};

/* Memory for values that are handed over (the elements of a T[]). Returns NULL when there is
 * none. Threads: any. Blocks: no. */
static inline void *tri_alloc(const tri_host *host, size_t size)
{
    return host->alloc(host, size);
}

/* Frees what tri_alloc gave; NULL is allowed. Threads: any. Blocks: no. */
static inline void tri_free(const tri_host *host, void *memory)
{
    host->free(host, memory);
}

/* Makes a string of `length` bytes of UTF-8. Ownership: *out is the caller's. Threads: any.
 * Errors: TRI_E_INVALID_UTF8, TRI_E_OUTOFMEMORY; *out is NULL then. */
static inline TRI_NODISCARD HRESULT tri_string_new(const tri_host *host, const char *utf8,
                                                   size_t length, tri_string **out)
{
    return host->string_new(host, utf8, length, out);
}

/* One more reference; returns its argument. NULL is allowed. Threads: any. */
static inline tri_string *tri_string_retain(tri_string *string)
{
    if (string) {
        string->host->string_retain(string);
    }
    return string;
}

/* One reference less. NULL is allowed. Threads: any. */
static inline void tri_string_release(tri_string *string)
{
    if (string) {
        string->host->string_release(string);
    }
}

/* Makes a buffer of `length` bytes, all zero. Ownership: *out is the caller's. Threads: any.
 * Errors: TRI_E_OUTOFMEMORY; *out is NULL then. */
static inline TRI_NODISCARD HRESULT tri_buffer_new(const tri_host *host, size_t length,
                                                   tri_buffer **out)
{
    return host->buffer_new(host, length, out);
}

/* One more reference; returns its argument. NULL is allowed. Threads: any. */
static inline tri_buffer *tri_buffer_retain(tri_buffer *buffer)
{
    if (buffer) {
        buffer->host->buffer_retain(buffer);
    }
    return buffer;
}

/* One reference less. NULL is allowed. Threads: any. */
static inline void tri_buffer_release(tri_buffer *buffer)
{
    if (buffer) {
        buffer->host->buffer_release(buffer);
    }
}

/*
 * Sets the message that goes with a failure and returns `hr`, so that a method can end with
 * `return tri_error(op->host, hr, ...)`. A message is at most 511 bytes; it is cut there.
 * Threads: any; the message belongs to the calling thread until its method returns.
 */
static inline HRESULT tri_error(const tri_host *host, HRESULT hr, const char *format, ...)
    TRI_PRINTF(3, 4);
static inline HRESULT tri_error(const tri_host *host, HRESULT hr, const char *format, ...)
{
    char text[512];
    va_list list;
    va_start(list, format);
    int length = vsnprintf(text, sizeof text, format, list);
    va_end(list);
    size_t used = length < 0 ? 0 : (size_t)length < sizeof text ? (size_t)length : sizeof text - 1;
    return host->originate_error(host, hr, text, used);
}

/* tri_error for a failed system call: `error` is the errno value, which becomes the HRESULT (ENOENT
 * is TRI_E_FILE_NOT_FOUND); the message is "what: the system's text", `what` cut at 400 bytes. Threads: any. */
static inline HRESULT tri_error_errno(const tri_host *host, int error, const char *what)
{
    HRESULT hr = host->status_from_errno(error);
    return what[0] ? tri_error(host, hr, "%.400s: %s", what, strerror(error))
                   : tri_error(host, hr, "%s", strerror(error));
}

/* The text of a string where C wants one: refuses a NUL inside. `*out` lives as long as `string`.
 * `parameter` names it in the message. Errors: TRI_E_INVALIDARG. Threads: any. */
static inline TRI_NODISCARD HRESULT tri_c_string(const tri_host *host, const tri_string *string,
                                                 const char *parameter, const char **out)
{
    *out = string ? string->data : "";
    if (string && strlen(string->data) != string->length) {
        return tri_error(host, TRI_E_INVALIDARG,
                         "argument '%s': expected text without a NUL, got one at byte %zu",
                         parameter, strlen(string->data));
    }
    return TRI_S_OK;
}

/* -------------------------------------------------------------------------------- operations */
/* Keeps the operation for work that goes on after the method has returned; returns its argument.
 * Each retain needs one release. If the last reference goes while the operation is still Started,
 * it ends as Error (TRI_E_ABANDONED). Threads: any. Blocks: no. */
static inline tri_operation *tri_operation_retain(tri_operation *op)
{
    op->host->operation_retain(op);
    return op;
}

/* Gives back a reference; the operation must not be touched after. Threads: any. Blocks: no. */
static inline void tri_operation_release(tri_operation *op)
{
    op->host->operation_release(op);
}

/* Has somebody asked for this work to stop? Cheap enough for every turn of a loop. Return any
 * value then: the operation is Canceled already. Threads: any. Blocks: no. */
static inline bool tri_canceled(tri_operation *op)
{
    return op->host->operation_canceled(op);
}

/*
 * Calls fn(ctx) once when the operation is canceled, at once if it already is; on the thread that
 * cancels, with no lock held. A later call replaces the function. tri_on_cancel(op, NULL, NULL) takes
 * it away: afterwards it neither runs nor will run (it waits for a call that is under way on another
 * thread, so hold no lock that fn takes). Threads: any.
 */
static inline void tri_on_cancel(tri_operation *op, tri_cancel_fn *fn, void *ctx)
{
    op->host->operation_on_cancel(op, fn, ctx);
}

/*
 * Ends the operation as Error with `hr`, a failure code, and a message. The first outcome counts.
 * Returns TRI_S_OK, or TRI_E_ILLEGAL_STATE_CHANGE if it had an outcome already. Threads: any. Blocks: no.
 */
static inline HRESULT tri_fail(tri_operation *op, HRESULT hr, const char *format, ...)
    TRI_PRINTF(3, 4);
static inline HRESULT tri_fail(tri_operation *op, HRESULT hr, const char *format, ...)
{
    char text[512];
    va_list list;
    va_start(list, format);
    int length = vsnprintf(text, sizeof text, format, list);
    va_end(list);
    size_t used = length < 0 ? 0 : (size_t)length < sizeof text ? (size_t)length : sizeof text - 1;
    return op->host->operation_fail(op, hr, text, used);
}

/* ------------------------------------------------------------------------------- description */
typedef struct tri_field {
    const char *name;
    const char *type; /* "UInt64", "UInt8Array", "Algorithm" */
    uint32_t offset;
    uint32_t size;
} tri_field;

typedef struct tri_layout {
    const char *name; /* of the C struct */
    uint32_t size;
    uint32_t count;
    const tri_field *fields;
} tri_layout;

typedef struct tri_enumerator {
    const char *name;
    int32_t value;
} tri_enumerator;

/* Calls the Invoke of a Progress delegate (slot 3) with the value by value, as the C ABI has it. */
typedef HRESULT tri_invoke_fn(void *handler, void *sender, const void *value);

typedef enum tri_type_def_kind { TRI_TYPE_DEF_ENUM = 1, TRI_TYPE_DEF_STRUCT = 2 } tri_type_def_kind;

typedef struct tri_type_def {
    uint32_t size;
    uint32_t kind; /* tri_type_def_kind */
    const char *name;
    const char *doc;
    const tri_layout *layout;          /* of a struct */
    tri_invoke_fn *invoke;             /* of a struct */
    const tri_enumerator *enumerators; /* of an enum */
    uint32_t enumerator_count;
} tri_type_def;

typedef enum tri_face {
    TRI_FACE_SYNC = 0,
    TRI_FACE_ACTION = 1,
    TRI_FACE_ACTION_WITH_PROGRESS = 2,
    TRI_FACE_OPERATION = 3,
    TRI_FACE_OPERATION_WITH_PROGRESS = 4
} tri_face;

/* What the C compiler knows of a method; compared with the member string when it is loaded. */
typedef struct tri_shape {
    uint32_t size;
    uint32_t face; /* tri_face */
    const char *name;
    const tri_layout *args;
    const char *result; /* "Void" where there is none */
    const char *progress;
    uint32_t result_size;
    uint32_t progress_size;
    HRESULT (*start)(tri_operation *op, const void *args);
    HRESULT (*call)(tri_call *call, const void *args, void *result);
} tri_shape;

typedef enum tri_member_options {
    /* The method runs on the caller's thread, must not block, and says itself when it is over:
     * at once, or later from any thread that keeps the operation. */
    TRI_INLINE = 1u,
    /* The method sleeps in system calls for long: it runs on a thread that is added for it. */
    TRI_BLOCKING = 2u
} tri_member_options;

typedef struct tri_member_def {
    uint32_t size;
    uint32_t options; /* tri_member_options */
    const char *signature; /* one MIDL 3.0 member */
    const tri_shape *shape;
    const char *doc;
} tri_member_def;

/*
 * A component, whole. `init` runs once in each copy of core, before any method, on the thread that
 * loads; it sets up the libraries the component uses and makes `state`, which is shared by all
 * threads. In a forked child it runs again, before the first call there: what it made in the parent
 * is left alone, since the threads are not there and locks may be taken. `fini` runs when the process
 * ends, after all work has stopped; if work did not stop in time it does not run. Both may be NULL.
 */
typedef struct tri_component_def {
    uint32_t size;
    uint32_t abi_version; /* the least TRI_ABI_VERSION that the component can do with */
    const char *name_space; /* "Trivium.Timer": prefix of every name in the description */
    const char *version;
    const char *doc;
    const tri_type_def *const *types;
    uint32_t type_count;
    uint32_t member_count;
    const tri_member_def *members;
    uint32_t member_stride; /* sizeof(tri_member_def) as the component was built */
    HRESULT (*init)(const tri_host *host, void **state);
    void (*fini)(const tri_host *host, void *state);
} tri_component_def;

/* The one exported symbol. Errors: any HRESULT; the component is not loaded then. Beside
 * TRI_E_REVISION_MISMATCH *out is set too, so that the host can say which version is needed. */
TRI_EXPORT HRESULT tri_component_main(const tri_host *host, const tri_component_def **out);

/* ------------------------------------------------------------------------------------ macros */
#define TRI__CAT(a, b) TRI__CAT_(a, b)
#define TRI__CAT_(a, b) a##b
#define TRI__UNPAREN(...) __VA_ARGS__
#define TRI__APPLY(m, ...) m(__VA_ARGS__)
#define TRI__NARGS(...)                                                                            \
    TRI__NARGS_(__VA_ARGS__, 16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0)
#define TRI__NARGS_(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, N, ...) N
#define TRI__EACH(m, x, ...) TRI__CAT(TRI__EACH_, TRI__NARGS(__VA_ARGS__))(m, x, __VA_ARGS__)
#define TRI__EACH_1(m, x, a) TRI__APPLY(m, x, TRI__UNPAREN a)
#define TRI__EACH_2(m, x, a, ...) TRI__EACH_1(m, x, a) TRI__EACH_1(m, x, __VA_ARGS__)
#define TRI__EACH_3(m, x, a, ...) TRI__EACH_1(m, x, a) TRI__EACH_2(m, x, __VA_ARGS__)
#define TRI__EACH_4(m, x, a, ...) TRI__EACH_1(m, x, a) TRI__EACH_3(m, x, __VA_ARGS__)
#define TRI__EACH_5(m, x, a, ...) TRI__EACH_1(m, x, a) TRI__EACH_4(m, x, __VA_ARGS__)
#define TRI__EACH_6(m, x, a, ...) TRI__EACH_1(m, x, a) TRI__EACH_5(m, x, __VA_ARGS__)
#define TRI__EACH_7(m, x, a, ...) TRI__EACH_1(m, x, a) TRI__EACH_6(m, x, __VA_ARGS__)
#define TRI__EACH_8(m, x, a, ...) TRI__EACH_1(m, x, a) TRI__EACH_7(m, x, __VA_ARGS__)
#define TRI__EACH_9(m, x, a, ...) TRI__EACH_1(m, x, a) TRI__EACH_8(m, x, __VA_ARGS__)
#define TRI__EACH_10(m, x, a, ...) TRI__EACH_1(m, x, a) TRI__EACH_9(m, x, __VA_ARGS__)
#define TRI__EACH_11(m, x, a, ...) TRI__EACH_1(m, x, a) TRI__EACH_10(m, x, __VA_ARGS__)
#define TRI__EACH_12(m, x, a, ...) TRI__EACH_1(m, x, a) TRI__EACH_11(m, x, __VA_ARGS__)
#define TRI__EACH_13(m, x, a, ...) TRI__EACH_1(m, x, a) TRI__EACH_12(m, x, __VA_ARGS__)
#define TRI__EACH_14(m, x, a, ...) TRI__EACH_1(m, x, a) TRI__EACH_13(m, x, __VA_ARGS__)
#define TRI__EACH_15(m, x, a, ...) TRI__EACH_1(m, x, a) TRI__EACH_14(m, x, __VA_ARGS__)
#define TRI__EACH_16(m, x, a, ...) TRI__EACH_1(m, x, a) TRI__EACH_15(m, x, __VA_ARGS__)

#define TRI__FIELD_DECLARE(S, T, N) tri_c_##T N;
#define TRI__FIELD_DESCRIBE(S, T, N)                                                               \
    {#N, #T, (uint32_t)offsetof(S, N), (uint32_t)sizeof(tri_c_##T)},
#define TRI__ENUM_DECLARE(E, N, V) E##_##N = (V),
#define TRI__ENUM_DESCRIBE(E, N, V) {#N, (V)},
#define TRI__COUNT(array) ((uint32_t)(sizeof(array) / sizeof((array)[0])))

#define TRI__LAYOUT(S, ...)                                                                        \
    typedef struct S {                                                                             \
        TRI__EACH(TRI__FIELD_DECLARE, S, __VA_ARGS__)                                              \
    } S;                                                                                           \
    static const tri_field S##_fields[] = {TRI__EACH(TRI__FIELD_DESCRIBE, S, __VA_ARGS__)};        \
    static const tri_layout S##_layout = {#S, (uint32_t)sizeof(S), TRI__COUNT(S##_fields),         \
                                          S##_fields}

/* TRI_ARGS(hash_file_args, (String, path), (Algorithm, algorithm));
 * declares struct hash_file_args and describes it. Up to 16 fields. */
#define TRI_ARGS(S, ...) TRI__LAYOUT(S, __VA_ARGS__)

/* For a method without parameters. */
typedef struct tri_no_args {
    char unused;
} tri_no_args;
static const tri_layout tri_no_args_layout TRI_UNUSED = {"tri_no_args", sizeof(tri_no_args), 0, NULL};

/* TRI_STRUCT(TreeProgress, "doc", (UInt64, FilesDone), (UInt64, BytesDone));
 * declares the struct TreeProgress, and TreeProgress_type for the component's table of types. */
#define TRI_STRUCT(S, DOC, ...)                                                                    \
    TRI__LAYOUT(S, __VA_ARGS__);                                                                   \
    typedef S tri_c_##S;                                                                           \
    static HRESULT S##_invoke(void *handler, void *sender, const void *value)                      \
    {                                                                                              \
        typedef HRESULT TRI_STDCALL invoke_fn(void *, void *, S);                                  \
        return (*(invoke_fn *const **)handler)[3](handler, sender, *(const S *)value);             \
    }                                                                                              \
    static const tri_type_def S##_type = {sizeof(tri_type_def), TRI_TYPE_DEF_STRUCT, #S, DOC,      \
                                          &S##_layout, S##_invoke, NULL, 0}

/* TRI_ENUM(Algorithm, "doc", (Sha256, 0), (Sha512, 1));
 * declares Algorithm_Sha256 ..., and Algorithm_type for the component's table of types. */
#define TRI_ENUM(E, DOC, ...)                                                                      \
    enum { TRI__EACH(TRI__ENUM_DECLARE, E, __VA_ARGS__) };                                         \
    typedef int32_t E;                                                                             \
    typedef E tri_c_##E;                                                                           \
    static const tri_enumerator E##_enumerators[] = {                                              \
        TRI__EACH(TRI__ENUM_DESCRIBE, E, __VA_ARGS__)};                                            \
    static const tri_type_def E##_type = {                                                         \
        sizeof(tri_type_def), TRI_TYPE_DEF_ENUM, #E, DOC, NULL, NULL, E##_enumerators,             \
        TRI__COUNT(E##_enumerators)}

#if defined(_WIN32) && defined(__i386__)
#define TRI_STDCALL __stdcall
#else
#define TRI_STDCALL
#endif

#define TRI__ASYNC(F, ARGS, FACE, R, RSIZE, P, PSIZE)                                              \
    static HRESULT F(tri_operation *op, const ARGS *args);                                         \
    static HRESULT F##_start(tri_operation *op, const void *args)                                  \
    {                                                                                              \
        return F(op, (const ARGS *)args);                                                          \
    }                                                                                              \
    static const tri_shape F##_shape = {sizeof(tri_shape), FACE, #F, &ARGS##_layout, #R, #P,       \
                                        (uint32_t)(RSIZE), (uint32_t)(PSIZE), F##_start, NULL}
#define TRI__COMPLETE_VOID(F)                                                                      \
    static inline TRI_UNUSED HRESULT F##_complete(tri_operation *op)                               \
    {                                                                                              \
        return op->host->operation_complete(op, NULL);                                             \
    }
#define TRI__COMPLETE(F, R)                                                                        \
    static inline TRI_UNUSED HRESULT F##_complete(tri_operation *op, tri_c_##R result)             \
    {                                                                                              \
        return op->host->operation_complete(op, &result);                                          \
    }
#define TRI__PROGRESS(F, P)                                                                        \
    static inline TRI_UNUSED void F##_progress(tri_operation *op, tri_c_##P progress)              \
    {                                                                                              \
        op->host->operation_progress(op, &progress);                                               \
    }

/*
 * One of these stands before each method. It declares
 *     static HRESULT F(tri_operation *op, const ARGS *args);
 * for the author to define, and the typed ways to end it and to report from it:
 *     HRESULT F_complete(op, result)   ends it as Completed. Takes the value over, whatever it
 *                                      returns. The first outcome counts: TRI_S_OK, or
 *                                      TRI_E_ILLEGAL_STATE_CHANGE if there was one (a Cancel is one).
 *     void F_progress(op, progress)    latest value wins; takes it over; dropped once it is over.
 * Both: any thread, never block. Completing allocates nothing; a report with strings, buffers or arrays in it does, and is dropped when
 * there is no memory.
 *
 * F runs on a pool thread unless its options say otherwise. What it returns: a failure ends the operation
 * as Error with the message of tri_error. TRI_S_OK ends an action as Completed; an operation must have been
 * completed, or kept by tri_operation_retain. `args` lives as long as the operation is kept.
 */
#define TRI_ACTION(F, ARGS)                                                                        \
    TRI__COMPLETE_VOID(F)                                                                          \
    TRI__ASYNC(F, ARGS, TRI_FACE_ACTION, Void, 0, Void, 0)
#define TRI_ACTION_WITH_PROGRESS(F, ARGS, P)                                                       \
    TRI__COMPLETE_VOID(F)                                                                          \
    TRI__PROGRESS(F, P)                                                                            \
    TRI__ASYNC(F, ARGS, TRI_FACE_ACTION_WITH_PROGRESS, Void, 0, P, sizeof(tri_c_##P))
#define TRI_OPERATION(F, ARGS, R)                                                                  \
    TRI__COMPLETE(F, R)                                                                            \
    TRI__ASYNC(F, ARGS, TRI_FACE_OPERATION, R, sizeof(tri_c_##R), Void, 0)
#define TRI_OPERATION_WITH_PROGRESS(F, ARGS, R, P)                                                 \
    TRI__COMPLETE(F, R)                                                                            \
    TRI__PROGRESS(F, P)                                                                            \
    TRI__ASYNC(F, ARGS, TRI_FACE_OPERATION_WITH_PROGRESS, R, sizeof(tri_c_##R), P,                 \
               sizeof(tri_c_##P))

/* A synchronous method: static HRESULT F(tri_call *call, const ARGS *args, R *result). It runs on the
 * caller's thread, so it must be short. *result is zeroed before, and belongs to the caller after
 * TRI_S_OK; on a failure it is not looked at, so release what was put there. */
#define TRI_FUNCTION(F, ARGS, R)                                                                   \
    static HRESULT F(tri_call *call, const ARGS *args, tri_c_##R *result);                         \
    static HRESULT F##_call(tri_call *call, const void *args, void *result)                        \
    {                                                                                              \
        return F(call, (const ARGS *)args, (tri_c_##R *)result);                                   \
    }                                                                                              \
    static const tri_shape F##_shape = {sizeof(tri_shape), TRI_FACE_SYNC, #F, &ARGS##_layout, #R,  \
                                        "Void", (uint32_t)sizeof(tri_c_##R), 0, NULL, F##_call}

/* A synchronous method without a result: static HRESULT F(tri_call *call, const ARGS *args). */
#define TRI_PROCEDURE(F, ARGS)                                                                     \
    static HRESULT F(tri_call *call, const ARGS *args);                                            \
    static HRESULT F##_call(tri_call *call, const void *args, void *result)                        \
    {                                                                                              \
        (void)result;                                                                              \
        return F(call, (const ARGS *)args);                                                        \
    }                                                                                              \
    static const tri_shape F##_shape = {sizeof(tri_shape), TRI_FACE_SYNC, #F, &ARGS##_layout,      \
                                        "Void", "Void", 0, 0, NULL, F##_call}

/* A row of the table of members. */
#define TRI_METHOD(F, SIGNATURE, DOC) TRI_METHOD_WITH(F, 0, SIGNATURE, DOC)
#define TRI_METHOD_WITH(F, OPTIONS, SIGNATURE, DOC)                                                \
    {                                                                                              \
        sizeof(tri_member_def), (OPTIONS), SIGNATURE, &F##_shape, DOC                              \
    }

/* The component itself: TRI_COMPONENT("Trivium.Timer", "1.0", "doc", types, members, init, fini);
 * `types` is an array of const tri_type_def *, or TRI_NO_TYPES. */
static const tri_type_def *const tri__no_types[1] TRI_UNUSED = {NULL};
#define TRI_NO_TYPES tri__no_types
#define TRI_COMPONENT(NAMESPACE, VERSION, DOC, TYPES, MEMBERS, INIT, FINI)                         \
    HRESULT tri_component_main(const tri_host *host, const tri_component_def **out)                \
    {                                                                                              \
        static const tri_component_def component = {                                               \
            sizeof(tri_component_def), 1u, NAMESPACE, VERSION, DOC, TYPES, TRI__COUNT(TYPES),      \
            TRI__COUNT(MEMBERS), MEMBERS, sizeof(tri_member_def), INIT, FINI};                     \
        *out = &component;                                                                         \
        return host->abi_version < component.abi_version ? TRI_E_REVISION_MISMATCH : TRI_S_OK;     \
    }                                                                                              \
    struct tri__semicolon

#ifdef __cplusplus
}
#endif
#endif
