// A Lua module for the tests of ends: more lua_States in this process, and fork.
#include <lauxlib.h>
#include <lualib.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define STATE_NAME "states.state"

typedef struct state {
    lua_State *L;
} state;

static lua_State *check(lua_State *L)
{
    state *s = luaL_checkudata(L, 1, STATE_NAME);
    luaL_argcheck(L, s->L, 1, "the state is closed");
    return s->L;
}

static int state_close(lua_State *L)
{
    state *s = luaL_checkudata(L, 1, STATE_NAME);
    lua_State *other = s->L;
    s->L = NULL;
    if (other) {
        lua_close(other);
    }
    return 0;
}

// state:run(code, ...): runs it there with strings as arguments; returns its first result as a string, or nil and the
// error.
static int state_run(lua_State *L)
{
    lua_State *other = check(L);
    const char *code = luaL_checkstring(L, 2);
    int arguments = lua_gettop(L) - 2;
    lua_settop(other, 0);
    int status = luaL_loadstring(other, code);
    if (status == LUA_OK) {
        for (int i = 0; i < arguments; i++) {
            lua_pushstring(other, luaL_checkstring(L, i + 3));
        }
        status = lua_pcall(other, arguments, 1, 0);
    }
    if (status != LUA_OK) {
        lua_pushnil(L);
        lua_pushstring(L, luaL_tolstring(other, -1, NULL));
        return 2;
    }
    lua_pushstring(L, luaL_tolstring(other, -1, NULL));
    return 1;
}

static int new_state(lua_State *L)
{
    state *s = lua_newuserdatauv(L, sizeof *s, 0);
    s->L = NULL;
    luaL_setmetatable(L, STATE_NAME);
    s->L = luaL_newstate();
    if (!s->L) {
        return luaL_error(L, "no memory for a state");
    }
    luaL_openlibs(s->L);
    return 1;
}

static int fork_process(lua_State *L)
{
    lua_pushinteger(L, (lua_Integer)fork());
    return 1;
}

// wait(pid): its exit code, or 128 + the signal.
static int wait_process(lua_State *L)
{
    int status = 0;
    if (waitpid((pid_t)luaL_checkinteger(L, 1), &status, 0) < 0) {
        return luaL_error(L, "waitpid failed");
    }
    lua_pushinteger(L, WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
    return 1;
}

int luaopen_states(lua_State *L);
int luaopen_states(lua_State *L)
{
    static const luaL_Reg methods[] = {{"run", state_run}, {"close", state_close}, {NULL, NULL}};
    static const luaL_Reg functions[] = {
        {"new", new_state}, {"fork", fork_process}, {"wait", wait_process}, {NULL, NULL}};
    luaL_newmetatable(L, STATE_NAME);
    luaL_newlib(L, methods);
    lua_setfield(L, -2, "__index");
    lua_pushcfunction(L, state_close);
    lua_setfield(L, -2, "__gc");
    luaL_newlib(L, functions);
    return 1;
}
