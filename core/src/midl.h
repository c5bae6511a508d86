// MIDL 3.0 member syntax: "IAsyncOperation<UInt64> CountAsync(String root, UInt32 depth = 3)".
#ifndef TRI_MIDL_H
#define TRI_MIDL_H

#include "arena.h"

// ---- Tokens (midl_lex.c)
typedef enum tri__midl_token_kind {
    TRI__MIDL_END,
    TRI__MIDL_NAME,    // String, true; the parser knows which names mean something
    TRI__MIDL_INTEGER, // 12, 0x1F
    TRI__MIDL_REAL,    // 1.5, 2e3
    TRI__MIDL_TEXT,    // "text"
    TRI__MIDL_PUNCT    // one character
} tri__midl_token_kind;

typedef struct tri__midl_token {
    tri__midl_token_kind kind;
    size_t position; // bytes from the start of the source
    size_t length;   // bytes in the source
    uint64_t integer;
    double real;
    const char *text; // TEXT: decoded, in the arena
    size_t text_length;
} tri__midl_token;

typedef struct tri__midl_lexer {
    tri__arena *arena;
    const char *source;
    size_t length;
    size_t at;
} tri__midl_lexer;

// The next token. Errors: TRI_E_INVALID_DATA (says where), TRI_E_OUTOFMEMORY.
HRESULT tri__midl_next(tri__midl_lexer *lexer, tri__midl_token *token);

// Sets error info "column 9: <message>", with the line and a caret below it; returns TRI_E_INVALID_DATA.
HRESULT tri__midl_error(const char *source, size_t position, const char *format, ...)
    TRI_PRINTF(3, 4);

// ---- The syntax tree (midl.c). Positions are bytes from the start of the source; names are NUL-terminated.
typedef struct tri__midl_type {
    const char *name; // with its dots: "UInt8", "Trivium.Hashing.Algorithm"
    size_t position;
    bool is_array;
    uint32_t argument_count;
    struct tri__midl_type *arguments; // of a generic: IAsyncOperation<R>
    struct tri__midl_type *next;      // the next argument
} tri__midl_type;

typedef enum tri__midl_value_kind {
    TRI__MIDL_VALUE_INTEGER,
    TRI__MIDL_VALUE_REAL,
    TRI__MIDL_VALUE_TEXT,
    TRI__MIDL_VALUE_BOOLEAN,
    TRI__MIDL_VALUE_NULL,
    TRI__MIDL_VALUE_NAME // Algorithm.Sha256
} tri__midl_value_kind;

typedef struct tri__midl_value {
    tri__midl_value_kind kind;
    size_t position;
    bool negative;
    uint64_t integer; // magnitude; of a Boolean 0 or 1
    double real;      // magnitude
    const char *text; // of a text or a name
    size_t length;
} tri__midl_value;

typedef struct tri__midl_param {
    tri__midl_type *type;
    const char *name;
    size_t position;                // of the name
    const tri__midl_value *value;   // the default; NULL: there is none
    struct tri__midl_param *next;
} tri__midl_param;

// Properties, events and constructors are further kinds.
typedef enum tri__midl_member_kind { TRI__MIDL_METHOD } tri__midl_member_kind;

typedef struct tri__midl_member {
    tri__midl_member_kind kind;
    const char *source;
    tri__midl_type *type; // what it returns
    const char *name;
    size_t position; // of the name
    tri__midl_param *params;
    uint32_t param_count;
} tri__midl_member;

// Parses one member; a semicolon at its end may be left out. The tree lives in the arena and refers to `source`.
// Errors: TRI_E_INVALID_DATA (says where, what was expected and what came), TRI_E_INVALID_UTF8, TRI_E_OUTOFMEMORY.
HRESULT tri__midl_parse(tri__arena *arena, const char *source, tri__midl_member **out);

#endif
