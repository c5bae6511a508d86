// What a scenario has at hand: its operations, waits, handlers and listeners, by name, and the loop.
#ifndef CONFORMANCE_STAGE_H
#define CONFORMANCE_STAGE_H

#include "handler.h"
#include "text.h"

#include <trivium/async.h>

#define STAGE_MAX 32

// One wait: a waiter of its own on the dispatcher.
typedef struct wait {
    const char *name;
    tri_async *op; // a reference
    tri_waiter *waiter;
    bool done;
} wait;

// A listener for progress.
typedef struct listener {
    const char *name;
    tri_async *op; // a reference
    tri_waiter *waiter;
    size_t count;
    int32_t values[HANDLER_VALUES_MAX];
} listener;

typedef struct stage {
    const char *path;
    const char *face; // short name of the puppet's method, in a scenario for several faces; else NULL
    tri_dispatcher *dispatcher;
    const char *op_names[STAGE_MAX];
    tri_async *ops[STAGE_MAX]; // a reference each
    wait waits[STAGE_MAX];
    const char *handler_names[STAGE_MAX];
    handler handlers[STAGE_MAX];
    listener listeners[STAGE_MAX];
} stage;

void stage_begin(stage *s, const char *path, const char *face);
// False, and says so, if something is left over that should be gone.
bool stage_end(stage *s);

// Does one line. False: an expectation was not met, and that was printed.
bool stage_step(stage *s, const line *l);

// For the steps. stage_op and, if not `make`, stage_handler want a name that there is; the latter gives NULL else.
tri_async *stage_op(stage *s, const word *name);
handler *stage_handler(stage *s, const word *name, bool make);
bool stage_boolean(stage *s, const line *l, bool got);

// Delivers what is there; then waits up to `timeout_ms` for more, and delivers that. False: nothing came.
bool stage_turn(stage *s, int64_t timeout_ms);

#endif
