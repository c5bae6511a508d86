// The one way to memory, and the counters of live objects.
#ifndef TRI_ALLOC_H
#define TRI_ALLOC_H

#include <trivium/loader.h>

// Returns NULL when there is no memory. Not zeroed.
void *tri__alloc(size_t size);
// As tri__alloc, zeroed.
void *tri__calloc(size_t size);
void tri__free(void *memory);

// For tests: asked before each allocation; false makes it fail. NULL takes it away. Called on any thread.
typedef bool tri__alloc_gate(void);
void tri__alloc_set_gate(tri__alloc_gate *gate);

void tri__live_add(tri_live kind, int delta);

#endif
