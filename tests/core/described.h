// Describing a component that stands in the test itself, without a shared library.
#ifndef TESTS_CORE_DESCRIBED_H
#define TESTS_CORE_DESCRIBED_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../core/src/alloc.h"
#include "../../core/src/describe.h"
#include "../../core/src/value.h"

typedef struct described {
    tri__arena arena;
    tri__component component;
} described;

// What the loader does between opening the library and calling init.
static inline HRESULT described_make(described *made, const tri_component_def *def)
{
    tri__arena scratch = {0};
    memset(made, 0, sizeof *made);
    tri__describe describe = {.arena = &made->arena, .scratch = &scratch, .def = def};
    HRESULT hr = tri__describe_component(&describe, &made->component);
    tri__arena_free(&scratch);
    if (TRI_FAILED(hr)) {
        tri__arena_free(&made->arena);
    }
    return hr;
}

static inline void described_free(described *made)
{
    tri__arena_free(&made->arena);
}

static inline void assert_failure(HRESULT got, HRESULT expected, const char *message)
{
    if (got != expected) {
        fail_msg("expected 0x%08x, got 0x%08x: %s", (unsigned)expected, (unsigned)got,
                 tri_error_message(got));
    }
    assert_string_equal(tri_error_message(got), message);
}

#define assert_ok(expression)                                                                      \
    do {                                                                                           \
        HRESULT assert_ok_hr = (expression);                                                       \
        if (TRI_FAILED(assert_ok_hr)) {                                                            \
            fail_msg("%s: 0x%08x %s", #expression, (unsigned)assert_ok_hr,                         \
                     tri_error_message(assert_ok_hr));                                             \
        }                                                                                          \
    } while (0)

#endif
