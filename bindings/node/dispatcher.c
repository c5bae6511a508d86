#include "dispatcher.h"

#include "async.h"
#include "error.h"

// Any thread. napi_closing, which says that the environment is going away, needs nothing here: the cleanup hook
// closes the dispatcher before the threadsafe function goes, and nobody calls this afterwards.
static void dispatcher_wake(void *ctx)
{
    node_env *self = ctx;
    (void)napi_call_threadsafe_function(self->wake, NULL, napi_tsfn_nonblocking);
}

void node_dispatcher_ref(node_env *self)
{
    self->waits++;
    if (!self->referenced && !self->closed) {
        self->referenced = napi_ref_threadsafe_function(self->env, self->wake) == napi_ok;
    }
}

void node_dispatcher_unref(node_env *self)
{
    self->waits--;
    // The row is told in one go, and its handlers usually begin something new: the loop is let go of at its end,
    // in row_end, not in between.
}

static void row_end(node_env *self)
{
    if (self->waits == 0 && self->referenced && !self->closed) {
        self->referenced = napi_unref_threadsafe_function(self->env, self->wake) != napi_ok;
    }
}

void node_dispatcher_push(node_env *self, node_wait *wait)
{
    if (wait->queued) {
        return;
    }
    wait->queued = true;
    wait->next = NULL;
    if (self->ready) {
        self->ready_last->next = wait;
    } else {
        self->ready = wait;
    }
    self->ready_last = wait;
}

void node_dispatcher_remove(node_env *self, node_wait *wait)
{
    node_wait *before = NULL;
    for (node_wait *at = self->ready; wait->queued && at; before = at, at = at->next) {
        if (at == wait) {
            *(before ? &before->next : &self->ready) = wait->next;
            if (self->ready_last == wait) {
                self->ready_last = before;
            }
            wait->queued = false;
        }
    }
}

// Takes up to NODE_EVENTS_MAX events from the row and writes them down; how many.
static size_t row_take(node_env *self, napi_env env, napi_value *values)
{
    size_t count = 0;
    // A wait may have two: progress, then its end.
    while (self->ready && count + 2 <= NODE_EVENTS_MAX) {
        node_wait *wait = self->ready;
        self->ready = wait->next;
        wait->queued = false;
        static const unsigned order[] = {TRI_EVENT_PROGRESS, TRI_EVENT_DONE};
        const unsigned events = wait->events;
        wait->events = 0;
        for (size_t i = 0; i < 2; i++) {
            if (events & order[i]) {
                int32_t *cell = self->cells + NODE_CELL_EVENTS + 2 * count;
                cell[0] = (int32_t)wait->at;
                cell[1] = node_async_event(env, wait, order[i], &values[count]);
                count++;
            }
        }
        if (events & TRI_EVENT_DONE) {
            node_async_retire(wait);
        }
    }
    return count;
}

// What the call of `deliver` threw. False if it was nothing: then the environment is being terminated.
static bool exception_report(napi_env env)
{
    napi_value error;
    napi_valuetype kind;
    return napi_get_and_clear_last_exception(env, &error) == napi_ok &&
           napi_typeof(env, error, &kind) == napi_ok && kind == napi_object &&
           napi_fatal_exception(env, error) == napi_ok;
}

// JavaScript was not told, or not to the end, so it may not have asked for what follows a delivery.
static void row_drop(node_env *self)
{
    self->cells[NODE_CELL_TURN] = 0;
    self->drains = 0;
    if (self->held) {
        self->held = false;
        tri_submit_resume();
    }
}

// Tells JavaScript what is in the row, in as few calls as may be: a call costs more than an operation. The
// promises are settled by JavaScript itself, and their reactions run when the outermost callback has returned.
static void row_tell(node_env *self, napi_env env)
{
    while (self->ready && !self->closed) {
        napi_handle_scope scope;
        if (napi_open_handle_scope(env, &scope) != napi_ok) {
            row_drop(self);
            return;
        }
        napi_value argv[1 + NODE_EVENTS_MAX];
        napi_value deliver;
        napi_value receiver;
        self->cells[NODE_CELL_READY] = 0; // what is over by now is in the row
        size_t count = row_take(self, env, argv + 1);
        self->cells[NODE_CELL_LAST] = self->ready == NULL;
        // node/dispatcher.js catches what a listener throws; this fails where the stack has no room for `deliver`
        // itself, and when the environment is being terminated.
        bool told = napi_create_uint32(env, (uint32_t)count, &argv[0]) == napi_ok &&
                    napi_get_reference_value(env, self->deliver, &deliver) == napi_ok &&
                    napi_get_undefined(env, &receiver) == napi_ok &&
                    napi_call_function(env, receiver, deliver, 1 + count, argv, NULL) == napi_ok;
        if (!told) {
            row_drop(self);
            told = exception_report(env);
        }
        if (napi_close_handle_scope(env, scope) != napi_ok || !told) {
            return;
        }
    }
    row_end(self);
}

// A threadsafe function that is called again while it runs goes on, up to a thousand times, before timers and sockets
// have their turn; and a busy pool is always ready again. So after a few drains the rest waits for the loop to turn.
enum { DRAINS_A_TURN = 8 };

static void dispatcher_drain(node_env *self, napi_env env)
{
    // The continuations run as microtasks, after this callback: what they start is kept back until
    // node_dispatcher_resume, which JavaScript calls behind them, so that the pool is woken once.
    bool holds = !self->held;
    if (holds) {
        self->held = true;
        tri_submit_hold();
    }
    (void)tri_dispatcher_drain(self->dispatcher, 0);
    if (self->ready) {
        // JavaScript, which is called now, asks for node_dispatcher_turn.
        self->cells[NODE_CELL_TURN] = ++self->drains == DRAINS_A_TURN;
        row_tell(self, env);
    } else if (holds) {
        self->held = false;
        tri_submit_resume();
    }
    row_end(self);
}

static void dispatcher_ready(napi_env env, napi_value callback, void *context, void *data)
{
    (void)callback;
    (void)data;
    node_env *self = context;
    if (!env || self->closed || !self->deliver) {
        return; // the environment is going away
    }
    if (self->drains >= DRAINS_A_TURN) {
        self->put_off = true;
        return;
    }
    dispatcher_drain(self, env);
}

napi_value node_dispatcher_turn(napi_env env, napi_callback_info info)
{
    node_call call;
    if (!node_call_open(env, info, &call)) {
        return NULL;
    }
    call.self->drains = 0;
    if (call.self->put_off && !call.self->closed) {
        call.self->put_off = false;
        dispatcher_drain(call.self, env);
    }
    return NULL;
}

HRESULT node_dispatcher_open(node_env *self)
{
    napi_env env = self->env;
    napi_value name;
    NODE_TRY(env, napi_create_string_utf8(env, "trivium", NAPI_AUTO_LENGTH, &name));
    NODE_TRY(env, napi_create_threadsafe_function(env, NULL, NULL, name, 0, 1, NULL, NULL, self,
                                                  dispatcher_ready, &self->wake));
    NODE_TRY(env, napi_unref_threadsafe_function(env, self->wake));
    return tri_dispatcher_new(dispatcher_wake, self, &self->dispatcher);
}

void node_dispatcher_close(node_env *self)
{
    if (self->closed) {
        return;
    }
    self->closed = true;
    if (self->dispatcher) {
        tri_dispatcher_close(self->dispatcher, true);
    }
    if (self->held) {
        // Nothing that was kept back is wanted any more, but what is canceled must be taken out of the hold too.
        self->held = false;
        tri_submit_resume();
    }
    // What is still in the row waits on no dispatcher any more, so nobody else would free it.
    while (self->ready) {
        node_wait *wait = self->ready;
        self->ready = wait->next;
        wait->queued = false;
        node_async_retire(wait);
    }
}

napi_value node_dispatcher_connect(napi_env env, napi_callback_info info)
{
    node_call call;
    if (!node_call_open(env, info, &call)) {
        return NULL;
    }
    node_env *self = call.self;
    void *cells = NULL;
    napi_value buffer;
    napi_value array;
    if (napi_create_arraybuffer(env, NODE_CELL_COUNT * sizeof(int32_t), &cells, &buffer) !=
            napi_ok ||
        napi_create_typedarray(env, napi_int32_array, NODE_CELL_COUNT, buffer, 0, &array) !=
            napi_ok ||
        napi_create_reference(env, buffer, 1, &self->cells_ref) != napi_ok ||
        napi_create_reference(env, call.argv[0], 1, &self->deliver) != napi_ok) {
        return node_error_throw(env, TRI_E_OUTOFMEMORY);
    }
    self->cells = cells;
    return array;
}

napi_value node_dispatcher_flush(napi_env env, napi_callback_info info)
{
    node_call call;
    if (node_call_open(env, info, &call)) {
        row_tell(call.self, env);
    }
    return NULL;
}

napi_value node_dispatcher_resume(napi_env env, napi_callback_info info)
{
    node_call call;
    if (node_call_open(env, info, &call) && call.self->held) {
        call.self->held = false;
        tri_submit_resume();
    }
    return NULL;
}
