// One per copy of core and per process: what must be made anew after a fork.
#ifndef TRI_RUNTIME_H
#define TRI_RUNTIME_H

#include "os.h"
#include <pthread.h>
#include <stdatomic.h>

struct tri_async;
struct tri__pool;

// Makes sure that forks are counted; before the first look at the epoch for something that is kept.
void tri__runtime_enter(void);
// Around a method that runs on its caller's thread: the end waits for it. Errors: TRI_E_CLOSED when the process is ending,
// TRI_E_OUTOFMEMORY; then there is nothing to end.
HRESULT tri__runtime_call_begin(_Atomic uint32_t **calls);
void tri__runtime_call_end(_Atomic uint32_t *calls);

// Which process this is, counted in forks; an object of another epoch is the parent's.
uint32_t tri__runtime_epoch(void);
// Is the process ending?
bool tri__runtime_is_closing(void);
// The pool for methods, and the elastic one for those that block. Made at first use. NULL: no memory.
struct tri__pool *tri__runtime_pool(bool blocking);
// Operations that work outside the pool, or want to be told of a cancel: those that the end must cancel by name. Idempotent.
void tri__runtime_hold(struct tri_async *op);
void tri__runtime_unhold(struct tri_async *op);

// Serialises loading of components. A fresh one in a forked child. NULL: TRI_E_OUTOFMEMORY.
pthread_mutex_t *tri__runtime_load_lock(void);
// To be called after each component's init: registers the end of the process with atexit again, so that it
// comes before the end of the libraries that the component has just set up.
void tri__runtime_after_init(void);
// The table that components are given.
extern const tri_host tri__host;

#endif
