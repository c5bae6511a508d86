// Calling methods of the puppet, and comparing what came of it with an expectation.
#include "call.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool unmet(const char *path, const line *l, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    printf("%s:%d: ", path, l->number);
    vprintf(format, list);
    printf("\n");
    va_end(list);
    return false;
}

const tri_method *call_find(const char *short_name)
{
    const tri_component *puppet;
    HRESULT hr = tri_component_load("puppet", strlen("puppet"), &puppet);
    if (TRI_FAILED(hr)) {
        fprintf(stderr, "%s\n", tri_error_message(hr));
        exit(2);
    }
    for (uint32_t i = 0; i < puppet->method_count; i++) {
        if (strcmp(puppet->methods[i]->short_name, short_name) == 0) {
            return puppet->methods[i];
        }
    }
    fprintf(stderr, "puppet has no method '%s'\n", short_name);
    exit(2);
}

// The number of values that begin at words.
static size_t count_values(const word *words, size_t count)
{
    size_t values = 0, depth = 0;
    for (size_t i = 0; i < count; i++) {
        bool closes = word_is(&words[i], "]") || word_is(&words[i], "}");
        values += depth == 0 && !closes;
        depth += word_is(&words[i], "[") || word_is(&words[i], "{");
        depth -= closes;
    }
    return values;
}

static HRESULT fill(const tri_method *method, void *args, const word *words, size_t count)
{
    HRESULT hr = tri_method_check_count(method, TRI_NAME_PASCAL, count_values(words, count));
    size_t at = 0;
    for (uint32_t i = 0; at < count && TRI_SUCCEEDED(hr); i++) {
        const tri_param *param = &method->params[i];
        hr = literal_store(param->type, (char *)args + param->offset, words, count, &at);
        if (TRI_FAILED(hr)) {
            hr = tri_method_blame(method, TRI_NAME_PASCAL, i);
        }
    }
    return hr;
}

outcome call_sync(const tri_method *method, const word *words, size_t count)
{
    static _Alignas(16) char result[512];
    static const tri_type *result_type;
    _Alignas(16) char args[512];
    if (method->args_size > sizeof args || method->result->size > sizeof result) {
        fprintf(stderr, "no room for the values of %s\n", method->name);
        exit(2);
    }
    if (result_type) {
        tri_value_clear(result_type, result);
        result_type = NULL;
    }
    HRESULT hr = tri_method_args_init(method, args);
    if (TRI_SUCCEEDED(hr)) {
        hr = fill(method, args, words, count);
        if (TRI_SUCCEEDED(hr)) {
            memset(result, 0, sizeof result);
            hr = tri_method_call(method, args, result);
        }
        tri_method_args_clear(method, args);
    }
    if (TRI_SUCCEEDED(hr)) {
        result_type = method->result;
    }
    return (outcome){hr, method->result, result};
}

HRESULT call_start(const tri_method *method, const word *words, size_t count, tri_async **out)
{
    void *args;
    HRESULT hr = tri_method_prepare(method, out, &args);
    if (TRI_SUCCEEDED(hr)) {
        hr = fill(method, args, words, count);
        if (TRI_SUCCEEDED(hr)) {
            hr = tri_async_start(*out);
        }
        if (TRI_FAILED(hr)) {
            tri_async_release(*out);
            *out = NULL;
        }
    }
    return hr;
}

static bool error_meets(HRESULT hr, const line *l, const char *path)
{
    const char *code = tri_status_find(hr).code;
    const char *message = tri_error_message(hr);
    if (strcmp(code, l->words[l->arrow].text) != 0) {
        return unmet(path, l, "expected %s, got %s (%s)", l->words[l->arrow].text, code, message);
    }
    for (size_t i = l->arrow + 1; i < l->count; i++) {
        if (!strstr(message, l->words[i].text)) {
            return unmet(path, l, "expected \"%s\" in the message, got \"%s\"", l->words[i].text, message);
        }
    }
    return true;
}

bool outcome_meets(const outcome *got, const line *l, const char *path, bool action)
{
    char text[256];
    const word *want = l->arrow < l->count ? &l->words[l->arrow] : NULL;
    bool wants_error = want && literal_is_code(want) && !word_is(want, "OK");
    if (TRI_FAILED(got->hr)) {
        return wants_error ? error_meets(got->hr, l, path)
                           : unmet(path, l, "expected %s, got %s (%s)", want ? want->text : "no error",
                                   tri_status_find(got->hr).code, tri_error_message(got->hr));
    }
    if (wants_error) {
        return unmet(path, l, "expected %s, got no error", want->text);
    }
    if (!want || word_is(want, "OK") || action) {
        return true;
    }
    size_t at = l->arrow;
    bool nothing = !got->value || got->type->kind == TRI_KIND_VOID;
    if (nothing ? word_is(want, "nothing")
                : literal_equals(got->type, got->value, l->words, l->count, &at) && at == l->count) {
        return true;
    }
    literal_print(nothing ? tri_type_builtin(TRI_KIND_VOID) : got->type, got->value, text, sizeof text);
    return unmet(path, l, "expected %s, got %s", want->text, text);
}
