// Delegates for the raw face: what a client of the ABI gives to put_Completed and put_Progress.
#ifndef CONFORMANCE_HANDLER_H
#define CONFORMANCE_HANDLER_H

#include <stdatomic.h>
#include <trivium/abi.h>

#define HANDLER_VALUES_MAX 32

// One object serves as either. It may be called on any thread.
typedef struct handler {
    const void *vtbl;
    _Atomic uint32_t refs;
    _Atomic int calls;
    _Atomic int32_t status; // of a Completed handler: its last argument
    _Atomic int32_t values[HANDLER_VALUES_MAX];
    void *_Atomic sender;
} handler;

// In storage of the caller's, with one reference.
void handler_init_completed(handler *h);
void handler_init_progress(handler *h);

#endif
