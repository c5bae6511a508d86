/*
 * trivium/loader.h - finding, loading and calling components.
 */
#ifndef TRIVIUM_LOADER_H
#define TRIVIUM_LOADER_H

#include <trivium/async.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tri_component tri_component; /* loaded; lives as long as the process */
typedef struct tri_method tri_method;

typedef struct tri_param {
    const char *name; /* "algorithm" */
    const tri_type *type;
    uint32_t offset;           /* in the block of arguments */
    bool optional;
    const void *default_value; /* where optional */
} tri_param;

/* Read-only, immutable. */
struct tri_method {
    const char *name;       /* "HashFileAsync" */
    const char *short_name; /* "HashFile"; "HashFileSync" for the synchronous sibling of an asynchronous one */
    const char *signature;  /* as the author wrote it */
    const char *doc;        /* never NULL */
    tri_face face;
    const tri_type *result;   /* Void where there is none */
    const tri_type *progress; /* Void where there is none */
    const tri_param *params;
    uint32_t param_count;
    uint32_t required_count;
    uint32_t args_size;
    const tri_component *component;
};

struct tri_component {
    const char *name;       /* "hashing": the file's name without its ending */
    const char *name_space; /* "Trivium.Hashing" */
    const char *version;
    const char *doc;
    const char *path;
    const tri_method *const *methods;
    uint32_t method_count;
    uint32_t type_count;
    const tri_type *const *types;
};

/*
 * Loads a component by name or, if that has a separator in it, by path. By name it is looked for in each directory
 * of the environment variable TRIVIUM_PATH, then in components/ beside the image that core is linked into. The same
 * file gives the same component again. Its code is never unloaded.
 * Ownership: *out is borrowed, for ever. Threads: any. Blocks: for the file system, and while another thread loads.
 * Errors: TRI_E_MOD_NOT_FOUND (says where it looked, or which library was missing when it was built),
 * TRI_E_BAD_EXE_FORMAT, TRI_E_REVISION_MISMATCH, TRI_E_INVALID_DATA (description malformed, or it disagrees with the
 * C struct: names both), TRI_E_OUTOFMEMORY, and what the component's init says.
 */
TRI_API TRI_NODISCARD HRESULT tri_component_load(const char *name_or_path, size_t length,
                                                 const tri_component **out);

/*
 * Begins an asynchronous call: an operation that is not started, with a zeroed block of arguments to be filled by
 * tri_value_set_*, in which the optional ones have their defaults. Either start it or release it.
 * Ownership: *out is the caller's; *args belongs to it. Errors: TRI_E_OUTOFMEMORY.
 */
TRI_API TRI_NODISCARD HRESULT tri_method_prepare(const tri_method *method, tri_async **out, void **args);
/* Starts it, once. What the method says goes into the operation; only TRI_E_ILLEGAL_STATE_CHANGE (not prepared, or
 * started before) and a failure to start a pool thread come back from here. Blocks: no, unless an inline method does. */
TRI_API TRI_NODISCARD HRESULT tri_async_start(tri_async *op);

/* A synchronous call. `args` is a block of method->args_size bytes that tri_method_args_init made, `result` room for the
 * result; both are the caller's to clear afterwards. Errors: what the method says. Blocks: as the method does. */
TRI_API TRI_NODISCARD HRESULT tri_method_call(const tri_method *method, void *args, void *result);
/* Zeroes a block and sets the defaults. Errors: TRI_E_OUTOFMEMORY; the block is clear then. */
TRI_API TRI_NODISCARD HRESULT tri_method_args_init(const tri_method *method, void *args);
/* Frees what the arguments hold, and zeroes the block. */
TRI_API void tri_method_args_clear(const tri_method *method, void *args);

/* The messages about arguments, the same in every language. `style` says how the language spells names.
 * Each sets error info and returns its code. */
/* TRI_S_OK if `given` positional arguments will do, else TRI_E_BAD_PARAM_COUNT. */
TRI_API HRESULT tri_method_check_count(const tri_method *method, tri_name_style style, size_t given);
/* A required parameter that was given neither by position nor by name: TRI_E_BAD_PARAM_COUNT. */
TRI_API HRESULT tri_method_missing(const tri_method *method, tri_name_style style, uint32_t param);
/* A name that no parameter has: TRI_E_BAD_PARAM_COUNT. */
TRI_API HRESULT tri_method_unexpected(const tri_method *method, tri_name_style style, const char *name);
/* Puts "hash_file() argument 'path': " in front of the failure that storing it gave; returns its code. */
TRI_API HRESULT tri_method_blame(const tri_method *method, tri_name_style style, uint32_t param);
/* The method, enumerator or field as the language spells it: see tri_name_project. */

/* ---- The end of a process, and counters. */
/* Cancels all that is under way and waits for the work to stop, at most `timeout_ms`. Registered with atexit by core;
 * a host that ends otherwise calls it. TRI_S_OK: all stopped; TRI_S_FALSE: not in time. Blocks: yes. */
TRI_API HRESULT tri_shutdown(int64_t timeout_ms);

typedef enum tri_live { TRI_LIVE_ASYNC, TRI_LIVE_WAITER, TRI_LIVE_DISPATCHER, TRI_LIVE_STRING, TRI_LIVE_BUFFER,
                        TRI_LIVE_COUNT } tri_live;
/* How many objects of a kind exist in this copy of core. Exact when no work is under way. Threads: any. */
TRI_API int64_t tri_live_count(tri_live kind);

/* The version of this library, "0.1.0". */
TRI_API const char *tri_version(void);

#ifdef __cplusplus
}
#endif
#endif
