// Operations without a component, for the tests of core: made and driven by hand.
#ifndef TESTS_CORE_OPERATION_H
#define TESTS_CORE_OPERATION_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../core/src/alloc.h"
#include "../../core/src/async.h"
#include "../../core/src/runtime.h"

// A started operation of that face; results and progress are UInt32. The caller has a reference, and the provider's.
static inline tri_async *operation_new(tri_face face)
{
    bool result = face == TRI_FACE_OPERATION || face == TRI_FACE_OPERATION_WITH_PROGRESS;
    bool progress = face == TRI_FACE_ACTION_WITH_PROGRESS || face == TRI_FACE_OPERATION_WITH_PROGRESS;
    tri__async_spec spec = {
        .face = face,
        .result_type = tri_type_builtin(result ? TRI_KIND_UINT32 : TRI_KIND_VOID),
        .progress_type = tri_type_builtin(progress ? TRI_KIND_UINT32 : TRI_KIND_VOID),
        .name = "TestAsync",
    };
    tri_async *op;
    assert_int_equal(tri__async_new(&spec, &op), TRI_S_OK);
    assert_int_equal(tri__provider_begin(op), TRI_S_OK);
    return op;
}

static inline HRESULT operation_complete(tri_async *op, uint32_t value)
{
    bool result = op->result_type->kind != TRI_KIND_VOID;
    return tri__provider_complete(&op->provider, result ? &value : NULL);
}

static inline void operation_report(tri_async *op, uint32_t value)
{
    tri__provider_progress(&op->provider, &value);
}

static inline HRESULT operation_fail(tri_async *op, HRESULT hr, const char *message)
{
    return tri__provider_fail(&op->provider, hr, message, strlen(message));
}

// The provider goes.
static inline void operation_drop(tri_async *op)
{
    tri__provider_release(&op->provider);
}

// Every test ends with this as its teardown: nothing is left over.
static inline int nothing_lives(void **state)
{
    (void)state;
    static const char *const names[] = {"async", "waiter", "dispatcher", "string", "buffer"};
    for (int kind = 0; kind < TRI_LIVE_COUNT; kind++) {
        if (tri_live_count((tri_live)kind) != 0) {
            print_error("%lld of kind %s are left\n", (long long)tri_live_count((tri_live)kind),
                        names[kind]);
            return -1;
        }
    }
    return 0;
}

#endif
