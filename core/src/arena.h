// Memory that is freed whole: what belongs to one component, or to one parse.
#ifndef TRI_ARENA_H
#define TRI_ARENA_H

#include "alloc.h"

typedef struct tri__arena {
    struct arena_chunk *chunks; // newest first
} tri__arena;

// Zeroed memory, aligned for any type; NULL when there is none, with error info set.
void *tri__arena_alloc(tri__arena *arena, size_t size);
// A copy of `length` bytes with a NUL behind it; NULL as above.
char *tri__arena_text(tri__arena *arena, const char *text, size_t length);
// Frees all that was made in it. It may be used again.
void tri__arena_free(tri__arena *arena);

#endif
