/*
 * The inbox of a dispatcher (core/src/dispatcher.c) and its wake: PUSHERS threads push, the loop sleeps until it has a
 * token, then drains. Nodes have no names here: how many are in the chain is what matters.
 *
 * Checked: every node that was pushed is delivered (the run ends with none left, and no end state is invalid: no lost
 * wake-up); there is at most one token at any time; nobody but the loop takes nodes out.
 */
#define PUSHERS 3
#define NODES 2 /* each pushes */
#define ROUNDS 2 /* DRAIN_ROUNDS */

#define IDLE 0 /* inbox == NULL */
#define DRAINING 1 /* the chain ends in the mark */

byte nodes = 0; /* in the chain */
bit mark = IDLE; /* is the mark at the chain's end (or alone)? */
byte tokens = 0;
byte delivered = 0;

proctype pusher()
{
    byte left = NODES;
    bit owed;
    do
    :: left > 0 ->
        atomic { /* the compare-and-swap */
            owed = (nodes == 0 && mark == IDLE);
            nodes++;
        }
        if
        :: owed -> atomic { tokens++; assert(tokens <= 1) } /* the system call, some time later */
        :: else
        fi;
        left--
    :: else -> break
    od
}

proctype loop()
{
    byte taken, round;
    bit idle;
end:
    do
    :: tokens > 0 ->
        tokens--; /* the descriptor is cleared before the inbox is looked at */
        round = 0;
        idle = 0;
        do
        :: round < ROUNDS && !idle ->
            atomic { taken = nodes; nodes = 0; mark = DRAINING } /* the exchange */
            delivered = delivered + taken;
            round++;
            atomic { /* the compare-and-swap back to idle: only if nothing came */
                if
                :: nodes == 0 -> mark = IDLE; idle = 1
                :: else
                fi
            }
        :: else -> break
        od;
        if
        :: !idle -> atomic { tokens++; assert(tokens <= 1) } /* it comes back by itself */
        :: else
        fi
    od
}

init {
    byte i = 0;
    atomic {
        do
        :: i < PUSHERS -> run pusher(); i++
        :: else -> break
        od;
        run loop()
    }
}

/* Fair to the loop, all that is pushed is delivered. */
ltl all_delivered { <> (delivered == PUSHERS * NODES) }
