// The steps of a scenario that drive the work or wait for it; raw.c has those that ask it.
#include "stage.h"

#include "call.h"
#include "raw.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define DEADLINE_MS 10000

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

bool stage_turn(stage *s, int64_t timeout_ms)
{
    HRESULT hr = tri_dispatcher_wait(s->dispatcher, timeout_ms);
    return hr == TRI_S_OK && tri_dispatcher_drain(s->dispatcher, 0) > 0;
}

tri_async *stage_op(stage *s, const word *name)
{
    for (int i = 0; i < STAGE_MAX; i++) {
        if (s->op_names[i] && strcmp(s->op_names[i], name->text) == 0) {
            return s->ops[i];
        }
    }
    fprintf(stderr, "%s: there is no operation '%s'\n", s->path, name->text);
    exit(2);
}

static void keep_op(stage *s, const word *name, tri_async *op)
{
    for (int i = 0; i < STAGE_MAX; i++) {
        if (!s->op_names[i]) {
            s->op_names[i] = name->text;
            s->ops[i] = op;
            return;
        }
    }
    fprintf(stderr, "%s: too many operations\n", s->path);
    exit(2);
}

handler *stage_handler(stage *s, const word *name, bool make)
{
    for (int i = 0; i < STAGE_MAX; i++) {
        if (!s->handler_names[i] && make) {
            s->handler_names[i] = name->text;
            return &s->handlers[i];
        }
        if (s->handler_names[i] && strcmp(s->handler_names[i], name->text) == 0) {
            return &s->handlers[i];
        }
    }
    return NULL;
}

// ---- waiting
static void on_wait(tri_waiter *waiter, void *ctx, unsigned events)
{
    wait *w = ctx;
    (void)waiter;
    if (events & (TRI_EVENT_DONE | TRI_EVENT_CLOSED)) {
        w->done = true;
        w->waiter = NULL;
    }
}

static void on_listen(tri_waiter *waiter, void *ctx, unsigned events)
{
    listener *l = ctx;
    int32_t value;
    (void)waiter;
    if (events & TRI_EVENT_PROGRESS && l->count < HANDLER_VALUES_MAX &&
        tri_async_latest_progress(l->op, &value) == TRI_S_OK) {
        l->values[l->count++] = value;
    }
    if (events & (TRI_EVENT_DONE | TRI_EVENT_CLOSED)) {
        l->waiter = NULL;
    }
}

static wait *begin_wait(stage *s, const char *name, tri_async *op)
{
    wait *w = s->waits;
    while (w->name) {
        w++;
    }
    w->name = name;
    w->op = tri_async_retain(op);
    HRESULT hr = tri_async_wait(op, s->dispatcher, 0, on_wait, w, &w->waiter);
    w->done = hr != TRI_S_OK;
    return w;
}

static wait *find_wait(stage *s, const word *name)
{
    for (wait *w = s->waits; w->name; w++) {
        if (strcmp(w->name, name->text) == 0) {
            return w;
        }
    }
    fprintf(stderr, "%s: there is no wait '%s'\n", s->path, name->text);
    exit(2);
}

static bool end_wait(stage *s, wait *w, const line *l)
{
    int64_t until = now_ms() + DEADLINE_MS;
    while (!w->done && now_ms() < until) {
        (void)stage_turn(s, 100);
    }
    if (!w->done) {
        return unmet(s->path, l, "expected an end, waited %d s", DEADLINE_MS / 1000);
    }
    outcome o = {TRI_S_OK, tri_async_result_type(w->op), NULL};
    o.hr = tri_async_outcome(w->op, &o.value);
    return outcome_meets(&o, l, s->path, o.type->kind == TRI_KIND_VOID);
}

static bool step_await(stage *s, const line *l)
{
    return end_wait(s, begin_wait(s, "", stage_op(s, &l->words[1])), l);
}

static bool step_begin_await(stage *s, const line *l)
{
    (void)begin_wait(s, l->words[1].text, stage_op(s, &l->words[2]));
    return true;
}

static bool step_end_await(stage *s, const line *l)
{
    return end_wait(s, find_wait(s, &l->words[1]), l);
}

bool stage_boolean(stage *s, const line *l, bool got)
{
    uint8_t value = got;
    return outcome_meets(&(outcome){TRI_S_OK, tri_type_builtin(TRI_KIND_BOOLEAN), &value}, l, s->path, false);
}

static bool step_pending(stage *s, const line *l)
{
    (void)stage_turn(s, 0);
    return stage_boolean(s, l, !find_wait(s, &l->words[1])->done);
}

static bool step_drain(stage *s, const line *l)
{
    (void)l;
    while (stage_turn(s, 0)) {
    }
    return true;
}

static bool step_sleep(stage *s, const line *l)
{
    int64_t until = now_ms() + (int64_t)(strtod(l->words[1].text, NULL) * 1000);
    for (int64_t left; (left = until - now_ms()) > 0;) {
        (void)stage_turn(s, left);
    }
    return true;
}

static bool step_listen(stage *s, const line *l)
{
    listener *p = s->listeners;
    while (p->name) {
        p++;
    }
    p->name = l->words[2].text;
    p->op = tri_async_retain(stage_op(s, &l->words[1]));
    return tri_async_wait(p->op, s->dispatcher, TRI_WAIT_PROGRESS, on_listen, p, &p->waiter) >= 0 ||
           unmet(s->path, l, "cannot listen");
}

// ---- starting and driving
static bool step_start(stage *s, const line *l)
{
    static const char *const faces[][2] = {{"action", "Action"},
                                           {"action_with_progress", "ActionWithProgress"},
                                           {"operation", "Operation"},
                                           {"operation_with_progress", "OperationWithProgress"}};
    const char *name = s->face;
    bool pool = word_is(&l->words[0], "start_on_pool");
    for (size_t i = 0; i < 4 && l->count > 2; i++) {
        name = word_is(&l->words[2], faces[i][0]) ? faces[i][1] : name;
    }
    tri_async *op;
    HRESULT hr = call_start(call_find(pool ? "Work" : name), &l->words[1], 1, &op);
    if (TRI_FAILED(hr)) {
        return unmet(s->path, l, "%s", tri_error_message(hr));
    }
    keep_op(s, &l->words[1], op);
    return !pool || call_sync(call_find("WaitFor"), &l->words[1], 1).hr == TRI_S_OK;
}

// The step is a method of the puppet, with the same arguments.
static bool step_drive(stage *s, const line *l)
{
    static const char *const methods[][2] = {
        {"complete", "Complete"},        {"fail", "Fail"},
        {"report", "Report"},            {"drop", "Drop"},
        {"canceled", "IsCanceled"},      {"cancel_calls", "CancelCalls"},
        {"complete_later", "CompleteLater"}, {"fail_later", "FailLater"},
    };
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
        if (word_is(&l->words[0], methods[i][0])) {
            outcome o = call_sync(call_find(methods[i][1]), l->words + 1, l->arrow - 1);
            return outcome_meets(&o, l, s->path, false);
        }
    }
    return unmet(s->path, l, "there is no step '%s'", l->words[0].text);
}

static bool step_timeout(stage *s, const line *l)
{
    tri_async *t;
    int64_t ticks = (int64_t)(strtod(l->words[3].text, NULL) * (double)TRI_TICKS_PER_SECOND);
    HRESULT hr = tri_async_timeout(stage_op(s, &l->words[2]), ticks, &t);
    if (TRI_FAILED(hr)) {
        return unmet(s->path, l, "%s", tri_error_message(hr));
    }
    keep_op(s, &l->words[1], t);
    return true;
}

static bool step_forget(stage *s, const line *l)
{
    for (int i = 0; i < STAGE_MAX; i++) {
        if (s->op_names[i] && strcmp(s->op_names[i], l->words[1].text) == 0) {
            tri_async_release(s->ops[i]);
            s->ops[i] = NULL;
            s->op_names[i] = "";
            return true;
        }
    }
    return unmet(s->path, l, "there is no such operation");
}

static bool step_reported(stage *s, const line *l)
{
    int32_t values[HANDLER_VALUES_MAX];
    size_t count = 0;
    handler *h = stage_handler(s, &l->words[1], false);
    for (listener *p = s->listeners; p->name; p++) {
        if (strcmp(p->name, l->words[1].text) == 0) {
            count = p->count;
            memcpy(values, p->values, sizeof values);
        }
    }
    for (int i = 0; h && i < atomic_load(&h->calls) && count < HANDLER_VALUES_MAX; i++) {
        values[count++] = atomic_load(&h->values[i]);
    }
    size_t wanted = word_is(&l->words[l->arrow], "nothing") ? 0 : l->count - l->arrow;
    bool same = wanted == count;
    for (size_t i = 0; i < count && same; i++) {
        same = values[i] == (int32_t)strtol(l->words[l->arrow + i].text, NULL, 10);
    }
    return same || unmet(s->path, l, "got %zu reports, the last %d", count, count ? (int)values[count - 1] : 0);
}

static bool step_done(stage *s, const line *l)
{
    return stage_boolean(s, l, tri_async_is_done(stage_op(s, &l->words[1])));
}

static bool step_ask_cancel(stage *s, const line *l)
{
    return tri_async_cancel(stage_op(s, &l->words[1])) == TRI_S_OK;
}

bool stage_step(stage *s, const line *l)
{
    static const struct {
        const char *verb;
        bool (*step)(stage *, const line *);
    } steps[] = {
        {"start", step_start},
        {"start_on_pool", step_start},
        {"status", raw_info},
        {"id", raw_info},
        {"error_code", raw_info},
        {"cancel", raw_info},
        {"close", raw_info},
        {"same_id", raw_same_id},
        {"get_results", raw_get_results},
        {"on_completed", raw_on_completed},
        {"completed_is", raw_completed_is},
        {"fired", raw_fired},
        {"on_progress", raw_on_progress},
        {"await", step_await},
        {"begin_await", step_begin_await},
        {"pending", step_pending},
        {"end_await", step_end_await},
        {"listen", step_listen},
        {"reported", step_reported},
        {"timeout", step_timeout},
        {"ask_cancel", step_ask_cancel},
        {"done", step_done},
        {"forget", step_forget},
        {"drain", step_drain},
        {"sleep", step_sleep},
    };
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        if (word_is(&l->words[0], steps[i].verb)) {
            return steps[i].step(s, l);
        }
    }
    return step_drive(s, l);
}

void stage_begin(stage *s, const char *path, const char *face)
{
    memset(s, 0, sizeof *s);
    s->path = path;
    s->face = face;
    if (TRI_FAILED(tri_dispatcher_new(NULL, NULL, &s->dispatcher))) {
        fprintf(stderr, "no dispatcher\n");
        exit(2);
    }
    (void)call_sync(call_find("Reset"), NULL, 0);
}

bool stage_end(stage *s)
{
    (void)call_sync(call_find("Reset"), NULL, 0);
    tri_dispatcher_close(s->dispatcher, true);
    for (int i = 0; i < STAGE_MAX; i++) {
        tri_async_release(s->ops[i]);
        tri_async_release(s->waits[i].op);
        tri_async_release(s->listeners[i].op);
    }
    tri_dispatcher_release(s->dispatcher);
    // A pool thread lets go of an operation a moment after it has told its outcome.
    int64_t until = now_ms() + 2000;
    int64_t live;
    while ((live = tri_live_count(TRI_LIVE_ASYNC) + tri_live_count(TRI_LIVE_WAITER) +
                   tri_live_count(TRI_LIVE_DISPATCHER)) > 0 && now_ms() < until) {
        nanosleep(&(struct timespec){0, 1000000}, NULL);
    }
    int held = 0;
    for (int i = 0; i < STAGE_MAX; i++) {
        held += s->handler_names[i] && s->handlers[i].vtbl && atomic_load(&s->handlers[i].refs) != 1;
    }
    if (live > 0 || held > 0) {
        printf("%s: %d operations, %d waiters, %d handlers are left over\n", s->path,
               (int)tri_live_count(TRI_LIVE_ASYNC), (int)tri_live_count(TRI_LIVE_WAITER), held);
        return false;
    }
    return true;
}
