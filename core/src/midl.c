// A parser for members in MIDL 3.0 syntax, by recursive descent.
//
//   member  = type NAME "(" [ param { "," param } ] ")" [ ";" ]
//   param   = type NAME [ "=" value ]
//   type    = dotted [ "<" type { "," type } ">" ] [ "[" "]" ]
//   dotted  = NAME { "." NAME }
//   value   = [ "-" ] ( INTEGER | REAL ) | TEXT | "true" | "false" | "null" | dotted
#include "midl.h"
#include "method.h"
#include "value.h"

#define MIDL_DEPTH 8 // of generics in generics: a bound for the recursion

typedef struct midl_parser {
    tri__midl_lexer lexer;
    tri__midl_token token; // the one to look at
} midl_parser;

static HRESULT midl_advance(midl_parser *parser)
{
    return tri__midl_next(&parser->lexer, &parser->token);
}

static bool midl_at(const midl_parser *parser, char punct)
{
    return parser->token.kind == TRI__MIDL_PUNCT &&
           parser->lexer.source[parser->token.position] == punct;
}

static bool midl_at_word(const midl_parser *parser, const char *word)
{
    return parser->token.kind == TRI__MIDL_NAME && parser->token.length == strlen(word) &&
           memcmp(parser->lexer.source + parser->token.position, word, parser->token.length) == 0;
}

static HRESULT midl_expected(const midl_parser *parser, const char *what)
{
    const char *source = parser->lexer.source;
    if (parser->token.kind == TRI__MIDL_END) {
        return tri__midl_error(source, parser->token.position, "expected %s, got the end", what);
    }
    return tri__midl_error(source, parser->token.position, "expected %s, got '%.*s'", what,
                           (int)tri__utf8_cut(source + parser->token.position, parser->token.length, 60),
                           source + parser->token.position);
}

static HRESULT midl_take(midl_parser *parser, char punct, const char *what)
{
    return midl_at(parser, punct) ? midl_advance(parser) : midl_expected(parser, what);
}

static HRESULT midl_name(midl_parser *parser, const char *what, const char **out)
{
    if (parser->token.kind != TRI__MIDL_NAME) {
        return midl_expected(parser, what);
    }
    if (parser->token.length > TRI__NAME_MAX) {
        return tri__midl_error(parser->lexer.source, parser->token.position,
                               "expected a name of at most %u characters, got %zu", TRI__NAME_MAX,
                               parser->token.length);
    }
    *out = tri__arena_text(parser->lexer.arena, parser->lexer.source + parser->token.position,
                           parser->token.length);
    return *out ? midl_advance(parser) : TRI_E_OUTOFMEMORY;
}

static HRESULT midl_dotted(midl_parser *parser, const char *what, const char **out)
{
    char name[2 * TRI__NAME_MAX];
    size_t used = 0;
    size_t position = parser->token.position;
    for (;;) {
        const char *part = NULL;
        HRESULT hr = midl_name(parser, what, &part);
        if (TRI_FAILED(hr)) {
            return hr;
        }
        int more = snprintf(name + used, sizeof name - used, "%s%s", used ? "." : "", part);
        if (more < 0 || (size_t)more >= sizeof name - used) {
            return tri__midl_error(parser->lexer.source, position,
                                   "expected a name of at most %zu characters", sizeof name - 1);
        }
        used += (size_t)more;
        if (!midl_at(parser, '.')) {
            break;
        }
        hr = midl_advance(parser);
        if (TRI_FAILED(hr)) {
            return hr;
        }
        what = "a name after '.'";
    }
    *out = tri__arena_text(parser->lexer.arena, name, used);
    return *out ? TRI_S_OK : TRI_E_OUTOFMEMORY;
}

static HRESULT midl_type(midl_parser *parser, int depth, const char *what, tri__midl_type **out);

// The part of a generic from "<" to ">".
static HRESULT midl_type_arguments(midl_parser *parser, int depth, tri__midl_type *type)
{
    tri__midl_type **tail = &type->arguments;
    if (depth >= MIDL_DEPTH) {
        return tri__midl_error(parser->lexer.source, parser->token.position,
                               "expected at most %d generics in one another", MIDL_DEPTH);
    }
    do {
        HRESULT hr = midl_advance(parser); // "<" or ","
        if (TRI_SUCCEEDED(hr)) {
            hr = midl_type(parser, depth + 1, "a type", tail);
        }
        if (TRI_FAILED(hr)) {
            return hr;
        }
        tail = &(*tail)->next;
        type->argument_count++;
    } while (midl_at(parser, ','));
    return midl_take(parser, '>', "',' or '>'");
}

static HRESULT midl_type(midl_parser *parser, int depth, const char *what, tri__midl_type **out)
{
    tri__midl_type *type = tri__arena_alloc(parser->lexer.arena, sizeof *type);
    if (!type) {
        return TRI_E_OUTOFMEMORY;
    }
    type->position = parser->token.position;
    HRESULT hr = midl_dotted(parser, what, &type->name);
    if (TRI_SUCCEEDED(hr) && midl_at(parser, '<')) {
        hr = midl_type_arguments(parser, depth, type);
    }
    if (TRI_SUCCEEDED(hr) && midl_at(parser, '[')) {
        type->is_array = true;
        hr = midl_advance(parser);
        if (TRI_SUCCEEDED(hr)) {
            hr = midl_take(parser, ']', "']'");
        }
        if (TRI_SUCCEEDED(hr) && midl_at(parser, '[')) {
            hr = tri__midl_error(parser->lexer.source, parser->token.position,
                                 "expected a name, got an array of arrays, which cannot be described");
        }
    }
    *out = type;
    return hr;
}

static HRESULT midl_number(midl_parser *parser, tri__midl_value *value)
{
    if (midl_at(parser, '-')) {
        value->negative = true;
        HRESULT hr = midl_advance(parser);
        if (TRI_FAILED(hr)) {
            return hr;
        }
    }
    if (parser->token.kind == TRI__MIDL_INTEGER) {
        value->kind = TRI__MIDL_VALUE_INTEGER;
        value->integer = parser->token.integer;
        value->real = (double)parser->token.integer;
    } else if (parser->token.kind == TRI__MIDL_REAL) {
        value->kind = TRI__MIDL_VALUE_REAL;
        value->real = parser->token.real;
    } else {
        return midl_expected(parser, "a number after '-'");
    }
    return midl_advance(parser);
}

static HRESULT midl_value(midl_parser *parser, const tri__midl_value **out)
{
    tri__midl_value *value = tri__arena_alloc(parser->lexer.arena, sizeof *value);
    if (!value) {
        return TRI_E_OUTOFMEMORY;
    }
    *out = value;
    value->position = parser->token.position;
    if (midl_at(parser, '-') || parser->token.kind == TRI__MIDL_INTEGER ||
        parser->token.kind == TRI__MIDL_REAL) {
        return midl_number(parser, value);
    }
    if (parser->token.kind == TRI__MIDL_TEXT) {
        value->kind = TRI__MIDL_VALUE_TEXT;
        value->text = parser->token.text;
        value->length = parser->token.text_length;
        return midl_advance(parser);
    }
    if (midl_at_word(parser, "true") || midl_at_word(parser, "false")) {
        value->kind = TRI__MIDL_VALUE_BOOLEAN;
        value->integer = midl_at_word(parser, "true");
        return midl_advance(parser);
    }
    if (midl_at_word(parser, "null")) {
        value->kind = TRI__MIDL_VALUE_NULL;
        return midl_advance(parser);
    }
    value->kind = TRI__MIDL_VALUE_NAME;
    HRESULT hr = midl_dotted(parser, "a default value", &value->text);
    value->length = TRI_SUCCEEDED(hr) ? strlen(value->text) : 0;
    return hr;
}

static HRESULT midl_param(midl_parser *parser, const tri__midl_member *member, tri__midl_param **out)
{
    tri__midl_param *param = tri__arena_alloc(parser->lexer.arena, sizeof *param);
    if (!param) {
        return TRI_E_OUTOFMEMORY;
    }
    HRESULT hr = midl_type(parser, 0, "the type of a parameter", &param->type);
    if (TRI_SUCCEEDED(hr)) {
        param->position = parser->token.position;
        hr = midl_name(parser, "the name of a parameter", &param->name);
    }
    for (const tri__midl_param *p = member->params; TRI_SUCCEEDED(hr) && p; p = p->next) {
        if (strcmp(p->name, param->name) == 0) {
            hr = tri__midl_error(parser->lexer.source, param->position,
                                 "expected a new name, got a second parameter '%s'", param->name);
        }
    }
    if (TRI_SUCCEEDED(hr) && midl_at(parser, '=')) {
        hr = midl_advance(parser);
        if (TRI_SUCCEEDED(hr)) {
            hr = midl_value(parser, &param->value);
        }
    }
    *out = param;
    return hr;
}

static HRESULT midl_params(midl_parser *parser, tri__midl_member *member)
{
    tri__midl_param **tail = &member->params;
    const tri__midl_param *last = NULL;
    HRESULT hr = midl_advance(parser); // "("
    while (TRI_SUCCEEDED(hr) && (member->param_count || !midl_at(parser, ')'))) {
        tri__midl_param *param = NULL;
        hr = midl_param(parser, member, &param);
        if (TRI_FAILED(hr)) {
            return hr;
        }
        *tail = param;
        tail = &param->next;
        last = param;
        member->param_count++;
        if (!midl_at(parser, ',')) {
            break;
        }
        hr = midl_advance(parser);
    }
    if (TRI_FAILED(hr)) {
        return hr;
    }
    return midl_take(parser, ')', last && !last->value ? "'=', ',' or ')'" : "',' or ')'");
}

HRESULT tri__midl_parse(tri__arena *arena, const char *source, tri__midl_member **out)
{
    midl_parser parser = {.lexer = {.arena = arena, .source = source, .length = strlen(source)}};
    size_t valid = tri__utf8_valid(source, parser.lexer.length);
    *out = NULL;
    if (valid != parser.lexer.length) {
        return tri__utf8_error(source, valid);
    }
    tri__midl_member *member = tri__arena_alloc(arena, sizeof *member);
    if (!member) {
        return TRI_E_OUTOFMEMORY;
    }
    member->kind = TRI__MIDL_METHOD;
    member->source = source;
    HRESULT hr = midl_advance(&parser);
    if (TRI_SUCCEEDED(hr)) {
        hr = midl_type(&parser, 0, "the type that the method returns", &member->type);
    }
    if (TRI_SUCCEEDED(hr)) {
        member->position = parser.token.position;
        hr = midl_name(&parser, "the name of the method", &member->name);
    }
    if (TRI_SUCCEEDED(hr)) {
        hr = midl_at(&parser, '(') ? midl_params(&parser, member)
                                   : midl_expected(&parser, "'(' of a method");
    }
    if (TRI_SUCCEEDED(hr) && midl_at(&parser, ';')) {
        hr = midl_advance(&parser);
    }
    if (TRI_SUCCEEDED(hr) && parser.token.kind != TRI__MIDL_END) {
        hr = midl_expected(&parser, "the end of the member");
    }
    if (TRI_SUCCEEDED(hr)) {
        *out = member;
    }
    return hr;
}
