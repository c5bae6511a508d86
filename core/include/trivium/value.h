/*
 * trivium/value.h - types and values. A value is a pointer to its ABI layout, next to its type.
 *
 * Layouts are those of component.h (tri_c_<Name>); an enum is an int32_t; a struct lies as the C
 * compiler laid it out. All-zero bytes are a valid, empty value of every type.
 * Types are immutable, made when a component is loaded, and live as long as the process.
 */
#ifndef TRIVIUM_VALUE_H
#define TRIVIUM_VALUE_H

#include <trivium/status.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum tri_kind {
    TRI_KIND_VOID,
    TRI_KIND_BOOLEAN,
    TRI_KIND_INT8,
    TRI_KIND_UINT8,
    TRI_KIND_INT16,
    TRI_KIND_UINT16,
    TRI_KIND_INT32,
    TRI_KIND_UINT32,
    TRI_KIND_INT64,
    TRI_KIND_UINT64,
    TRI_KIND_SINGLE,
    TRI_KIND_DOUBLE,
    TRI_KIND_STRING,
    TRI_KIND_BUFFER,
    TRI_KIND_TIMESPAN,
    TRI_KIND_ENUM,
    TRI_KIND_STRUCT,
    TRI_KIND_ARRAY
} tri_kind;

/* How a language spells a name of the description. */
typedef enum tri_name_style {
    TRI_NAME_SNAKE,  /* hash_file, files_done: methods and fields in Python and Lua */
    TRI_NAME_CAMEL,  /* hashFile, filesDone, sha256: JavaScript */
    TRI_NAME_UPPER,  /* SHA256, MOVE_NEXT: enumerators in Python */
    TRI_NAME_PASCAL  /* HashFile: as it stands */
} tri_name_style;

typedef struct tri_type tri_type;

typedef struct tri_type_field {
    const char *name; /* "FilesDone"; see tri_name_project */
    const tri_type *type;
    uint32_t offset;
} tri_type_field;

struct tri_type {
    tri_kind kind;
    uint32_t size;          /* bytes; 0 for Void */
    bool plain;             /* holds no reference: may be copied and dropped as bytes */
    const char *name;       /* "UInt64", "UInt8[]", "Algorithm" */
    const char *full_name;  /* "Trivium.Hashing.Algorithm"; `name` for a built-in type */
    const char *doc;        /* never NULL */
    const tri_type *element;           /* ARRAY */
    const tri_type_field *fields;      /* STRUCT */
    uint32_t field_count;
    uint32_t enumerator_count;         /* ENUM */
    const tri_enumerator *enumerators;
    tri_invoke_fn *invoke;             /* calls a Progress delegate with such a value */
};

/* The built-in type of a kind from VOID to TIMESPAN. Never NULL for those. */
TRI_API const tri_type *tri_type_builtin(tri_kind kind);

/* Frees what a value holds and zeroes it. Threads: whichever owns the value. Blocks: no. */
TRI_API void tri_value_clear(const tri_type *type, void *value);

/* Copies a value: new references to strings and buffers, new elements for an array.
 * Errors: TRI_E_OUTOFMEMORY; *to is all zero then. */
TRI_API TRI_NODISCARD HRESULT tri_value_copy(const tri_type *type, void *to, const void *from);

/*
 * Store a number in a value of any numeric kind (UINT8 ... DOUBLE, ENUM), checked: nothing is wrapped,
 * cut or rounded, but that a number with a fraction goes into a SINGLE as the nearest one.
 * Errors: TRI_E_BOUNDS (names the range and what came), TRI_E_TYPE_MISMATCH (a number with a fraction
 * for an integer; a type that is no number), TRI_E_UNKNOWN_NAME (no such enumerator).
 */
TRI_API TRI_NODISCARD HRESULT tri_value_set_int64(const tri_type *type, void *to, int64_t number);
TRI_API TRI_NODISCARD HRESULT tri_value_set_uint64(const tri_type *type, void *to, uint64_t number);
TRI_API TRI_NODISCARD HRESULT tri_value_set_double(const tri_type *type, void *to, double number);

/* Store a TimeSpan: `count` units of `ticks_per_unit` ticks, rounded to the nearest tick.
 * Errors: TRI_E_BOUNDS; TRI_E_TYPE_MISMATCH for a NaN. */
TRI_API TRI_NODISCARD HRESULT tri_value_set_timespan(void *to, double count, int64_t ticks_per_unit);

/* Store UTF-8 text: in a STRING as such, in an ENUM by the name of an enumerator (exact, or as any of the
 * three languages spells it). Drops what was there.
 * Errors: TRI_E_INVALID_UTF8 (says where), TRI_E_UNKNOWN_NAME (lists the names), TRI_E_TYPE_MISMATCH,
 * TRI_E_OUTOFMEMORY. */
TRI_API TRI_NODISCARD HRESULT tri_value_set_text(const tri_type *type, void *to, const char *utf8,
                                                 size_t length);

/* Store a copy of bytes in a BUFFER or a UInt8[]. Drops what was there.
 * Errors: TRI_E_OUTOFMEMORY, TRI_E_TYPE_MISMATCH. */
TRI_API TRI_NODISCARD HRESULT tri_value_set_bytes(const tri_type *type, void *to, const void *bytes,
                                                  size_t length);

/* Makes room for `length` elements, all zero, in an ARRAY; *elements points to them (NULL for 0).
 * Drops what was there. Errors: TRI_E_OUTOFMEMORY, TRI_E_TYPE_MISMATCH. */
TRI_API TRI_NODISCARD HRESULT tri_value_set_array(const tri_type *type, void *to, size_t length,
                                                  void **elements);

/* "expected UInt8, got a list": for a value that the language cannot even try to store. Sets error info and
 * returns TRI_E_TYPE_MISMATCH. `got` is a phrase in the language's own words. */
TRI_API HRESULT tri_value_mismatch(const tri_type *type, const char *got);

/* For a struct that is given by the names of its fields. Both set error info and return TRI_E_TYPE_MISMATCH; `style` says how
 * the language spells names. A field that is not there: */
TRI_API HRESULT tri_struct_missing(const tri_type *type, tri_name_style style, uint32_t field);
/* A name that no field has; `name` as the script spelt it. */
TRI_API HRESULT tri_struct_unexpected(const tri_type *type, tri_name_style style, const char *name);

/* The enumerator with that value, NULL if there is none. Borrowed from the type. */
TRI_API const tri_enumerator *tri_enum_find(const tri_type *type, int32_t value);

/* A host for values that are made outside a component (tri_string_new and tri_buffer_new want one). */
TRI_API const tri_host *tri_core_host(void);

/* Writes the name in that style, closed by a NUL; returns its length, or 0 if `size` is too small
 * (at most 2 * strlen(name) + 1 bytes are needed). Threads: any. Blocks: no. */
TRI_API size_t tri_name_project(tri_name_style style, const char *name, char *out, size_t size);

#ifdef __cplusplus
}
#endif
#endif
