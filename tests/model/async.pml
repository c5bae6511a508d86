/*
 * The state word of an operation and its Completed slot (core/src/async.c, handler.c, provider.c, async_abi.c): a worker ends
 * the work, a second one tries to, a client sets the handler, another cancels, another closes. The transitions are those
 * of core, from the same file.
 *
 * Checked: the handler is called at most once, only when there is an outcome, and, if the setter was told S_OK and the work
 * has ended, exactly once; of two outcomes one is told that it counts; Canceled and Closed are never left for another.
 */
#define S_STARTED 0
#define S_COMPLETED 1
#define S_CANCELED 2
#define S_ERROR 3
#define S_CLOSED 4
#define S_CREATED 5
#define S_CANCELING 6
#define S_CLOSING 7
#define E_START 0
#define E_COMPLETE 1
#define E_FAIL 2
#define E_CANCEL 3
#define E_CLOSE 4
#define E_STOP 5
#define TRI_S_OK 1
#define TRI_E_ILLEGAL_STATE_CHANGE 0
#define true 1
#define false 0

byte state = S_STARTED;
bit locked = 0, claimed = 0;
bit slot_taken = 0, handler = 0, fired = 0; /* under the lock */
bit set_ok = 0;
byte calls = 0, told_ok = 0, ended = 0;

/* One compare-and-swap that succeeds: `from`, `to` and `ok` are what its caller learns. */
inline move(event)
{
    atomic {
        from = state;
        if
#define TRI_TRANSITION(EVENT, FROM, TO, HR) :: event == E_##EVENT && state == S_##FROM -> to = S_##TO; ok = HR;
#include "../../core/src/async_states.def"
#undef TRI_TRANSITION
        fi;
        state = to;
    }
}

#define HAS_OUTCOME(s) (s != S_STARTED && s != S_CREATED)
#define STOPPED(s) (s == S_COMPLETED || s == S_CANCELED || s == S_ERROR || s == S_CLOSED)

inline lock() { atomic { locked == 0 -> locked = 1 } }
inline unlock() { locked = 0 }

inline fire()
{
    lock();
    call = handler && !fired;
    if
    :: call -> fired = 1
    :: else
    fi;
    unlock();
    if
    :: call -> atomic {
            calls++;
            assert(calls <= 1);
            assert(HAS_OUTCOME(state)); /* Status reads terminal when the handler is called */
        }
        lock();
        handler = 0;
        unlock()
    :: else
    fi
}

/* What follows from a move by the provider. */
inline settled()
{
    if
    :: from != to ->
        lock();
        delegates = handler;
        unlock();
        if
        :: delegates -> fire()
        :: else
        fi
    :: else
    fi
}

/* Holds a provider reference; the last of them to leave says STOP. */
byte providers = 2;

proctype worker(byte event)
{
    byte from, to;
    bit ok, call, delegates, first;
    atomic { first = !claimed; claimed = 1 }
    if
    :: first ->
        move(event);
        told_ok = told_ok + ok;
        settled()
    :: else
    fi;
    atomic { providers--; first = (providers == 0) }
    if
    :: first && !STOPPED(state) -> move(E_STOP); settled()
    :: else
    fi;
    ended++
}

proctype setter()
{
    byte from;
    bit call;
    lock();
    from = state;
    if
    :: from != S_CLOSED && from != S_CLOSING && !slot_taken -> slot_taken = 1; handler = 1; set_ok = 1
    :: else
    fi;
    unlock();
    if
    :: set_ok && HAS_OUTCOME(state) -> fire()
    :: else
    fi;
    ended++
}

proctype canceler()
{
    byte from, to;
    bit ok;
    move(E_CANCEL);
    assert(ok);
    assert(state != S_STARTED);
    ended++
}

proctype closer()
{
    byte from, to;
    bit ok;
    move(E_CLOSE);
    assert(ok == HAS_OUTCOME(from));
    ended++
}

init {
    atomic {
        run worker(E_COMPLETE);
        run worker(E_FAIL);
        run setter();
        run canceler();
        run closer()
    }
    ended == 5;
    assert(STOPPED(state));
    assert(told_ok <= 1);
    assert(calls == set_ok);
    assert(!handler)
}
