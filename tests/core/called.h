// Methods of real components, called through the loader, for the tests of components.
#ifndef TESTS_CORE_CALLED_H
#define TESTS_CORE_CALLED_H

#include "operation.h"

#include <time.h>
#include <trivium/loader.h>
#include <unistd.h>

static inline int64_t now_ms(void)
{
    return tri__os_now() / 1000000;
}

static inline void sleep_ms(int count)
{
    usleep((useconds_t)count * 1000);
}

static inline int32_t status_of(tri_async *op)
{
    int32_t status = -2;
    (void)tri_async_get_status(op, &status);
    return status;
}

// False if it still works after ten seconds.
static inline bool wait_stopped(tri_async *op)
{
    for (int64_t until = now_ms() + 10000; !tri_async_is_stopped(op) && now_ms() < until;) {
        usleep(200);
    }
    return tri_async_is_stopped(op);
}

static inline const tri_method *method_of(const char *component, const char *short_name)
{
    const tri_component *found;
    if (tri_component_load(component, strlen(component), &found) != TRI_S_OK) {
        fail_msg("%s", tri_error_message(TRI_E_MOD_NOT_FOUND));
    }
    for (uint32_t i = 0; i < found->method_count; i++) {
        if (strcmp(found->methods[i]->short_name, short_name) == 0) {
            return found->methods[i];
        }
    }
    fail_msg("%s has no method %s", component, short_name);
    return NULL;
}

// Starts a method. The arguments, in their order: an int64_t for a number or a TimeSpan, a const char * for a String;
// the rest keep their defaults.
static inline HRESULT call_start(const char *component, const char *short_name, tri_async **out, int count, ...)
{
    const tri_method *method = method_of(component, short_name);
    void *args;
    va_list list;
    HRESULT hr = tri_method_prepare(method, out, &args);
    va_start(list, count);
    for (int i = 0; i < count && TRI_SUCCEEDED(hr); i++) {
        const tri_type *type = method->params[i].type;
        void *to = (char *)args + method->params[i].offset;
        if (type->kind == TRI_KIND_STRING) {
            const char *text = va_arg(list, const char *);
            hr = tri_value_set_text(type, to, text, strlen(text));
        } else if (type->kind == TRI_KIND_TIMESPAN) {
            *(int64_t *)to = va_arg(list, int64_t);
        } else {
            hr = tri_value_set_int64(type, to, va_arg(list, int64_t));
        }
    }
    va_end(list);
    return TRI_SUCCEEDED(hr) ? tri_async_start(*out) : hr;
}

// Ends a forked child by way of the exit handlers, fini of the components among them. Not where leaks are looked for
// then: what the parent had made for itself is out of reach in the child, by design.
static inline void leave_child(bool good)
{
#ifdef __SANITIZE_ADDRESS__
    _exit(tri_shutdown(5000) == TRI_S_OK && good ? 0 : 1);
#else
    exit(good ? 0 : 1);
#endif
}

// The thread sanitizer ends a child in which a new thread gets the place of one of the parent's.
static inline void skip_without_threads_after_fork(void)
{
#ifdef __SANITIZE_THREAD__
    skip();
#endif
}

// nothing_lives, but work on other threads may still be letting go.
static inline int nothing_lives_soon(void **state)
{
    for (int64_t until = now_ms() + 5000; tri_live_count(TRI_LIVE_ASYNC) > 0 && now_ms() < until;) {
        usleep(1000);
    }
    return nothing_lives(state);
}

#endif
