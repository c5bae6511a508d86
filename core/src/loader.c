// Loading components, and the registry of those that are.
#include "describe.h"
#include "lookup.h"
#include "runtime.h"
#include "value.h"
#include <stdatomic.h>


// The newest component; each knows the one before it. Only ever grows, under the load lock. A store releases all
// that the component consists of, and pairs with the acquire of whoever walks the list.
static _Atomic(tri__component *) registry;

static tri__component *registry_find(const char *path)
{
    tri__component *found = atomic_load_explicit(&registry, memory_order_acquire);
    while (found && strcmp(found->pub.path, path) != 0) {
        found = found->next;
    }
    return found;
}

void tri__components_fini(void)
{
    for (tri__component *c = atomic_load_explicit(&registry, memory_order_acquire); c; c = c->next) {
        // acquire, for what the init of another thread wrote
        bool ours = atomic_load_explicit(&c->epoch, memory_order_acquire) == tri__runtime_epoch();
        if (ours && c->def->fini) {
            c->def->fini(&tri__host, c->state);
        }
    }
}

// The part of a path between the last separator and the ending.
static const char *loader_name_of(const char *path, size_t *length)
{
    const char *name = path;
    for (const char *at = path; *at; at++) {
        if (*at == '/' || (TRI__OS_LIST_SEPARATOR == ';' && *at == '\\')) {
            name = at + 1;
        }
    }
    const char *end = strrchr(name, '.');
    *length = end && end != name ? (size_t)(end - name) : strlen(name);
    return name;
}

// `needed` is 0 when the component did not say.
static HRESULT loader_refuse_version(uint32_t needed)
{
    char version[48] = "a newer version";
    if (needed) {
        snprintf(version, sizeof version, "version %u", needed);
    }
    return tri_error_set(TRI_E_REVISION_MISMATCH,
                         "it needs %s of the component ABI and this Trivium (%s) has version %u. Install a newer "
                         "Trivium, or build the component with the component.h of this one.",
                         version, tri_version(), TRI_ABI_VERSION);
}

// Calls the exported symbol and copies what it describes.
static HRESULT loader_definition(void *library, const char *path, tri_component_def *copy)
{
    typedef HRESULT main_fn(const tri_host *host, const tri_component_def **out);
    void *symbol = tri__os_library_symbol(library, "tri_component_main");
    if (!symbol) {
        return tri_error_set(TRI_E_BAD_EXE_FORMAT,
                             "'%s' is a shared library but no component: it has no function tri_component_main",
                             path);
    }
    main_fn *entry;
    memcpy(&entry, &symbol, sizeof entry); // ISO C has no cast between the two
    const tri_component_def *def = NULL;
    tri_error_clear();
    HRESULT hr = entry(&tri__host, &def);
    if (def && def->abi_version > TRI_ABI_VERSION) {
        return loader_refuse_version(def->abi_version);
    }
    if (hr == TRI_E_REVISION_MISMATCH) {
        return loader_refuse_version(0);
    }
    if (TRI_FAILED(hr)) {
        // Keep what it said, and say who said it.
        char message[TRI_MESSAGE_SIZE];
        snprintf(message, sizeof message, "%s", tri_error_message(hr));
        return tri_error_set(hr, "tri_component_main failed: %s", message);
    }
    if (!def) {
        return tri_error_set(TRI_E_INVALID_DATA, "tri_component_main gave no definition");
    }
    if (!def->abi_version) {
        return tri_error_set(TRI_E_INVALID_DATA, "expected an abi_version from 1 on, got 0");
    }
    return tri__describe_copy(copy, sizeof *copy,
                              offsetof(tri_component_def, fini) + sizeof copy->fini, def,
                              "tri_component_def");
}

// Builds the component in `arena`, which lasts if this succeeds.
static HRESULT loader_build(tri__arena *arena, tri__arena *scratch, void *library, const char *path,
                            tri__component **out)
{
    size_t length;
    const char *name = loader_name_of(path, &length);
    tri__component *component = tri__arena_alloc(arena, sizeof *component);
    tri_component_def *def = tri__arena_alloc(arena, sizeof *def);
    if (!component || !def) {
        return TRI_E_OUTOFMEMORY;
    }
    component->pub.name = tri__arena_text(arena, name, length);
    component->pub.path = tri__arena_text(arena, path, strlen(path));
    if (!component->pub.name || !component->pub.path) {
        return TRI_E_OUTOFMEMORY;
    }
    *out = component;
    HRESULT hr = loader_definition(library, path, def);
    if (TRI_SUCCEEDED(hr)) {
        tri__describe describe = {.arena = arena, .scratch = scratch, .def = def};
        hr = tri__describe_component(&describe, component);
    }
    return hr;
}

// Under the load lock.
static HRESULT loader_init(tri__component *component)
{
    HRESULT hr = TRI_S_OK;
    component->state = NULL; // after a fork: what the parent made is left as it is
    if (component->def->init) {
        tri_error_clear();
        hr = component->def->init(&tri__host, &component->state);
        if (TRI_FAILED(hr)) {
            char message[TRI_MESSAGE_SIZE];
            snprintf(message, sizeof message, "%s", tri_error_message(hr));
            tri_error_set(hr, "its init failed: %s", message);
        }
    }
    // Even then: the libraries that it has set up will be torn down at exit.
    tri__runtime_after_init();
    if (TRI_SUCCEEDED(hr)) {
        // release: pairs with the acquire of whoever reads state without the lock
        atomic_store_explicit(&component->epoch, tri__runtime_epoch(), memory_order_release);
    }
    return hr;
}

HRESULT tri__component_state(const tri_component *public, void **state)
{
    tri__component *component = (tri__component *)(uintptr_t)public; // core made it, and not as a constant
    HRESULT hr = TRI_S_OK;
    if (atomic_load_explicit(&component->epoch, memory_order_acquire) != tri__runtime_epoch()) {
        pthread_mutex_t *lock = tri__runtime_load_lock();
        if (!lock) {
            return tri_error_set(TRI_E_OUTOFMEMORY, "out of memory");
        }
        pthread_mutex_lock(lock);
        // Another thread of the child may have been first.
        if (atomic_load_explicit(&component->epoch, memory_order_relaxed) != tri__runtime_epoch()) {
            hr = loader_init(component);
            if (TRI_FAILED(hr)) {
                tri_error_prefix("component '%s', after a fork: ", component->pub.name);
            }
        }
        pthread_mutex_unlock(lock);
    }
    *state = component->state;
    return hr;
}

// Under the load lock.
static HRESULT loader_load(const char *path, tri__component **out)
{
    tri__arena arena = {0}, scratch = {0};
    tri__component *component = NULL;
    void *library = NULL;
    HRESULT hr = tri__os_library_open(path, &library);
    if (TRI_FAILED(hr)) {
        return hr;
    }
    hr = loader_build(&arena, &scratch, library, path, &component);
    tri__arena_free(&scratch);
    if (TRI_FAILED(hr)) {
        tri__os_library_close(library); // none of its code is in use
    } else {
        hr = loader_init(component);
    }
    if (TRI_FAILED(hr)) {
        if (component && hr != TRI_E_OUTOFMEMORY && hr != TRI_E_BAD_EXE_FORMAT) {
            tri_error_prefix("component '%s': ", component->pub.name);
        }
        tri__arena_free(&arena);
        return hr;
    }
    component->next = atomic_load_explicit(&registry, memory_order_relaxed); // the lock is held
    atomic_store_explicit(&registry, component, memory_order_release);
    *out = component;
    return TRI_S_OK;
}

HRESULT tri_component_load(const char *name_or_path, size_t length, const tri_component **out)
{
    char path[TRI__OS_PATH_MAX];
    *out = NULL;
    HRESULT hr = tri__lookup(name_or_path, length, path, sizeof path);
    if (TRI_FAILED(hr)) {
        return hr;
    }
    tri__component *component = registry_find(path);
    if (!component) {
        pthread_mutex_t *lock = tri__runtime_load_lock();
        if (!lock) {
            return tri_error_set(TRI_E_OUTOFMEMORY, "out of memory");
        }
        pthread_mutex_lock(lock);
        component = registry_find(path); // another thread may have been first
        hr = component ? TRI_S_OK : loader_load(path, &component);
        pthread_mutex_unlock(lock);
    }
    if (component && TRI_SUCCEEDED(hr)) {
        *out = &component->pub;
    }
    return hr;
}
