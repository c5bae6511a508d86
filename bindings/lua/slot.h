// Where the operations of a lua_State are kept: one slot each, outside of their userdata.
//
// An operation's userdata has no __gc. A finalizer for each would keep each of them, and what the collector does not
// count, core's object, over a second collection; with thousands of operations a millisecond that outweighs everything
// else. Instead the userdata are the values of one weak table, and after each collection a sweep gives up the slots
// whose userdata are gone. It also makes the end of a lua_State simple: the state has them all.
#ifndef TRI_LUA_SLOT_H
#define TRI_LUA_SLOT_H

#include "waiter.h"

#pragma GCC visibility push(hidden)

// A wait of one coroutine. Lies in the operation's slot, or, for a second coroutine that waits for the same operation,
// in a userdata of its own, which the waiting coroutine has on its stack.
typedef struct tri_lua_wait {
    tri_lua_link link; // first; its waiter is NULL: not waiting
    tri_lua_state *state;
    lua_State *thread; // who waits
    const void *owner; // the operation's userdata: the first thing in the frame of that coroutine's await
    lua_Integer index; // of its slot, 0 for a wait outside of one; immutable
    int anchor;        // outside of a slot: of the coroutine in the registry, LUA_NOREF if there is none
} tri_lua_wait;

typedef struct tri_lua_slot tri_lua_slot;
struct tri_lua_slot {
    tri_async *async; // a reference; NULL while it is being made
    tri_lua_wait wait;
    tri_lua_slot *next; // of the free ones
    uint64_t serial;    // of its present use: a userdata that outlives its slot notices
    lua_Integer index;  // in the tables of userdata and of anchors, from 1; immutable
    bool used;          // else it is free
    bool started;       // else its arguments are still being filled in
};

// A slot for the userdata at the top of the stack, which the table of userdata at `table` gets too. May collect, and so
// run finalizers that take slots as well. [-0, +0, m]
tri_lua_slot *tri_lua_take_slot(lua_State *L, tri_lua_state *state, int table);

// Tells the collector, once in a while, of the memory of an operation that it does not see. [-0, +0, m]
void tri_lua_report_memory(lua_State *L, tri_lua_state *state);

// Keeps the coroutine L alive while it waits; the table TRI_LUA_ANCHORS is at `anchors`. [-0, +0, m]
void tri_lua_anchor_wait(lua_State *L, tri_lua_wait *wait, int anchors);
// Pushes the coroutine that waits, which is kept alive by the stack only from now on. [-0, +1]
void tri_lua_take_anchor(lua_State *L, tri_lua_wait *wait, int anchors);
// Ends a wait, whether or not it has begun. [-0, +0]
void tri_lua_end_wait(lua_State *L, tri_lua_wait *wait);

// Cancels all that is not over, and gives all slots up: the lua_State closes. [-0, +0]
void tri_lua_close_slots(lua_State *L, tri_lua_state *state);

#pragma GCC visibility pop

#endif
