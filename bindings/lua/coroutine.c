// Waiting in a coroutine.
#include "coroutine.h"
#include "dispatcher.h"
#include "error.h"

const char tri_lua_sentinel = 0;

#define WAIT_NAME "trivium.wait"

static int wait_gc(lua_State *L)
{
    tri_lua_end_wait(L, lua_touserdata(L, 1));
    return 0;
}

// Lua 5.4.6 has a name for it that says what it does.
static void close_thread(lua_State *thread, lua_State *from)
{
#if LUA_VERSION_RELEASE_NUM >= 50406
    (void)lua_closethread(thread, from);
#else
    (void)from;
    (void)lua_resetthread(thread);
#endif
}

// Under lua_pcall: (lightuserdata thread, error) become one of the state's errors.
static int record_thread_error(lua_State *L)
{
    lua_State *thread = lua_touserdata(L, 1);
    lua_settop(L, 2);
    luaL_traceback(L, thread, NULL, 0);
    tri_lua_record_error(L);
    return 0;
}

// Under lua_pcall: (lightuserdata thread).
static int report_foreign_yield(lua_State *L)
{
    lua_State *thread = lua_touserdata(L, 1);
    tri_lua_push_state(L);
    if (lua_getiuservalue(L, -1, TRI_LUA_ON_YIELD) == LUA_TFUNCTION) {
        lua_pushthread(thread);
        lua_xmove(thread, L, 1);
        lua_call(L, 1, 0);
    }
    return 0;
}

void tri_lua_resume(lua_State *L, lua_State *thread)
{
    int count = 0;
    int status = lua_resume(thread, L, 0, &count);
    if (status == LUA_OK) {
        lua_pop(thread, count);
        return;
    }
    if (status == LUA_YIELD) {
        bool ours = count > 0 && lua_touserdata(thread, -count) == (const void *)&tri_lua_sentinel;
        lua_pop(thread, count);
        if (!ours) {
            lua_pushcfunction(L, report_foreign_yield);
            lua_pushlightuserdata(L, thread);
            tri_lua_call_protected(L, 1);
        }
        return;
    }
    // Nobody called this coroutine, so nobody but the turn can be told.
    lua_pushcfunction(L, record_thread_error);
    lua_pushlightuserdata(L, thread);
    lua_xmove(thread, L, 1);
    if (lua_pcall(L, 2, 0, 0) != LUA_OK) {
        lua_warning(L, "trivium: no memory to report the error of a coroutine", 0);
        lua_pop(L, 1);
    }
    close_thread(thread, L);
}

// The drain says that an operation is over.
static void resume_waiting(tri_waiter *waiter, void *ctx, unsigned events)
{
    tri_lua_wait *wait = ctx;
    lua_State *L = wait->state->turn;
    (void)waiter;
    tri_lua_finish_link(&wait->link);
    // When the state closes, nothing of it is run any more, and its registry goes as a whole.
    if (!L || !(events & TRI_EVENT_DONE)) {
        return;
    }
    lua_State *thread = wait->thread;
    // On this stack it stays alive while it runs. After the resume `wait` may serve another one.
    tri_lua_take_anchor(L, wait, TRI_LUA_TURN_ANCHORS);
    // Somebody may have closed it meanwhile, and even begun something else in it.
    if (lua_status(thread) == LUA_YIELD && lua_touserdata(thread, 1) == wait->owner) {
        tri_lua_resume(L, thread);
    }
    lua_pop(L, 1);
}

static int check_yieldable(lua_State *L, const char *what)
{
    if (lua_isyieldable(L)) {
        return 0;
    }
    bool main_thread = lua_pushthread(L);
    lua_pop(L, 1);
    if (main_thread) {
        return tri_lua_raise(L, tri_error_set(TRI_E_ILLEGAL_METHOD_CALL,
                                              "%s outside a coroutine: call it from trivium.run(function() ... end) or "
                                              "trivium.spawn, or block with op:get()",
                                              what));
    }
    return tri_lua_raise(L, tri_error_set(TRI_E_ILLEGAL_METHOD_CALL,
                                          "%s cannot yield here: a C function that cannot be left, as the comparison "
                                          "of table.sort, is between it and its coroutine",
                                          what));
}

// Raises CANCELED if a task that was canceled while it did not wait for anything waits now.
static void check_canceled(lua_State *L, tri_lua_state *state)
{
    if (state->cancel_count == 0) {
        return;
    }
    tri_lua_push_state(L);
    lua_getiuservalue(L, -1, TRI_LUA_CANCELED);
    lua_pushthread(L);
    if (lua_rawget(L, -2) == LUA_TNIL) {
        lua_pop(L, 3);
        return;
    }
    lua_pop(L, 1);
    lua_pushthread(L);
    lua_pushnil(L);
    lua_rawset(L, -3);
    lua_pop(L, 2);
    state->cancel_count--;
    tri_lua_raise(L, tri_error_set(TRI_E_CANCELED, "the task was canceled"));
}

static int yield_for(lua_State *L, tri_lua_wait *wait, lua_KFunction next)
{
    lua_pushlightuserdata(L, (void *)(uintptr_t)&tri_lua_sentinel);
    lua_pushvalue(L, 1);
    return lua_yieldk(L, 2, (lua_KContext)wait, next);
}

// Begins to wait for the operation at index 1, and yields; or returns -1 if it is over already.
static int begin_wait(lua_State *L, const char *what, lua_KFunction next)
{
    tri_lua_slot *op = tri_lua_check_op(L, 1);
    lua_settop(L, 1);
    check_canceled(L, tri_lua_state_of(L));
    if (tri_async_is_done(op->async)) {
        return -1;
    }
    check_yieldable(L, what);
    (void)tri_lua_dispatcher(L);
    tri_lua_wait *wait = &op->wait;
    if (wait->link.waiter) {
        wait = lua_newuserdatauv(L, sizeof *wait, 0);
        *wait = (tri_lua_wait){.state = tri_lua_state_of(L), .owner = lua_touserdata(L, 1), .anchor = LUA_NOREF};
        luaL_setmetatable(L, WAIT_NAME);
    }
    tri_lua_anchor_wait(L, wait, lua_upvalueindex(2));
    HRESULT hr = tri_lua_begin_link(wait->state, &wait->link, op->async, 0, resume_waiting);
    if (hr == TRI_S_OK) {
        tri_lua_tell_wait(L, wait->state);
        // What runs there may make a step, finalizers too: then it has been delivered.
        return wait->thread == L ? yield_for(L, wait, next) : -1;
    }
    tri_lua_end_wait(L, wait);
    tri_lua_check(L, hr);
    return -1;
}

// The slot of the operation that this frame awaits; begin_wait has checked it, and the frame keeps it.
static tri_lua_slot *awaited(lua_State *L)
{
    return ((const tri_lua_op *)lua_touserdata(L, 1))->slot;
}

// A resume may come from anybody; true if it was the drain's, or the operation is over all the same.
static bool is_over(lua_State *L, lua_KContext context)
{
    tri_lua_wait *wait = (tri_lua_wait *)context;
    const tri_lua_slot *op = awaited(L);
    if (!tri_async_is_done(op->async)) {
        // Drops what the resume gave; a wait that is not the operation's own lies at index 2.
        lua_settop(L, wait == &op->wait ? 1 : 2);
        return false;
    }
    // After a drain's resume `wait` may already serve another coroutine.
    if (wait->thread == L) {
        tri_lua_end_wait(L, wait);
    }
    return true;
}

static int finish_await(lua_State *L)
{
    return tri_lua_push_outcome(L, awaited(L)->async);
}

static int await_continue(lua_State *L, int status, lua_KContext context)
{
    (void)status;
    if (!is_over(L, context)) {
        return yield_for(L, (tri_lua_wait *)context, await_continue);
    }
    return finish_await(L);
}

// op:await(): the result; raises the failure. Only in a coroutine.
static int coroutine_await(lua_State *L)
{
    int values = begin_wait(L, "op:await()", await_continue);
    return values < 0 ? finish_await(L) : values;
}

static int finish_try_await(lua_State *L)
{
    tri_async *async = awaited(L)->async;
    const void *result = NULL;
    HRESULT hr = tri_async_outcome(async, &result);
    if (TRI_FAILED(hr)) {
        lua_pushnil(L);
        tri_lua_push_error(L, hr);
        return 2;
    }
    int values = tri_lua_push_outcome(L, async);
    if (values == 0) {
        lua_pushboolean(L, 1);
        return 1;
    }
    return values;
}

static int try_await_continue(lua_State *L, int status, lua_KContext context)
{
    (void)status;
    if (!is_over(L, context)) {
        return yield_for(L, (tri_lua_wait *)context, try_await_continue);
    }
    return finish_try_await(L);
}

// op:try_await(): the result, true for an action; nil and the error object of a failure.
static int coroutine_try_await(lua_State *L)
{
    int values = begin_wait(L, "op:try_await()", try_await_continue);
    return values < 0 ? finish_try_await(L) : values;
}

// awaiting(coroutine): the operation that it awaits, nil if it does not.
static int coroutine_awaiting(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTHREAD);
    lua_State *thread = lua_tothread(L, 1);
    lua_Debug frame;
    if (lua_status(thread) == LUA_YIELD && lua_checkstack(thread, 1) && lua_getstack(thread, 0, &frame)) {
        lua_getinfo(thread, "f", &frame);
        lua_CFunction function = lua_tocfunction(thread, -1);
        lua_pop(thread, 1);
        if (function == coroutine_await || function == coroutine_try_await) {
            lua_pushvalue(thread, 1);
            lua_xmove(thread, L, 1);
            return 1;
        }
    }
    lua_pushnil(L);
    return 1;
}

void tri_lua_recount_canceled(lua_State *L, tri_lua_state *state)
{
    if (state->cancel_count == 0) {
        return;
    }
    tri_lua_push_state(L);
    lua_getiuservalue(L, -1, TRI_LUA_CANCELED);
    state->cancel_count = 0;
    for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1)) {
        state->cancel_count++;
    }
    lua_pop(L, 2);
}

// canceled(): how many coroutines are to find themselves canceled; for tests.
static int coroutine_canceled(lua_State *L)
{
    lua_pushinteger(L, tri_lua_state_of(L)->cancel_count);
    return 1;
}

// cancel_next(coroutine): its next await raises CANCELED.
static int coroutine_cancel_next(lua_State *L)
{
    tri_lua_state *state = tri_lua_state_of(L);
    luaL_checktype(L, 1, LUA_TTHREAD);
    lua_settop(L, 1);
    tri_lua_push_state(L);
    lua_getiuservalue(L, -1, TRI_LUA_CANCELED);
    lua_pushvalue(L, 1);
    if (lua_rawget(L, -2) == LUA_TNIL) {
        lua_pushvalue(L, 1);
        lua_pushboolean(L, 1);
        lua_rawset(L, -4);
        state->cancel_count++;
    }
    return 0;
}

// check(what): raises what op:await() would if the caller cannot wait here, named `what` in the message.
static int coroutine_check(lua_State *L)
{
    const char *what = luaL_checkstring(L, 1);
    check_yieldable(L, what);
    check_canceled(L, tri_lua_state_of(L));
    return 0;
}

// on_yield(function(coroutine)): called when a coroutine that the drain resumed yields something that is not ours.
static int coroutine_on_yield(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TFUNCTION);
    lua_settop(L, 1);
    tri_lua_push_state(L);
    lua_insert(L, 1);
    lua_setiuservalue(L, 1, TRI_LUA_ON_YIELD);
    return 0;
}

void tri_lua_open_coroutine(lua_State *L)
{
    static const luaL_Reg metamethods[] = {{"__gc", wait_gc}, {NULL, NULL}};
    static const luaL_Reg methods[] = {{"await", coroutine_await}, {"try_await", coroutine_try_await}, {NULL, NULL}};
    static const luaL_Reg functions[] = {{"awaiting", coroutine_awaiting}, {"cancel_next", coroutine_cancel_next},
                                         {"canceled", coroutine_canceled}, {"check", coroutine_check},
                                         {"on_yield", coroutine_on_yield}, {NULL, NULL}};
    tri_lua_metatable(L, WAIT_NAME, metamethods);
    lua_pop(L, 1);
    tri_lua_functions(L, functions);
    lua_pushlightuserdata(L, (void *)(uintptr_t)&tri_lua_sentinel);
    lua_setfield(L, -3, "sentinel");
    lua_getfield(L, -2, "op");
    lua_pushvalue(L, -2);
    lua_getiuservalue(L, -1, TRI_LUA_ANCHORS);
    luaL_setfuncs(L, methods, 2);
    lua_pop(L, 1);
}
