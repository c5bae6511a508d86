// The operating system, where it is a POSIX one.
#include "runtime.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/eventfd.h>
#endif

HRESULT tri__os_thread_start(void *(*fn)(void *), void *arg)
{
    // Signals belong to the host's own threads: ours must not be the one that a handler interrupts.
    // A fault of the thread's own stays with it, or the host's crash reporter would not see it.
    static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGSYS};
    sigset_t all, before;
    sigfillset(&all);
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        sigdelset(&all, faults[i]);
    }
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pthread_t thread;
    int error = pthread_create(&thread, NULL, fn, arg);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (error) {
        return tri_error_set(tri_status_from_errno(error), "cannot start a thread: %s",
                             strerror(error));
    }
    pthread_detach(thread);
    return TRI_S_OK;
}

unsigned tri__os_cpu_count(void)
{
    long count = sysconf(_SC_NPROCESSORS_ONLN);
    return count < 1 ? 1u : (unsigned)count;
}

void tri__os_cond_init(pthread_cond_t *cond)
{
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
#ifndef __APPLE__
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
#endif
    pthread_cond_init(cond, &attributes);
    pthread_condattr_destroy(&attributes);
}

bool tri__os_cond_wait(pthread_cond_t *cond, pthread_mutex_t *mutex, int64_t until)
{
#ifdef __APPLE__
    int64_t left = until - tri__os_now();
    left = left < 0 ? 0 : left;
    struct timespec moment = {(time_t)(left / 1000000000), (long)(left % 1000000000)};
    return pthread_cond_timedwait_relative_np(cond, mutex, &moment) == 0;
#else
    struct timespec moment = {(time_t)(until / 1000000000), (long)(until % 1000000000)};
    return pthread_cond_timedwait(cond, mutex, &moment) == 0;
#endif
}

int64_t tri__os_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

HRESULT tri__os_wake_new(int *read_fd, int *write_fd)
{
#ifdef __linux__
    *read_fd = *write_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (*read_fd < 0) {
        return tri_error_set(tri_status_from_errno(errno), "eventfd: %s", strerror(errno));
    }
#else
    int ends[2];
    if (pipe(ends) != 0) {
        return tri_error_set(tri_status_from_errno(errno), "pipe: %s", strerror(errno));
    }
    for (int i = 0; i < 2; i++) {
        fcntl(ends[i], F_SETFD, FD_CLOEXEC);
        fcntl(ends[i], F_SETFL, O_NONBLOCK);
    }
    *read_fd = ends[0];
    *write_fd = ends[1];
#endif
    return TRI_S_OK;
}

void tri__os_wake_free(int read_fd, int write_fd)
{
    if (read_fd >= 0) {
        close(read_fd);
    }
    if (write_fd >= 0 && write_fd != read_fd) {
        close(write_fd);
    }
}

void tri__os_wake_signal(int write_fd)
{
    uint64_t one = 1;
    // EAGAIN means that it is readable already, which is all that is wanted.
    while (write(write_fd, &one, sizeof one) < 0 && errno == EINTR) {
    }
}

void tri__os_wake_clear(int read_fd)
{
    uint64_t buffer[8];
    ssize_t got;
    do {
        got = read(read_fd, buffer, sizeof buffer);
    } while ((got < 0 && errno == EINTR) || got == (ssize_t)sizeof buffer);
}

HRESULT tri__os_wake_wait(int read_fd, int64_t timeout_ms)
{
    struct pollfd item = {read_fd, POLLIN, 0};
    int timeout = timeout_ms < 0 ? -1 : timeout_ms > INT_MAX ? INT_MAX : (int)timeout_ms;
    int ready = poll(&item, 1, timeout);
    if (ready > 0) {
        return TRI_S_OK;
    }
    return ready == 0 ? TRI_S_FALSE : TRI_E_ABORT;
}

// A component must run its own OpenSSL, not one that the program happens to export (the common Node builds
// do). The sanitizers' interceptors cannot live with that.
#if defined(RTLD_DEEPBIND) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define LIBRARY_FLAGS (RTLD_NOW | RTLD_LOCAL | RTLD_DEEPBIND)
#else
#define LIBRARY_FLAGS (RTLD_NOW | RTLD_LOCAL)
#endif

HRESULT tri__os_library_open(const char *path, void **library)
{
    *library = NULL;
    if (!tri__os_is_file(path)) {
        return tri_error_set(TRI_E_MOD_NOT_FOUND, "no component at '%s': no such file", path);
    }
    *library = dlopen(path, LIBRARY_FLAGS);
    if (!*library) {
        const char *why = dlerror();
        return tri_error_set(TRI_E_BAD_EXE_FORMAT, "'%s' is not a component that can be loaded: %s",
                             path, why ? why : "unknown reason");
    }
    return TRI_S_OK;
}

void *tri__os_library_symbol(void *library, const char *symbol)
{
    return dlsym(library, symbol);
}

void tri__os_library_close(void *library)
{
    if (library) {
        dlclose(library);
    }
}

bool tri__os_is_file(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISREG(info.st_mode);
}

bool tri__os_real_path(const char *path, char *out, size_t size)
{
    char full[PATH_MAX];
    if (!realpath(path, full) || strlen(full) >= size) {
        return false;
    }
    strcpy(out, full);
    return true;
}

bool tri__os_self_directory(char *out, size_t size)
{
    Dl_info info;
    if (!dladdr((const void *)&tri__host, &info) || !info.dli_fname ||
        !tri__os_real_path(info.dli_fname, out, size)) {
        return false;
    }
    char *slash = strrchr(out, '/');
    if (slash) {
        *slash = '\0';
    }
    return slash != NULL;
}

void tri__os_pin_self(void)
{
#ifdef RTLD_NODELETE
    // Worker threads run code of this image, so it must outlive every dlclose (lua_close does one). Never closed again:
    // that is the point.
    Dl_info info;
    if (dladdr((const void *)&tri__host, &info) && info.dli_fname) {
        (void)dlopen(info.dli_fname, RTLD_LAZY | RTLD_NOLOAD | RTLD_NODELETE);
    }
#endif
}
