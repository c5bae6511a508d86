// Memory and the counters of live objects.
#include "alloc.h"

#include <stdatomic.h>
#include <stdlib.h>

// Tests put a function here that decides whether the next allocation may succeed.
static _Atomic(tri__alloc_gate *) alloc_gate; // seq_cst; set before the threads it concerns

void tri__alloc_set_gate(tri__alloc_gate *gate)
{
    atomic_store(&alloc_gate, gate);
}

static bool alloc_allowed(void)
{
    // relaxed: pairs with nothing; a test sets the gate before it starts what is to fail.
    tri__alloc_gate *gate = atomic_load_explicit(&alloc_gate, memory_order_relaxed);
    return !gate || gate();
}

void *tri__alloc(size_t size)
{
    return alloc_allowed() ? malloc(size ? size : 1) : NULL;
}

void *tri__calloc(size_t size)
{
    return alloc_allowed() ? calloc(1, size ? size : 1) : NULL;
}

void tri__free(void *memory)
{
    free(memory);
}

static _Atomic int64_t live_counters[TRI_LIVE_COUNT];

void tri__live_add(tri_live kind, int delta)
{
    // relaxed: a counter on its own; whoever reads it exactly has synchronised with the threads otherwise.
    atomic_fetch_add_explicit(&live_counters[kind], delta, memory_order_relaxed);
}

int64_t tri_live_count(tri_live kind)
{
    return kind < TRI_LIVE_COUNT ? atomic_load(&live_counters[kind]) : 0;
}
