// What the files of the Node-API binding share: the state of one environment, and the macros for checking.
//
// An environment is one JavaScript world: the main thread, or a worker. All of its state hangs on the
// instance data; nothing here is static and mutable, so the addon can be loaded in any number of them.
// Everything is used on the environment's own thread only, except what says otherwise.
#ifndef NODE_MODULE_H
#define NODE_MODULE_H

#ifndef NAPI_VERSION
#define NAPI_VERSION 8
#endif
#include <node_api.h>

#include <trivium/loader.h>

typedef struct node_wait node_wait;
typedef struct node_lease node_lease;
typedef struct node_method node_method;

// Cells of the Int32Array that C and JavaScript share: saves a call and a property for each of them.
enum {
    NODE_CELL_READY,   // C sets it to 1 when something is over without a trip through the loop
    NODE_CELL_LAST,    // C sets it to 1 for the last call of `deliver` in a row
    NODE_CELL_TURN,    // C sets it to 1 to be called, as node_dispatcher_turn, in the next turn of the loop
    NODE_CELL_FULL,    // C sets it to 1 when the shared lease has no room for another operation
    NODE_CELL_EVENTS,  // pairs of (place in the table of pending things, kind of event)
    NODE_EVENTS_MAX = 64,
    NODE_CELL_COUNT = NODE_CELL_EVENTS + 2 * NODE_EVENTS_MAX
};

// Kinds of events, as node/dispatcher.js knows them.
enum {
    NODE_EVENT_RESULT,
    NODE_EVENT_ERROR,
    NODE_EVENT_CANCELED,
    NODE_EVENT_PROGRESS,
    NODE_EVENT_COMPLETED // of the raw face: its handler is to be called
};

typedef struct node_env {
    napi_env env;
    tri_dispatcher *dispatcher;
    napi_threadsafe_function wake; // any thread, through the dispatcher, until that is closed
    size_t waits;                  // under way; the loop is kept alive while there are any
    bool referenced;               // the loop is being kept alive
    bool held;                     // jobs of this thread are kept back until the microtasks have run
    bool closed;
    unsigned drains; // since the loop last turned
    bool put_off;    // there is something to drain, but the loop is to turn first
    node_wait *ready;      // waits with events that JavaScript was not told yet, in order
    node_wait *ready_last; // valid while ready is not NULL
    int32_t *cells;        // of the shared array, which `cells_ref` keeps
    napi_ref cells_ref;
    napi_ref deliver;     // node/dispatcher.js
    node_lease *lease;    // where the next plain operation goes; JavaScript keeps it alive
    node_method *methods; // all that were made, to be freed with the environment
} node_env;

// One native function of the addon that JavaScript calls: (environment, arguments) -> value or NULL.
#define NODE_MAX_ARGS 20
typedef struct node_call {
    napi_env env;
    node_env *self;
    void *data;
    size_t argc; // may be more than there is room for
    napi_value argv[NODE_MAX_ARGS];
} node_call;

// Reads the arguments of a call; false with an exception pending.
bool node_call_open(napi_env env, napi_callback_info info, node_call *call);

// Puts a function into `object`; false with an exception pending.
bool node_define(napi_env env, napi_value object, const char *name, napi_callback function);

// Evaluates a Node-API call in a function that returns an HRESULT. An exception may be pending after a failure;
// node_error_new takes that one then.
#define NODE_TRY(env, expression)                                                                  \
    do {                                                                                           \
        napi_status status_ = (expression);                                                        \
        if (status_ != napi_ok) {                                                                  \
            return node_error_napi((env), status_, #expression);                                   \
        }                                                                                          \
    } while (0)

#endif
