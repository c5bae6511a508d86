// The slots of operations, and the sweep that follows each collection.
#include "slot.h"
#include "coroutine.h"

enum {
    CHUNK_SLOTS = 256,
    REPORT_EVERY = 64,
    REPORT_KILOBYTES = 16
};

typedef struct tri_lua_chunk {
    struct tri_lua_chunk *next;
    tri_lua_slot slots[CHUNK_SLOTS];
} tri_lua_chunk;

// The chunks are userdata, too: they must outlive every finalizer that may still look at an operation.
static void add_chunk(lua_State *L, tri_lua_state *state)
{
    luaL_checkstack(L, 6, NULL);
    // This may collect, and a finalizer that starts an operation may come here as well. What follows can fail, but runs
    // no finalizer: so the count is read behind it.
    tri_lua_chunk *chunk = lua_newuserdatauv(L, sizeof *chunk, 0);
    const size_t count = state->slot_count;
    tri_lua_push_state(L);
    lua_getiuservalue(L, -1, TRI_LUA_CHUNKS);
    lua_pushvalue(L, -3);
    lua_rawseti(L, -2, (lua_Integer)(count / CHUNK_SLOTS) + 1);
    // Room in the tables, so that using a slot allocates nothing there.
    lua_getiuservalue(L, -2, TRI_LUA_OPS);
    lua_getiuservalue(L, -3, TRI_LUA_ANCHORS);
    for (size_t i = 1; i <= CHUNK_SLOTS; i++) {
        lua_pushboolean(L, 0);
        lua_rawseti(L, -2, (lua_Integer)(count + i));
        lua_pushboolean(L, 0);
        lua_rawseti(L, -3, (lua_Integer)(count + i));
    }
    for (size_t i = CHUNK_SLOTS; i-- > 0;) {
        lua_Integer index = (lua_Integer)(count + i + 1);
        chunk->slots[i] = (tri_lua_slot){.next = state->free_slot,
                                         .serial = 1,
                                         .index = index,
                                         .wait = {.state = state, .index = index, .anchor = LUA_NOREF}};
        state->free_slot = &chunk->slots[i];
    }
    chunk->next = state->chunks;
    state->chunks = chunk;
    state->slot_count = count + CHUNK_SLOTS;
    lua_pop(L, 5);
}

void tri_lua_report_memory(lua_State *L, tri_lua_state *state)
{
    if (++state->created % REPORT_EVERY == 0 && lua_gc(L, LUA_GCISRUNNING)) {
        lua_gc(L, LUA_GCSTEP, REPORT_KILOBYTES);
    }
}

tri_lua_slot *tri_lua_take_slot(lua_State *L, tri_lua_state *state, int table)
{
    while (!state->free_slot) {
        add_chunk(L, state);
    }
    // From here on nothing collects: a finalizer would take the same slot.
    tri_lua_slot *slot = state->free_slot;
    lua_pushvalue(L, -1);
    lua_rawseti(L, table < 0 && table > LUA_REGISTRYINDEX ? table - 1 : table, slot->index);
    state->free_slot = slot->next;
    slot->next = NULL;
    slot->used = true;
    slot->started = false;
    slot->wait.owner = lua_touserdata(L, -1);
    return slot;
}

void tri_lua_anchor_wait(lua_State *L, tri_lua_wait *wait, int anchors)
{
    lua_pushthread(L);
    if (wait->index) {
        lua_rawseti(L, anchors, wait->index);
    } else {
        wait->anchor = luaL_ref(L, LUA_REGISTRYINDEX);
    }
    wait->thread = L;
}

static void drop_anchor(lua_State *L, tri_lua_wait *wait, int anchors)
{
    wait->thread = NULL;
    if (wait->index) {
        lua_pushboolean(L, 0);
        lua_rawseti(L, anchors, wait->index);
    } else {
        luaL_unref(L, LUA_REGISTRYINDEX, wait->anchor);
        wait->anchor = LUA_NOREF;
    }
}

void tri_lua_take_anchor(lua_State *L, tri_lua_wait *wait, int anchors)
{
    lua_rawgeti(L, wait->index ? anchors : LUA_REGISTRYINDEX, wait->index ? wait->index : wait->anchor);
    drop_anchor(L, wait, anchors);
}

void tri_lua_end_wait(lua_State *L, tri_lua_wait *wait)
{
    tri_lua_end_link(&wait->link);
    if (wait->thread) {
        tri_lua_push_state(L);
        lua_getiuservalue(L, -1, TRI_LUA_ANCHORS);
        drop_anchor(L, wait, lua_gettop(L));
        lua_pop(L, 2);
    }
}

static void give_up(lua_State *L, tri_lua_state *state, tri_lua_slot *slot)
{
    tri_async *async = slot->async;
    tri_lua_end_wait(L, &slot->wait);
    slot->async = NULL;
    slot->used = false;
    slot->serial++;
    slot->next = state->free_slot;
    state->free_slot = slot;
    tri_async_release(async);
}

static void sweep_slot(lua_State *L, tri_lua_state *state, tri_lua_slot *slot, int ops)
{
    // What a coroutine waits for is on that coroutine's stack.
    if (!slot->used || (slot->wait.link.waiter && lua_status(slot->wait.thread) == LUA_YIELD)) {
        return;
    }
    bool gone = lua_rawgeti(L, ops, slot->index) == LUA_TNIL;
    lua_pop(L, 1);
    if (gone && (!slot->started || tri_async_is_done(slot->async))) {
        give_up(L, state, slot);
        // Something in its place keeps the table an array.
        lua_pushboolean(L, 0);
        lua_rawseti(L, ops, slot->index);
    } else if (gone) {
        tri_lua_end_wait(L, &slot->wait);
    }
}

// The work of an operation goes on unseen when its userdata is gone; its slot stays for that long, so that the end of
// the lua_State can cancel it.
static void sweep(lua_State *L, tri_lua_state *state, int ops)
{
    for (tri_lua_chunk *chunk = state->chunks; chunk; chunk = chunk->next) {
        for (size_t i = 0; i < CHUNK_SLOTS; i++) {
            sweep_slot(L, state, &chunk->slots[i], ops);
        }
    }
}

void tri_lua_close_slots(lua_State *L, tri_lua_state *state)
{
    for (tri_lua_chunk *chunk = state->chunks; chunk; chunk = chunk->next) {
        for (size_t i = 0; i < CHUNK_SLOTS; i++) {
            tri_lua_slot *slot = &chunk->slots[i];
            if (!slot->used) {
                continue;
            }
            if (slot->started) {
                (void)tri_async_cancel(slot->async);
            }
            give_up(L, state, slot);
        }
    }
}

// A userdata that nobody knows is found by each collection; its finalizer does what follows one, and leaves another
// userdata for the next.
static int collected(lua_State *L)
{
    tri_lua_state *state = tri_lua_state_of(L);
    if (!state->dispatcher) {
        return 0;
    }
    lua_settop(L, 0);
    lua_getiuservalue(L, lua_upvalueindex(1), TRI_LUA_OPS);
    sweep(L, state, 1);
    tri_lua_recount_canceled(L, state);
    lua_newuserdatauv(L, 0, 0);
    luaL_setmetatable(L, "trivium.sentinel");
    return 0;
}

void tri_lua_open_slot(lua_State *L)
{
    static const luaL_Reg metamethods[] = {{"__gc", collected}, {NULL, NULL}};
    tri_lua_metatable(L, "trivium.sentinel", metamethods);
    lua_newuserdatauv(L, 0, 0);
    lua_insert(L, -2);
    lua_setmetatable(L, -2);
    lua_pop(L, 1);
}
