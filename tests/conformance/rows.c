// Rows: lines that are a case of their own.
#include "rows.h"

#include "call.h"
#include "stage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool rows_is(const line *l)
{
    static const char *const verbs[] = {"load", "load_path", "same", "call", "echo"};
    bool is = false;
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
        is = is || word_is(&l->words[0], verbs[i]);
    }
    return is;
}

static bool row_load(const line *l, const char *path)
{
    const tri_component *component;
    char file[4096];
    const char *name = l->words[1].text;
    size_t length = l->words[1].length;
    if (word_is(&l->words[0], "load_path")) {
        // The directory of the test components is the first of TRIVIUM_PATH.
        const char *list = getenv("TRIVIUM_PATH");
        int used = snprintf(file, sizeof file, "%.*s/%s", list ? (int)strcspn(list, ":") : 0,
                            list ? list : "", name);
        name = file;
        length = (size_t)used;
    }
    outcome o = {tri_component_load(name, length, &component), tri_type_builtin(TRI_KIND_VOID), NULL};
    return outcome_meets(&o, l, path, false);
}

static bool row_same(const line *l, const char *path)
{
    const tri_component *a = NULL, *b = NULL;
    HRESULT hr = tri_component_load(l->words[1].text, l->words[1].length, &a);
    hr = TRI_FAILED(hr) ? hr : tri_component_load(l->words[2].text, l->words[2].length, &b);
    uint8_t same = a == b;
    return outcome_meets(&(outcome){hr, tri_type_builtin(TRI_KIND_BOOLEAN), &same}, l, path, false);
}

static bool row_call(const line *l, const char *path, const char *short_name)
{
    const tri_method *method = call_find(short_name);
    if (method->face == TRI_FACE_SYNC) {
        outcome o = call_sync(method, l->words + 2, l->arrow - 2);
        return outcome_meets(&o, l, path, false);
    }
    stage s;
    tri_async *op;
    outcome o = {TRI_S_OK, method->result, NULL};
    bool good = true;
    stage_begin(&s, path, NULL);
    o.hr = call_start(method, l->words + 2, l->arrow - 2, &op);
    if (TRI_SUCCEEDED(o.hr)) {
        for (int turns = 0; turns < 1000 && !tri_async_is_done(op); turns++) {
            (void)stage_turn(&s, 10);
        }
        o.hr = tri_async_outcome(op, &o.value);
    }
    good = outcome_meets(&o, l, path, method->result->kind == TRI_KIND_VOID);
    if (op) {
        tri_async_release(op);
    }
    return stage_end(&s) && good;
}

int rows_run(const line *l, const char *path, int *failed)
{
    char name[64];
    *failed = 0;
    if (word_is(&l->words[0], "echo")) {
        snprintf(name, sizeof name, "Echo%sSync", l->words[1].text);
        *failed += !row_call(l, path, name);
        snprintf(name, sizeof name, "Echo%s", l->words[1].text);
        *failed += !row_call(l, path, name);
        return 2;
    }
    if (word_is(&l->words[0], "call")) {
        *failed += !row_call(l, path, l->words[1].text);
    } else if (word_is(&l->words[0], "same")) {
        *failed += !row_same(l, path);
    } else {
        *failed += !row_load(l, path);
    }
    return 1;
}
