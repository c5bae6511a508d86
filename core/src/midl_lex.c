// Tokens of MIDL 3.0, and errors that point into its text.
#include "midl.h"
#include "value.h"

#define MIDL_EXCERPT 96u // bytes of a line that a message shows

static bool lex_is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool lex_is_name_start(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

// The column (in characters, from 1) of a position, and where its line begins and ends.
static size_t lex_locate(const char *source, size_t position, size_t *line, size_t *start, size_t *end)
{
    size_t column = 1;
    *line = 1;
    *start = 0;
    for (size_t i = 0; i < position; i++) {
        if (source[i] == '\n') {
            ++*line;
            *start = i + 1;
            column = 1;
        } else if (((unsigned char)source[i] & 0xC0) != 0x80) {
            column++;
        }
    }
    *end = position;
    while (source[*end] && source[*end] != '\n') {
        ++*end;
    }
    return column;
}

HRESULT tri__midl_error(const char *source, size_t position, const char *format, ...)
{
    char message[256], excerpt[MIDL_EXCERPT + 8], caret[MIDL_EXCERPT + 8], where[48];
    va_list list;
    va_start(list, format);
    vsnprintf(message, sizeof message, format, list);
    va_end(list);

    size_t line, start, end;
    size_t column = lex_locate(source, position, &line, &start, &end);
    if (line == 1) {
        snprintf(where, sizeof where, "column %zu", column);
    } else {
        snprintf(where, sizeof where, "line %zu, column %zu", line, column);
    }
    // Of a long line, the part around the position.
    const char *dots = "";
    if (position - start > MIDL_EXCERPT * 3 / 4) {
        start = position - MIDL_EXCERPT / 2;
        while (((unsigned char)source[start] & 0xC0) == 0x80) {
            start++;
        }
        dots = "...";
    }
    size_t shown = tri__utf8_cut(source + start, end - start, MIDL_EXCERPT);
    size_t spaces = 0;
    for (size_t i = 0; i < shown; i++) {
        char c = source[start + i];
        excerpt[i] = (unsigned char)c < ' ' ? ' ' : c;
        if (start + i < position && ((unsigned char)c & 0xC0) != 0x80) {
            caret[spaces++] = ' ';
        }
    }
    excerpt[shown] = '\0';
    caret[spaces] = '\0';
    return tri_error_set(TRI_E_INVALID_DATA, "%s: %s\n  %s%s%s\n  %s%s^", where, message, dots, excerpt,
                         start + shown < end ? "..." : "", dots[0] ? "   " : "", caret);
}

static void lex_skip_blanks(tri__midl_lexer *lexer)
{
    while (lexer->at < lexer->length) {
        char c = lexer->source[lexer->at];
        if (c != ' ' && c != '\t' && c != '\r' && c != '\n') {
            return;
        }
        lexer->at++;
    }
}

static int lex_digit_value(char c)
{
    return lex_is_digit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : 99;
}

// Reads digits into *number; false when it does not fit into 64 bits.
static bool lex_digits(tri__midl_lexer *lexer, unsigned base, uint64_t *number, unsigned *count)
{
    while (lex_digit_value(lexer->source[lexer->at]) < (int)base) {
        unsigned digit = (unsigned)lex_digit_value(lexer->source[lexer->at]);
        if (*number > (UINT64_MAX - digit) / base) {
            return false;
        }
        *number = *number * base + digit;
        ++*count;
        lexer->at++;
    }
    return true;
}

// A number with a fraction or an exponent. Exact by construction: a whole number below 2^53 multiplied or divided
// once by a power of ten that a Double holds exactly. No strtod: its decimal point depends on the locale.
static HRESULT lex_real(tri__midl_lexer *lexer, tri__midl_token *token)
{
    uint64_t exponent = 0;
    unsigned fraction = 0, digits = 0;
    bool negative = false, fits = true;
    if (lexer->source[lexer->at] == '.') {
        lexer->at++;
        fits = lex_digits(lexer, 10, &token->integer, &fraction);
        if (fits && !fraction) {
            return tri__midl_error(lexer->source, lexer->at, "expected a digit after the decimal point");
        }
    }
    if (fits && (lexer->source[lexer->at] | 0x20) == 'e') {
        lexer->at++;
        negative = lexer->source[lexer->at] == '-';
        if (negative || lexer->source[lexer->at] == '+') {
            lexer->at++;
        }
        fits = lex_digits(lexer, 10, &exponent, &digits);
        if (fits && !digits) {
            return tri__midl_error(lexer->source, lexer->at, "expected a digit of an exponent");
        }
    }
    int64_t power = fits && exponent < 1000 ? (negative ? -(int64_t)exponent : (int64_t)exponent) : 1000;
    power -= fraction;
    if (!fits || token->integer > (UINT64_C(1) << 53) || power > 22 || power < -22) {
        return tri__midl_error(lexer->source, token->position,
                               "expected a number of at most 15 digits, between 1e-22 and 1e22");
    }
    double scale = 1;
    for (int64_t i = power < 0 ? -power : power; i > 0; i--) {
        scale *= 10;
    }
    token->kind = TRI__MIDL_REAL;
    token->real = power < 0 ? (double)token->integer / scale : (double)token->integer * scale;
    return TRI_S_OK;
}

static HRESULT lex_number(tri__midl_lexer *lexer, tri__midl_token *token)
{
    const char *source = lexer->source;
    unsigned base = 10, digits = 0;
    if (source[lexer->at] == '0' && (source[lexer->at + 1] | 0x20) == 'x') {
        base = 16;
        lexer->at += 2;
    }
    token->kind = TRI__MIDL_INTEGER;
    if (!lex_digits(lexer, base, &token->integer, &digits)) {
        return tri__midl_error(source, token->position, "expected a number of at most 64 bits");
    }
    if (!digits) {
        return tri__midl_error(source, lexer->at, "expected a hexadecimal digit");
    }
    if (base == 10 && (source[lexer->at] == '.' || (source[lexer->at] | 0x20) == 'e')) {
        HRESULT hr = lex_real(lexer, token);
        if (TRI_FAILED(hr)) {
            return hr;
        }
    }
    if (lex_is_name_start(source[lexer->at]) || lex_is_digit(source[lexer->at])) {
        return tri__midl_error(source, lexer->at, "expected a digit, got '%c'", source[lexer->at]);
    }
    return TRI_S_OK;
}

static HRESULT lex_text(tri__midl_lexer *lexer, tri__midl_token *token)
{
    const char *source = lexer->source;
    char *text = tri__arena_alloc(lexer->arena, lexer->length - lexer->at + 1);
    if (!text) {
        return TRI_E_OUTOFMEMORY;
    }
    token->kind = TRI__MIDL_TEXT;
    token->text = text;
    lexer->at++;
    while (lexer->at < lexer->length && source[lexer->at] != '"' && source[lexer->at] != '\n') {
        char c = source[lexer->at++];
        if (c == '\\') {
            static const char escapes[] = "\"\\ntr", means[] = "\"\\\n\t\r";
            const char *known = source[lexer->at] ? strchr(escapes, source[lexer->at]) : NULL;
            if (!known) {
                return tri__midl_error(source, lexer->at, "expected \", \\, n, t or r after \\");
            }
            c = means[known - escapes];
            lexer->at++;
        }
        text[token->text_length++] = c;
    }
    if (source[lexer->at] != '"') {
        return tri__midl_error(source, lexer->at, "expected '\"' at the end of a text");
    }
    lexer->at++;
    return TRI_S_OK;
}

HRESULT tri__midl_next(tri__midl_lexer *lexer, tri__midl_token *token)
{
    HRESULT hr = TRI_S_OK;
    lex_skip_blanks(lexer);
    memset(token, 0, sizeof *token);
    token->position = lexer->at;
    char c = lexer->source[lexer->at]; // a NUL at the end
    if (lexer->at == lexer->length) {
        token->kind = TRI__MIDL_END;
    } else if (lex_is_digit(c)) {
        hr = lex_number(lexer, token);
    } else if (c == '"') {
        hr = lex_text(lexer, token);
    } else if (lex_is_name_start(c)) {
        token->kind = TRI__MIDL_NAME;
        while (lex_is_name_start(lexer->source[lexer->at]) || lex_is_digit(lexer->source[lexer->at])) {
            lexer->at++;
        }
    } else {
        // One character of UTF-8, which the parser may know or refuse.
        token->kind = TRI__MIDL_PUNCT;
        do {
            lexer->at++;
        } while (((unsigned char)lexer->source[lexer->at] & 0xC0) == 0x80);
    }
    token->length = lexer->at - token->position;
    return hr;
}
