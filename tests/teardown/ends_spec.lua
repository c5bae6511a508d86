-- The ends of a Lua state and of its process, with 64 files being hashed. Each in a process of its own, 20 times, within
-- 10 seconds: no crash, no hang, and the exit code that is expected.
package.path = debug.getinfo(1, "S").source:match("^@(.*)/") .. "/../lua/?.lua;" .. package.path
local support = require "support"

local ROUNDS = tonumber(os.getenv("TRIVIUM_ROUNDS")) or 20
local FILES = 64

local PROLOGUE = [[
local trivium = require "trivium"
local hashing = require "trivium.hashing"
local timer = require "trivium.timer"
local directory = ...
local ops = {}
local states = package.loadlib(STATES, "luaopen_states")()
-- What hashes in another state.
local HASH = [=[
    local hashing = require "trivium.hashing"
    OPS = {}
    for i = 1, 64 do
        OPS[i] = hashing.hash_file(("%s/file%03d"):format((...), i))
    end
]=]
local function hash_all()
    for i = 1, 64 do
        ops[i] = hashing.hash_file(("%s/file%03d"):format(directory, i))
    end
end
]]

describe("the end", function()
    local directory, states
    local lib = package.searchpath("trivium.native", package.cpath):match("^(.*)/trivium/native%.so$")

    setup(function()
        directory = support.make_files(FILES, 4 * 1024 * 1024)
        states = directory .. "/states.so"
        local source = debug.getinfo(1, "S").source:match("^@(.*)/") .. "/states.c"
        assert(os.execute(("cc -shared -fPIC $(pkg-config --cflags lua5.4 2>/dev/null || echo -I/usr/include/lua5.4) "
            .. "-o '%s' '%s'"):format(states, source)))
    end)

    teardown(function()
        support.remove(directory)
    end)

    -- One of the rounds; the code and a fragment of what it writes.
    local function ends(name, program, code, fragment, rounds)
        it(name, function()
            for round = 1, rounds or ROUNDS do
                local constants = ("local STATES, LIB = %q, %q\n"):format(states, lib)
                local got, output = support.run_program(constants .. PROLOGUE .. program, 10, directory, tostring(round))
                assert.equal(code, got, ("round %d: %s"):format(round, output))
                if fragment then
                    assert.truthy(output:find(fragment, 1, true), output)
                else
                    assert.equal("", output)
                end
            end
        end)
    end

    ends("of the program, nothing awaited", "hash_all()", 0)

    ends("of the program, everything awaited by nobody's coroutines", [[
        hash_all()
        for _, op in ipairs(ops) do
            coroutine.wrap(function() op:await() end)()
        end
    ]], 0)

    ends("of the program, from a run that fails", [[
        trivium.run(function()
            hash_all()
            for _, op in ipairs(ops) do
                trivium.spawn(function() op:await() end)
            end
            timer.delay(0.001):await()
            error("enough")
        end)
    ]], 1, "enough")

    ends("by os.exit(true), the state left open", "hash_all() os.exit(true)", 0)
    ends("by os.exit(true, true), which closes the state", "hash_all() os.exit(true, true)", 0)
    ends("by os.exit(false)", "hash_all() os.exit(false)", 1)
    ends("by os.exit(7, true) in a coroutine that was resumed by the loop", [[
        trivium.run(function()
            hash_all()
            timer.delay(0.001):await()
            os.exit(7, true)
        end)
    ]], 7)
    ends("by os.exit(7) in a callback", [[
        trivium.run(function()
            hash_all()
            ops[1]:on_progress(function() os.exit(7) end)
            ops[1]:await()
        end)
    ]], 7)
    ends("by os.exit(true, true) in a callback", [[
        trivium.run(function()
            hash_all()
            ops[1]:on_progress(function() os.exit(true, true) end)
            ops[1]:await()
        end)
    ]], 0)

    ends("by an error in a callback", [[
        trivium.run(function()
            hash_all()
            ops[1]:on_progress(function() error("in a callback") end)
            trivium.all(ops)
        end)
    ]], 1, "in a callback")

    ends("by an error in a finalizer, with operations that are dropped", [[
        warn("@on")
        setmetatable({}, { __gc = function() error("in a finalizer") end })
        hash_all()
        ops = nil
        collectgarbage()
        collectgarbage()
    ]], 0, "in a finalizer")

    ends("with a finalizer that still uses operations", [[
        hash_all()
        setmetatable({}, { __gc = function()
            for _, op in ipairs(ops) do
                op:cancel()
                tostring(op)
                pcall(function() return op.status, op:done(), op:get(0) end)
                pcall(hashing.hash_file, "/dev/null")
            end
            io.write("finalized")
        end })
    ]], 0, "finalized")

    ends("with half of them canceled and the rest being blocked on", [[
        hash_all()
        for i = 1, 64, 2 do
            ops[i]:cancel()
        end
        assert(#ops[2]:get() == 32)
        for i = 1, 64, 2 do
            assert(ops[i]:wait() == "canceled" or #ops[i]:get() == 32)
        end
    ]], 0)

    ends("of one state after another, in one process", [[
        for _ = 1, 5 do
            local state = states.new()
            assert(state:run(HASH, directory))
            state:close()
        end
        hash_all()
        for _, op in ipairs(ops) do
            assert(#op:get() == 32)
        end
    ]], 0)

    ends("of one state, as another one goes on", [[
        local a, b = states.new(), states.new()
        assert(a:run(HASH .. "coroutine.wrap(function() OPS[1]:await() end)()", directory))
        assert(b:run(HASH, directory))
        a:close()
        assert(b:run("for _, op in ipairs(OPS) do assert(#op:get() == 32) end return 'good'") == "good")
        assert(b:run("return require('trivium').run(function() return #OPS[64]:await() end)") == "32")
        b:close()
        hash_all()
        trivium.run(function() trivium.all(ops) end)
    ]], 0)

    ends("of a state from within its own coroutines' errors", [[
        local state = states.new()
        local _, err = state:run(HASH .. [=[
            require("trivium").run(function()
                OPS[1]:next(function() error("in next") end)
                require("trivium").all(OPS)
            end)
        ]=], directory)
        assert(err:find("in next"), err)
        state:close()
    ]], 0)

    ends("of a forked child that goes on, and of its parent", [[
        hash_all()
        local child = states.fork()
        if child == 0 then
            -- What the parent was doing is not done here.
            local _, err = pcall(ops[64].get, ops[64])
            if type(err) == "table" and err.code ~= "FORKED" then
                io.write(tostring(err))
                os.exit(3)
            end
            hash_all()
            local sizes = 0
            trivium.run(function()
                for _, digest in ipairs(trivium.all(ops)) do
                    sizes = sizes + #digest
                end
            end)
            os.exit(sizes == 64 * 32 and 5 or 4, true)
        end
        trivium.run(function() trivium.all(ops) end)
        assert(states.wait(child) == 5)
    ]], 0)

    ends("of a child that was forked by a coroutine of the loop", [[
        local child
        trivium.run(function()
            hash_all()
            local awaiting = {}
            for i, op in ipairs(ops) do
                awaiting[i] = trivium.spawn(function() return op:try_await() end)
            end
            timer.delay(0.001):await()
            child = states.fork()
            for i = 1, 64 do
                local digest, err = awaiting[i]:await()
                assert(digest or (child == 0 and err.code == "FORKED"), err)
            end
            assert(#hashing.hash_file(directory .. "/file001"):await() == 32)
            timer.delay(0.001):await()
        end)
        if child == 0 then
            os.exit(5, true)
        end
        assert(states.wait(child) == 5)
    ]], 0)

    ends("with two copies of core in one process", [[
        os.execute("mkdir -p " .. directory .. "/copy && cp -R " .. LIB .. "/trivium " .. directory .. "/copy/")
        local state = states.new()
        assert(state:run("package.cpath = ... .. '/copy/?.so'", directory))
        assert(state:run(HASH, directory))
        hash_all()
        for _, op in ipairs(ops) do
            op:next(function(digest) assert(#digest == 32) end)
        end
        trivium.run(function() trivium.all(ops) end)
        assert(state:run("return require('trivium').run(function() return #OPS[64]:await() end)") == "32")
        assert(state:run("for _, op in ipairs(OPS) do assert(#op:get() == 32) end return 'good'") == "good")
        local maps = assert(io.open("/proc/self/maps")):read("a")
        assert(maps:find("/copy/trivium/native.so", 1, true))
        assert(maps:find(LIB .. "/trivium/native.so", 1, true))
        assert(state:run(HASH, directory))
        if tonumber((select(2, ...))) % 2 == 0 then
            state:close()
        end
        hash_all()
    ]], 0)
end)
