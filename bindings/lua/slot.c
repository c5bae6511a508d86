// The slots of operations, and the sweep that follows each collection.
#include "slot.h"

enum {
    CHUNK_SLOTS = 256,
    REPORT_EVERY = 64,
    REPORT_KILOBYTES = 16
};

static tri_lua_slot *slot_at(const tri_lua_state *state, size_t i)
{
    return &state->chunks[i / CHUNK_SLOTS][i % CHUNK_SLOTS];
}

// The chunks are userdata, too: they must outlive every finalizer that may still look at an operation.
static void add_chunk(lua_State *L, tri_lua_state *state)
{
    size_t count = state->slot_count / CHUNK_SLOTS;
    luaL_checkstack(L, 6, NULL);
    tri_lua_push_state(L);
    lua_getiuservalue(L, -1, TRI_LUA_CHUNKS);
    if (count == state->chunk_room) {
        size_t room = count ? 2 * count : 4;
        tri_lua_slot **chunks = lua_newuserdatauv(L, room * sizeof *chunks, 0);
        for (size_t i = 0; i < count; i++) {
            chunks[i] = state->chunks[i];
        }
        lua_rawseti(L, -2, 0);
        state->chunks = chunks;
        state->chunk_room = room;
    }
    tri_lua_slot *chunk = lua_newuserdatauv(L, CHUNK_SLOTS * sizeof *chunk, 0);
    lua_rawseti(L, -2, (lua_Integer)count + 1);
    // A collection in one of the lines above may have swept, but only this function adds.
    state->chunks[count] = chunk;
    for (size_t i = CHUNK_SLOTS; i-- > 0;) {
        lua_Integer index = (lua_Integer)(state->slot_count + i + 1);
        chunk[i] = (tri_lua_slot){.next = state->free_slot,
                                  .serial = 1,
                                  .index = index,
                                  .wait = {.state = state, .index = index, .anchor = LUA_NOREF}};
        state->free_slot = &chunk[i];
    }
    state->slot_count += CHUNK_SLOTS;
    // Room in the tables, so that using a slot allocates nothing there.
    lua_getiuservalue(L, -2, TRI_LUA_OPS);
    lua_getiuservalue(L, -3, TRI_LUA_ANCHORS);
    for (size_t i = state->slot_count - CHUNK_SLOTS; i < state->slot_count; i++) {
        lua_pushboolean(L, 0);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
        lua_pushboolean(L, 0);
        lua_rawseti(L, -3, (lua_Integer)i + 1);
    }
    lua_pop(L, 4);
}

void tri_lua_reserve_slot(lua_State *L, tri_lua_state *state)
{
    if (++state->created % REPORT_EVERY == 0 && lua_gc(L, LUA_GCISRUNNING)) {
        lua_gc(L, LUA_GCSTEP, REPORT_KILOBYTES);
    }
    if (!state->free_slot) {
        add_chunk(L, state);
    }
}

tri_lua_slot *tri_lua_take_slot(lua_State *L, tri_lua_state *state, int table)
{
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

// The work of an operation goes on unseen when its userdata is gone; its slot stays for that long, so that the end of
// the lua_State can cancel it.
static void sweep(lua_State *L, tri_lua_state *state, int ops)
{
    for (size_t i = 0; i < state->slot_count; i++) {
        tri_lua_slot *slot = slot_at(state, i);
        // What a coroutine waits for is on that coroutine's stack.
        if (!slot->used || (slot->wait.link.waiter && lua_status(slot->wait.thread) == LUA_YIELD)) {
            continue;
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
}

void tri_lua_close_slots(lua_State *L, tri_lua_state *state)
{
    for (size_t i = 0; i < state->slot_count; i++) {
        tri_lua_slot *slot = slot_at(state, i);
        if (slot->used) {
            if (slot->started) {
                (void)tri_async_cancel(slot->async);
            }
            give_up(L, state, slot);
        }
    }
}

// A userdata that nobody knows is found by each collection; its finalizer sweeps, and leaves another one for the next.
static int collected(lua_State *L)
{
    tri_lua_state *state = tri_lua_state_of(L);
    if (!state->dispatcher) {
        return 0;
    }
    lua_settop(L, 0);
    lua_getiuservalue(L, lua_upvalueindex(1), TRI_LUA_OPS);
    sweep(L, state, 1);
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
