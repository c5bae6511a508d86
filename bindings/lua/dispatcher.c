// The loop of a lua_State.
#include "dispatcher.h"
#include "error.h"
#include "slot.h"
#include "value.h"
#include <time.h>

static int64_t now_ms(void)
{
    struct timespec now;
    // C11's own clock goes back when somebody sets the date.
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t tri_lua_check_timeout(lua_State *L, int index, const char *what)
{
    // math.huge means what it says, and what is longer than a life is as good.
    if (lua_isnoneornil(L, index) || (lua_type(L, index) == LUA_TNUMBER && lua_tonumber(L, index) > 1e9)) {
        return -1;
    }
    int64_t ticks = tri_lua_check_ticks(L, index, what);
    return ticks <= 0 ? 0 : (ticks + TRI_TICKS_PER_MS - 1) / TRI_TICKS_PER_MS;
}

// The parent's dispatcher stays with the parent. What waited on it is told in the next turn that its operation is over.
static void renew(lua_State *L, tri_lua_state *state)
{
    tri_dispatcher *dispatcher = NULL;
    tri_lua_check(L, tri_dispatcher_new(NULL, NULL, &dispatcher));
    tri_lua_link *first = state->pending.next;
    tri_lua_link *last = state->pending.prev;
    if (first != &state->pending) {
        first->prev = state->forked.prev;
        first->prev->next = first;
        last->next = &state->forked;
        state->forked.prev = last;
        state->pending.prev = state->pending.next = &state->pending;
    }
    tri_dispatcher_close(state->dispatcher, false);
    tri_dispatcher_release(state->dispatcher);
    state->dispatcher = dispatcher;
    if (state->blocker) {
        tri_dispatcher_close(state->blocker, false);
        tri_dispatcher_release(state->blocker);
        state->blocker = NULL;
    }
}

tri_dispatcher *tri_lua_dispatcher(lua_State *L)
{
    tri_lua_state *state = tri_lua_state_of(L);
    if (!state->dispatcher) {
        tri_lua_raise(L, tri_error_set(TRI_E_CLOSED, "this Lua state is closing"));
    }
    if (tri_dispatcher_is_forked(state->dispatcher)) {
        renew(L, state);
    }
    return state->dispatcher;
}

static bool has_forked(const tri_lua_state *state)
{
    return state->forked.next != &state->forked;
}

// In a turn. Each delivery takes its link out of the ring, and may take out others.
static void deliver_forked(tri_lua_state *state)
{
    while (has_forked(state)) {
        tri_lua_link *link = state->forked.next;
        link->fn(link->waiter, link, TRI_EVENT_DONE);
    }
}

static int do_nothing(lua_State *L)
{
    (void)L;
    return 0;
}

static void note_over(tri_waiter *waiter, void *ctx, unsigned events)
{
    (void)waiter;
    if (events & (TRI_EVENT_DONE | TRI_EVENT_CLOSED)) {
        *(bool *)ctx = true;
    }
}

// One sleep. TRI_S_OK: over; TRI_S_FALSE: time is up; TRI_E_ABORT: a signal came. Leaves no waiter behind, so the
// caller may raise.
static HRESULT sleep_on(tri_lua_state *state, tri_async *async, int64_t timeout_ms)
{
    bool over = false;
    tri_waiter *waiter = NULL;
    HRESULT hr = tri_async_wait(async, state->blocker, 0, note_over, &over, &waiter);
    if (hr != TRI_S_OK) {
        return hr == TRI_S_FALSE ? TRI_S_OK : hr;
    }
    const int64_t deadline = timeout_ms < 0 ? 0 : now_ms() + timeout_ms;
    while (!over && TRI_SUCCEEDED(hr)) {
        int64_t left = timeout_ms < 0 ? -1 : deadline - now_ms();
        hr = tri_dispatcher_wait(state->blocker, timeout_ms >= 0 && left < 0 ? 0 : left);
        (void)tri_dispatcher_drain(state->blocker, 0);
        if (!over && timeout_ms >= 0 && now_ms() >= deadline) {
            break;
        }
    }
    if (!over) {
        tri_waiter_cancel(waiter);
        return TRI_FAILED(hr) ? hr : TRI_S_FALSE;
    }
    return TRI_S_OK;
}

bool tri_lua_block_on(lua_State *L, tri_async *async, int64_t timeout_ms)
{
    tri_lua_state *state = tri_lua_state_of(L);
    if (tri_async_is_done(async)) {
        return true;
    }
    if (timeout_ms == 0) {
        return false;
    }
    if (state->turn) {
        tri_lua_raise(L, tri_error_set(TRI_E_ILLEGAL_METHOD_CALL,
                                       "%s would be waited for by the loop itself, and all else would stand still: "
                                       "use op:await()",
                                       tri_async_name(async)));
    }
    (void)tri_lua_dispatcher(L);
    if (!state->blocker) {
        tri_lua_check(L, tri_dispatcher_new(NULL, NULL, &state->blocker));
    }
    const int64_t deadline = timeout_ms < 0 ? 0 : now_ms() + timeout_ms;
    for (;;) {
        int64_t left = timeout_ms < 0 ? -1 : deadline - now_ms();
        HRESULT hr = sleep_on(state, async, timeout_ms >= 0 && left < 0 ? 0 : left);
        if (hr != TRI_E_ABORT) {
            tri_lua_check(L, hr);
            return hr == TRI_S_OK;
        }
        // The signal handler of an interpreter leaves a hook behind; a call gives it its chance, and it may raise.
        lua_pushcfunction(L, do_nothing);
        lua_call(L, 0, 0);
    }
}

int tri_lua_dispatcher_gc(lua_State *L)
{
    tri_lua_state *state = lua_touserdata(L, 1);
    tri_dispatcher *dispatcher = state->dispatcher;
    state->dispatcher = NULL;
    state->turn = NULL;
    tri_lua_close_slots(L, state);
    if (dispatcher) {
        tri_dispatcher_close(dispatcher, true);
        tri_dispatcher_release(dispatcher);
    }
    if (state->blocker) {
        tri_dispatcher_close(state->blocker, false);
        tri_dispatcher_release(state->blocker);
        state->blocker = NULL;
    }
    return 0;
}

// turn(function): delivers what is ready, then calls the function; what both start goes to the pool together.
// Returns how many waits were delivered.
static int dispatcher_turn(lua_State *L)
{
    tri_lua_state *state = tri_lua_state_of(L);
    tri_dispatcher *dispatcher = tri_lua_dispatcher(L);
    luaL_checktype(L, 1, LUA_TFUNCTION);
    lua_settop(L, 1);
    if (state->turn) {
        return tri_lua_raise(L, tri_error_set(TRI_E_ILLEGAL_METHOD_CALL,
                                              "the loop is running: it cannot be run from one of its own callbacks or "
                                              "coroutines"));
    }
    luaL_checkstack(L, LUA_MINSTACK, NULL);
    lua_getiuservalue(L, lua_upvalueindex(1), TRI_LUA_ANCHORS);
    state->turn = L;
    tri_submit_hold();
    deliver_forked(state);
    uint32_t delivered = tri_dispatcher_drain(dispatcher, 0);
    lua_pushvalue(L, 1);
    int status = lua_pcall(L, 0, 0, 0);
    tri_submit_resume();
    state->turn = NULL;
    if (status != LUA_OK) {
        return lua_error(L);
    }
    lua_pushinteger(L, (lua_Integer)delivered);
    return 1;
}

// wait([seconds]): sleeps until there is something to drain; false if time is up first. A signal ends it too.
static int dispatcher_wait(lua_State *L)
{
    tri_dispatcher *dispatcher = tri_lua_dispatcher(L);
    int64_t timeout_ms = tri_lua_check_timeout(L, 1, "trivium.step(seconds)");
    HRESULT hr = has_forked(tri_lua_state_of(L)) ? TRI_S_OK : tri_dispatcher_wait(dispatcher, timeout_ms);
    if (hr != TRI_E_ABORT) {
        tri_lua_check(L, hr);
    }
    lua_pushboolean(L, hr == TRI_S_OK);
    return 1;
}

// now(): seconds of a clock that nobody sets.
static int dispatcher_now(lua_State *L)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    lua_pushnumber(L, (lua_Number)now.tv_sec + (lua_Number)now.tv_nsec / 1e9);
    return 1;
}

static int dispatcher_fd(lua_State *L)
{
    lua_pushinteger(L, tri_dispatcher_fd(tri_lua_dispatcher(L)));
    return 1;
}

static int dispatcher_waiters(lua_State *L)
{
    size_t count = tri_dispatcher_waiters(tri_lua_dispatcher(L));
    lua_pushinteger(L, (lua_Integer)(count + (has_forked(tri_lua_state_of(L)) ? 1 : 0)));
    return 1;
}

static int dispatcher_is_turn(lua_State *L)
{
    lua_pushboolean(L, tri_lua_state_of(L)->turn != NULL);
    return 1;
}

void tri_lua_open_dispatcher(lua_State *L)
{
    static const luaL_Reg functions[] = {{"turn", dispatcher_turn},
                                         {"wait", dispatcher_wait},
                                         {"fd", dispatcher_fd},
                                         {"waiters", dispatcher_waiters},
                                         {"is_turn", dispatcher_is_turn},
                                         {"now", dispatcher_now},
                                         {NULL, NULL}};
    tri_lua_functions(L, functions);
}
