// Waiting on the dispatcher; and listening without a coroutine: functions that the drain calls.
#include "waiter.h"
#include "async.h"
#include "error.h"

#define WATCH_NAME "trivium.watch"

// User values: the functions.
enum {
    ON_PROGRESS = 1,
    ON_DONE = 2,
    SENDER = 3,
    WATCH_USER_VALUES = 3
};

typedef struct watch {
    tri_lua_link link; // first
    tri_lua_state *state;
    int anchor; // of its userdata in the registry, for as long as it listens
} watch;

HRESULT tri_lua_begin_link(tri_lua_state *state, tri_lua_link *link, tri_async *async, unsigned flags,
                           tri_waiter_fn *fn)
{
    HRESULT hr = tri_async_wait(async, state->dispatcher, flags, fn, link, &link->waiter);
    if (hr == TRI_S_OK) {
        link->fn = fn;
        link->next = &state->pending;
        link->prev = state->pending.prev;
        link->prev->next = link;
        link->next->prev = link;
    }
    return hr;
}

void tri_lua_tell_wait(lua_State *L, const tri_lua_state *state)
{
    if (state->has_on_wait && !state->turn) {
        tri_lua_push_state(L);
        lua_getiuservalue(L, -1, TRI_LUA_ON_WAIT);
        tri_lua_call_protected(L, 0);
        lua_pop(L, 1);
    }
}

void tri_lua_finish_link(tri_lua_link *link)
{
    link->waiter = NULL;
    if (link->prev) {
        link->prev->next = link->next;
        link->next->prev = link->prev;
        link->prev = link->next = NULL;
    }
}

void tri_lua_end_link(tri_lua_link *link)
{
    tri_waiter *waiter = link->waiter;
    tri_lua_finish_link(link);
    if (waiter) {
        tri_waiter_cancel(waiter);
    }
}

static void end_watch(lua_State *L, watch *w)
{
    tri_lua_end_link(&w->link);
    if (w->anchor != LUA_NOREF) {
        luaL_unref(L, LUA_REGISTRYINDEX, w->anchor);
        w->anchor = LUA_NOREF;
    }
}

static int watch_gc(lua_State *L)
{
    end_watch(L, lua_touserdata(L, 1));
    return 0;
}

// Pushes the function and, if it is to have one, the sender; returns how many arguments that makes.
static int push_function(lua_State *L, int which)
{
    lua_getiuservalue(L, 1, which);
    if (lua_getiuservalue(L, 1, SENDER) == LUA_TNIL) {
        lua_pop(L, 1);
        return 0;
    }
    return 1;
}

// Under lua_pcall: (watch, lightuserdata tri_async).
static int call_progress(lua_State *L)
{
    int count = push_function(L, ON_PROGRESS);
    if (tri_lua_push_progress(L, lua_touserdata(L, 2))) {
        lua_call(L, count + 1, 0);
    }
    return 0;
}

// Under lua_pcall: (watch, lightuserdata tri_async).
static int call_done(lua_State *L)
{
    int count = push_function(L, ON_DONE);
    int32_t status = TRI_ASYNC_CLOSED;
    (void)tri_async_get_status(lua_touserdata(L, 2), &status);
    tri_lua_push_status(L, status);
    lua_call(L, count + 1, 0);
    return 0;
}

static void call_with_watch(lua_State *L, lua_CFunction function, int index, tri_async *async)
{
    lua_pushcfunction(L, function);
    lua_pushvalue(L, index);
    lua_pushlightuserdata(L, async);
    tri_lua_call_protected(L, 2);
}

static bool has(lua_State *L, int index, int what)
{
    bool is_function = lua_getiuservalue(L, index, what) == LUA_TFUNCTION;
    lua_pop(L, 1);
    return is_function;
}

static void deliver(tri_waiter *waiter, void *ctx, unsigned events)
{
    watch *w = ctx;
    lua_State *L = w->state->turn;
    bool over = (events & (TRI_EVENT_DONE | TRI_EVENT_CLOSED)) != 0;
    if (over) {
        tri_lua_finish_link(&w->link);
    }
    if (!L) {
        return;
    }
    // On this stack it stays alive, whatever a callback does with it.
    lua_rawgeti(L, LUA_REGISTRYINDEX, w->anchor);
    int index = lua_gettop(L);
    // A callback may end the wait, which holds the operation.
    tri_async *async = tri_async_retain(tri_waiter_async(waiter));
    if (over) {
        end_watch(L, w);
    }
    if ((events & TRI_EVENT_PROGRESS) && has(L, index, ON_PROGRESS)) {
        call_with_watch(L, call_progress, index, async);
    }
    if ((events & TRI_EVENT_DONE) && has(L, index, ON_DONE)) {
        call_with_watch(L, call_done, index, async);
    }
    tri_async_release(async);
    lua_settop(L, index - 1);
}

static int unsubscribe(lua_State *L)
{
    end_watch(L, lua_touserdata(L, lua_upvalueindex(2)));
    return 0;
}

HRESULT tri_lua_watch(lua_State *L, tri_async *async, unsigned flags, int on_progress, int on_done, int sender)
{
    tri_lua_state *state = tri_lua_state_of(L);
    (void)tri_lua_dispatcher(L);
    watch *w = lua_newuserdatauv(L, sizeof *w, WATCH_USER_VALUES);
    *w = (watch){.state = state, .anchor = LUA_NOREF};
    luaL_setmetatable(L, WATCH_NAME);
    const int functions[] = {on_progress, on_done, sender};
    for (int i = 0; i < 3; i++) {
        if (functions[i]) {
            lua_pushvalue(L, functions[i]);
            lua_setiuservalue(L, -2, i + 1);
        }
    }
    lua_pushvalue(L, -1);
    w->anchor = luaL_ref(L, LUA_REGISTRYINDEX);
    HRESULT hr = tri_lua_begin_link(state, &w->link, async, flags, deliver);
    if (hr == TRI_S_OK) {
        tri_lua_tell_wait(L, state);
    } else {
        end_watch(L, w);
    }
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, -2);
    lua_pushcclosure(L, unsubscribe, 2);
    return hr;
}

void tri_lua_check_handler(lua_State *L, int index, const char *what)
{
    if (lua_type(L, index) != LUA_TFUNCTION) {
        tri_lua_raise(
            L, tri_error_set(TRI_E_TYPE_MISMATCH, "%s: expected a function, got %s", what, luaL_typename(L, index)));
    }
}

// op:on_progress(f): f(value) for each report that the loop gets to see; returns a function that ends it.
static int waiter_on_progress(lua_State *L)
{
    tri_async *async = tri_lua_check_async(L, 1);
    tri_lua_check_handler(L, 2, "op:on_progress(f)");
    lua_settop(L, 2);
    tri_lua_check(L, tri_lua_watch(L, async, TRI_WAIT_PROGRESS, 2, 0, 0));
    return 1;
}

// watch(op, on_progress, on_done): as above, and on_done(status) when it is over. Returns the function that ends it,
// and whether it listens at all: not when it is over already.
static int waiter_watch(lua_State *L)
{
    tri_async *async = tri_lua_check_async(L, 1);
    lua_settop(L, 3);
    HRESULT hr = tri_lua_watch(L, async, lua_isnil(L, 2) ? 0 : TRI_WAIT_PROGRESS, 2, 3, 0);
    tri_lua_check(L, hr);
    lua_pushboolean(L, hr == TRI_S_OK);
    return 2;
}

// on_wait(function() or nil): called whenever something begins to wait while no turn is under way.
static int waiter_on_wait(lua_State *L)
{
    lua_settop(L, 1);
    bool wanted = !lua_isnil(L, 1);
    if (wanted) {
        tri_lua_check_handler(L, 1, "on_wait(f)");
    }
    tri_lua_push_state(L);
    lua_insert(L, 1);
    lua_setiuservalue(L, 1, TRI_LUA_ON_WAIT);
    tri_lua_state_of(L)->has_on_wait = wanted;
    return 0;
}

void tri_lua_open_waiter(lua_State *L)
{
    static const luaL_Reg metamethods[] = {{"__gc", watch_gc}, {NULL, NULL}};
    static const luaL_Reg methods[] = {{"on_progress", waiter_on_progress}, {NULL, NULL}};
    static const luaL_Reg functions[] = {{"watch", waiter_watch}, {"on_wait", waiter_on_wait}, {NULL, NULL}};
    tri_lua_metatable(L, WATCH_NAME, metamethods);
    lua_pop(L, 1);
    tri_lua_functions(L, functions);
    lua_getfield(L, -2, "op");
    lua_pushvalue(L, -2);
    luaL_setfuncs(L, methods, 1);
    lua_pop(L, 1);
}
