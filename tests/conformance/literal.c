// Values as the scenarios write them: stored, compared and printed.
#include "literal.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool literal_is_code(const word *w)
{
    return w->kind == WORD_BARE && w->length > 1 && w->text[0] >= 'A' && w->text[0] <= 'Z' &&
           strspn(w->text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == w->length;
}

// The array or struct that opens at words[at]: how many values are in it (a struct's names count too), and where
// its closing bracket is.
static size_t count_inside(const word *words, size_t count, size_t at, size_t *close)
{
    size_t inside = 0, depth = 0;
    for (size_t i = at + 1; i < count; i++) {
        bool opens = word_is(&words[i], "[") || word_is(&words[i], "{");
        bool closes = word_is(&words[i], "]") || word_is(&words[i], "}");
        if (closes && depth == 0) {
            *close = i;
            return inside;
        }
        inside += depth == 0;
        depth += opens;
        depth -= closes;
    }
    *close = count;
    return inside;
}

static HRESULT store_array(const tri_type *type, void *to, const word *words, size_t count, size_t *at)
{
    size_t close;
    size_t length = count_inside(words, count, *at, &close);
    if (type->kind != TRI_KIND_ARRAY) {
        *at = close + 1;
        return tri_value_mismatch(type, "a list");
    }
    void *elements;
    HRESULT hr = tri_value_set_array(type, to, length, &elements);
    ++*at;
    for (size_t i = 0; i < length && TRI_SUCCEEDED(hr); i++) {
        hr = literal_store(type->element, (char *)elements + i * type->element->size, words, count, at);
    }
    *at = close + 1;
    return hr;
}

static HRESULT store_struct(const tri_type *type, void *to, const word *words, size_t count, size_t *at)
{
    size_t close;
    (void)count_inside(words, count, *at, &close);
    if (type->kind != TRI_KIND_STRUCT) {
        *at = close + 1;
        return tri_value_mismatch(type, "a mapping");
    }
    HRESULT hr = TRI_S_OK;
    uint32_t stored = 0;
    for (++*at; *at < close && TRI_SUCCEEDED(hr); stored++) {
        const tri_type_field *field = NULL;
        for (uint32_t i = 0; i < type->field_count; i++) {
            field = word_is(&words[*at], type->fields[i].name) ? &type->fields[i] : field;
        }
        hr = field ? TRI_S_OK : tri_struct_unexpected(type, TRI_NAME_PASCAL, words[*at].text);
        ++*at;
        if (field) {
            hr = literal_store(field->type, (char *)to + field->offset, words, count, at);
        }
    }
    if (TRI_SUCCEEDED(hr) && stored != type->field_count) {
        hr = tri_error_set(TRI_E_TYPE_MISMATCH, "%s has %u fields, got %u", type->name,
                           type->field_count, stored);
    }
    *at = close + 1;
    return hr;
}

static HRESULT store_integer(const tri_type *type, void *to, const char *text)
{
    errno = 0;
    HRESULT hr = text[0] == '-' ? tri_value_set_int64(type, to, strtoll(text, NULL, 10))
                                : tri_value_set_uint64(type, to, strtoull(text, NULL, 10));
    if (errno) {
        fprintf(stderr, "C cannot express %s: restrict the row\n", text);
        exit(2);
    }
    return hr;
}

static bool is_number(const word *w, char *end_char)
{
    char *end;
    (void)strtod(w->text, &end);
    *end_char = *end;
    return w->kind == WORD_BARE && end != w->text && (*end == '\0' || (*end == 's' && end[1] == '\0'));
}

HRESULT literal_store(const tri_type *type, void *to, const word *words, size_t count, size_t *at)
{
    const word *w = &words[*at];
    char end;
    if (word_is(w, "[")) {
        return store_array(type, to, words, count, at);
    }
    if (word_is(w, "{")) {
        return store_struct(type, to, words, count, at);
    }
    ++*at;
    if (w->kind == WORD_STRING) {
        return tri_value_set_text(type, to, w->text, w->length);
    }
    if (w->kind == WORD_BYTES) {
        return tri_value_set_bytes(type, to, w->text, w->length);
    }
    if (word_is(w, "true") || word_is(w, "false")) {
        if (type->kind != TRI_KIND_BOOLEAN) {
            return tri_value_mismatch(type, "a boolean");
        }
        *(uint8_t *)to = w->text[0] == 't';
        return TRI_S_OK;
    }
    if (is_number(w, &end)) {
        if (end == 's' && type->kind == TRI_KIND_TIMESPAN) {
            return tri_value_set_timespan(to, strtod(w->text, NULL), TRI_TICKS_PER_SECOND);
        }
        if (end == 's') {
            return tri_value_mismatch(type, "a span of time");
        }
        bool integer = strspn(w->text, "-0123456789") == w->length && strcmp(w->text, "-0") != 0;
        return integer ? store_integer(type, to, w->text)
                       : tri_value_set_double(type, to, strtod(w->text, NULL));
    }
    return tri_value_set_text(type, to, w->text, w->length);
}

static bool equals_number(const tri_type *type, const void *value, const char *text)
{
    char own[64];
    literal_print(type, value, own, sizeof own);
    if (type->kind != TRI_KIND_SINGLE && type->kind != TRI_KIND_DOUBLE) {
        return strcmp(own, text) == 0;
    }
    double got = type->kind == TRI_KIND_SINGLE ? (double)*(const float *)value : *(const double *)value;
    double want = strtod(text, NULL);
    return (isnan(got) && isnan(want)) || (got == want && signbit(got) == signbit(want));
}

static bool equals_bytes(const void *bytes, size_t length, const word *w)
{
    return length == w->length && (length == 0 || memcmp(bytes, w->text, length) == 0);
}

bool literal_equals(const tri_type *type, const void *value, const word *words, size_t count, size_t *at)
{
    if (*at >= count) {
        return false;
    }
    const word *w = &words[(*at)++];
    const tri_c_UInt8Array *array = value; // every T[] begins like that
    bool same = true;
    switch (type->kind) {
    case TRI_KIND_STRING: {
        const tri_string *s = *(tri_string *const *)value;
        return w->kind == WORD_STRING && equals_bytes(s ? s->data : "", s ? s->length : 0, w);
    }
    case TRI_KIND_BUFFER: {
        const tri_buffer *b = *(tri_buffer *const *)value;
        return w->kind == WORD_BYTES && equals_bytes(b ? b->data : NULL, b ? b->length : 0, w);
    }
    case TRI_KIND_ARRAY:
        if (w->kind == WORD_BYTES) {
            return type->element->kind == TRI_KIND_UINT8 && equals_bytes(array->data, array->length, w);
        }
        same = word_is(w, "[");
        for (size_t i = 0; i < array->length && same; i++) {
            same = literal_equals(type->element, array->data + i * type->element->size, words, count, at);
        }
        return same && *at < count && word_is(&words[(*at)++], "]");
    case TRI_KIND_STRUCT:
        same = word_is(w, "{");
        for (uint32_t i = 0; i < type->field_count && same; i++) {
            same = *at < count && word_is(&words[(*at)++], type->fields[i].name) &&
                   literal_equals(type->fields[i].type, (const char *)value + type->fields[i].offset,
                                  words, count, at);
        }
        return same && *at < count && word_is(&words[(*at)++], "}");
    case TRI_KIND_TIMESPAN:
        return w->kind == WORD_BARE &&
               *(const int64_t *)value == llround(strtod(w->text, NULL) * 1e7);
    default:
        return w->kind == WORD_BARE && equals_number(type, value, w->text);
    }
}

void literal_print(const tri_type *type, const void *value, char *out, size_t size)
{
    const tri_enumerator *e;
    switch (type->kind) {
    case TRI_KIND_BOOLEAN:
        snprintf(out, size, "%s", *(const uint8_t *)value ? "true" : "false");
        break;
    case TRI_KIND_INT8:
        snprintf(out, size, "%d", *(const int8_t *)value);
        break;
    case TRI_KIND_UINT8:
        snprintf(out, size, "%d", *(const uint8_t *)value);
        break;
    case TRI_KIND_INT16:
        snprintf(out, size, "%d", *(const int16_t *)value);
        break;
    case TRI_KIND_UINT16:
        snprintf(out, size, "%d", *(const uint16_t *)value);
        break;
    case TRI_KIND_INT32:
        snprintf(out, size, "%" PRId32, *(const int32_t *)value);
        break;
    case TRI_KIND_UINT32:
        snprintf(out, size, "%" PRIu32, *(const uint32_t *)value);
        break;
    case TRI_KIND_INT64:
        snprintf(out, size, "%" PRId64, *(const int64_t *)value);
        break;
    case TRI_KIND_UINT64:
        snprintf(out, size, "%" PRIu64, *(const uint64_t *)value);
        break;
    case TRI_KIND_SINGLE:
        snprintf(out, size, "%.9g", (double)*(const float *)value);
        break;
    case TRI_KIND_DOUBLE:
        snprintf(out, size, "%.17g", *(const double *)value);
        break;
    case TRI_KIND_TIMESPAN:
        snprintf(out, size, "%.7fs", (double)*(const int64_t *)value / 1e7);
        break;
    case TRI_KIND_STRING:
        snprintf(out, size, "\"%s\"", *(tri_string *const *)value ? (*(tri_string *const *)value)->data : "");
        break;
    case TRI_KIND_ENUM:
        e = tri_enum_find(type, *(const int32_t *)value);
        snprintf(out, size, "%s", e ? e->name : "an unknown enumerator");
        break;
    case TRI_KIND_VOID:
        snprintf(out, size, "nothing");
        break;
    default:
        snprintf(out, size, "another %s", type->name);
        break;
    }
}
