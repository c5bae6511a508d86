// The pool that methods run on. Its queue is handed whole batches; a worker takes several short jobs at a time, and one
// that has nothing to do takes over what a busy one has not begun.
#ifndef TRI_THREAD_POOL_H
#define TRI_THREAD_POOL_H

#include "os.h"

#include <pthread.h>
#include <stdatomic.h>

typedef struct tri__job {
    struct tri__job *next;
    void (*run)(struct tri__job *job);
} tri__job;

typedef struct tri__pool tri__pool;

// A fixed pool has `max_threads` workers, which are started as they are needed and stay; an elastic one adds a worker
// whenever a job would wait, up to that many, and lets it go after some idle seconds. NULL: no memory.
tri__pool *tri__pool_new(unsigned max_threads, bool elastic);

// Queues a job; between tri_submit_hold and tri_submit_resume it is kept back. Errors: those of starting the first thread.
HRESULT tri__pool_submit(tri__pool *pool, tri__job *job);

// Hands over what this thread has kept back so far, and goes on keeping back.
void tri__pool_flush_held(void);

// Takes all jobs that wait (the caller must see to them) and lets no other in: submit says TRI_E_CLOSED from now on.
tri__job *tri__pool_close(tri__pool *pool);
// Waits until no job runs, or until that moment of tri__os_now.
bool tri__pool_wait_quiet(tri__pool *pool, int64_t until);

#endif
