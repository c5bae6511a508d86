// Core, whole, as one translation unit: the one list of its sources, for CMake, setup.py, the npm package and the
// rockspecs alike. Everything is hidden: a process may hold several copies of core, and each calls itself only.
#if !defined(_GNU_SOURCE)
#define _GNU_SOURCE 1
#endif
#if defined(TRI_BUILD_SHARED)
#define TRI_API __attribute__((visibility("default")))
#endif
#if defined(__GNUC__) && !defined(_WIN32)
// System headers first, so that nothing of theirs becomes hidden.
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <float.h>
#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#if defined(__linux__)
#include <sys/eventfd.h>
#endif
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#pragma GCC visibility push(hidden)
#endif

#include "src/alloc.c"
#include "src/arena.c"
#include "src/error.c"
#include "src/status.c"
#include "src/os_posix.c"

#include "src/string.c"
#include "src/buffer.c"
#include "src/hstring.c"
#include "src/name.c"
#include "src/type.c"
#include "src/value.c"
#include "src/value_struct.c"
#include "src/sha1.c"
#include "src/iid.c"
#include "src/abi_value.c"

#include "src/thread_pool.c"
#include "src/runtime.c"
#include "src/dispatcher.c"
#include "src/async_state.c"
#include "src/handler.c"
#include "src/report.c"
#include "src/async.c"
#include "src/async_abi.c"
#include "src/waiter.c"
#include "src/provider.c"
#include "src/timer.c"
#include "src/timeout.c"

#include "src/midl_lex.c"
#include "src/midl.c"
#include "src/describe_type.c"
#include "src/describe_default.c"
#include "src/describe_method.c"
#include "src/describe.c"
#include "src/lookup.c"
#include "src/method.c"
#include "src/loader.c"
#include "src/call.c"
#include "src/host.c"

#if defined(__GNUC__) && !defined(_WIN32)
#pragma GCC visibility pop
#endif
