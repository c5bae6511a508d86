// All that core asks of the operating system, so that another system is another file, and so that
// tests can make each of these fail.
#ifndef TRI_OS_H
#define TRI_OS_H

#include <pthread.h>
#include <trivium/status.h>

// A thread that is never joined. Errors: tri_status_from_errno.
HRESULT tri__os_thread_start(void *(*fn)(void *), void *arg);
unsigned tri__os_cpu_count(void);
// A condition variable that is waited for on the clock of tri__os_now; False: time is up.
void tri__os_cond_init(pthread_cond_t *cond);
bool tri__os_cond_wait(pthread_cond_t *cond, pthread_mutex_t *mutex, int64_t until);
// Nanoseconds of a clock that never goes back.
int64_t tri__os_now(void);

// A descriptor pair to wake a loop with: `*read_fd` becomes readable after tri__os_wake_signal.
// They are the same number where the system has eventfd.
HRESULT tri__os_wake_new(int *read_fd, int *write_fd);
void tri__os_wake_free(int read_fd, int write_fd);
void tri__os_wake_signal(int write_fd);
void tri__os_wake_clear(int read_fd);
// TRI_S_OK: readable; TRI_S_FALSE: time is up; TRI_E_ABORT: interrupted by a signal.
HRESULT tri__os_wake_wait(int read_fd, int64_t timeout_ms);

// Opens a shared library so that its own symbols win over the program's. Sets error info.
// Errors: TRI_E_MOD_NOT_FOUND (no such file), TRI_E_BAD_EXE_FORMAT (says why).
HRESULT tri__os_library_open(const char *path, void **library);
// NULL if it has no such symbol.
void *tri__os_library_symbol(void *library, const char *symbol);
void tri__os_library_close(void *library);
// Does a regular file with that path exist?
bool tri__os_is_file(const char *path);
// The absolute path without links, malloc-free: into `out`. False if it cannot be had.
bool tri__os_real_path(const char *path, char *out, size_t size);
// The directory of the image that core is linked into, without a closing separator.
bool tri__os_self_directory(char *out, size_t size);
// Keeps that image in memory until the process ends.
void tri__os_pin_self(void);

#define TRI__OS_PATH_MAX 4096
#ifdef _WIN32
#define TRI__OS_LIST_SEPARATOR ';'
#define TRI__OS_LIBRARY_SUFFIX ".dll"
#elif defined(__APPLE__)
#define TRI__OS_LIST_SEPARATOR ':'
#define TRI__OS_LIBRARY_SUFFIX ".dylib"
#else
#define TRI__OS_LIST_SEPARATOR ':'
#define TRI__OS_LIBRARY_SUFFIX ".so"
#endif

#endif
