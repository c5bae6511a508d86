// One thread that calls functions when their time has come; for deadlines.
#ifndef TRI_TIMER_H
#define TRI_TIMER_H

#include "os.h"

typedef struct tri__timer {
    int64_t due; // of tri__os_now
    void (*fn)(struct tri__timer *timer); // on the timer's thread, with no lock held; short
    size_t index; // in the heap; guarded by the lock of timer.c. TRI__TIMER_IDLE: not in it
} tri__timer;

#define TRI__TIMER_IDLE SIZE_MAX

// Arms a timer. Errors: TRI_E_OUTOFMEMORY, and those of starting the thread; it is not armed then.
HRESULT tri__timer_arm(tri__timer *timer);
// True: it was armed, and fn will not be called. False: fn was called, or is being called.
bool tri__timer_disarm(tri__timer *timer);

#endif
