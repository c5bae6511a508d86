-- Operations: waiting, progress, cancel, timeout, properties.
package.path = debug.getinfo(1, "S").source:match("^@(.*)/") .. "/?.lua;" .. package.path
local support = require "support"
local trivium = require "trivium"
local timer = require "trivium.timer"
local puppet = trivium.load("puppet")

local run, error_of = support.run, support.error_of

-- A puppet's operation of the name, and of a face.
local function start(name, face)
    return puppet[face or "operation"](name)
end

describe("op", function()
    before_each(function() puppet.reset() end)
    after_each(function()
        puppet.reset()
        collectgarbage()
    end)

    it("gives a result to its awaiter", run(function()
        local op = start("a")
        trivium.spawn(function() puppet.complete("a", 42) end)
        assert.equal(42, op:await())
        assert.equal(42, op:await())
        assert.equal("completed", op.status)
    end))

    it("gives nothing for an action", run(function()
        assert.equal(0, select("#", timer.delay(0):await()))
        assert.equal(0, select("#", timer.delay(0.001):await()))
        assert.equal(true, timer.delay(0.001):try_await())
    end))

    it("raises an object", run(function()
        local op = start("a")
        puppet.fail("a", "ENOENT", "gone")
        local err = error_of(op.await, op)
        assert.equal("ENOENT", err.code)
        assert.equal("gone", err.message)
        assert.equal(tonumber("80070002", 16), err.hresult)
        assert.truthy(tostring(err):find("ENOENT: gone$"))
        assert.equal("trivium.error", getmetatable(err).__name)
        assert.equal("error", op.status)
        local value, again = op:try_await()
        assert.is_nil(value)
        assert.equal("ENOENT", again.code)
    end))

    it("says where it was awaited", run(function()
        local op = start("a")
        puppet.fail("a", "ENOENT", "gone")
        local err = error_of(function() op:await() end)
        assert.truthy(tostring(err):find("async_spec.lua:%d+: ENOENT: gone$"), tostring(err))
    end))

    it("can be awaited inside pcall, in a method, in an iterator's body", run(function()
        local object = {}
        function object:work(name)
            local op = start(name)
            trivium.spawn(function() puppet.complete(name, 7) end)
            return op:await()
        end
        local ok, value = pcall(object.work, object, "a")
        assert.is_true(ok)
        assert.equal(7, value)
        local sum = 0
        for name in ("b c d"):gmatch("%a") do
            sum = sum + object:work(name)
        end
        assert.equal(21, sum)
        local caught = select(2, xpcall(function()
            local op = start("e")
            trivium.spawn(function() puppet.fail("e", "EIO", "broken") end)
            op:await()
        end, function(err) return "handled " .. err.code end))
        assert.equal("handled EIO", caught)
    end))

    it("can be awaited in a metamethod and in a to-be-closed variable's __close", run(function()
        local object = setmetatable({}, {
            __index = function(_, key)
                local op = start(key)
                trivium.spawn(function() puppet.complete(key, 5) end)
                return op:await()
            end,
            __close = function() timer.delay(0.001):await() end,
        })
        assert.equal(5, object.a)
        do
            local closed <close> = object
        end
    end))

    it("is awaited in any coroutine, not only in tasks", function()
        local got
        local co = coroutine.wrap(function()
            local op = start("a")
            got = op:await()
        end)
        co()
        assert.is_nil(got)
        puppet.complete("a", 3)
        trivium.step(1)
        assert.equal(3, got)
    end)

    it("does not mind a resume by somebody else", function()
        local got
        local op = start("a")
        local co = coroutine.create(function() got = op:await() end)
        coroutine.resume(co)
        for _ = 1, 100 do
            assert.is_true(coroutine.resume(co, "noise", 1, 2))
        end
        assert.equal("suspended", coroutine.status(co))
        puppet.complete("a", 3)
        -- Over, though not delivered: this resume is as good as the loop's.
        assert.is_true(coroutine.resume(co))
        assert.equal(3, got)
        assert.equal("dead", coroutine.status(co))
        trivium.step(0)
    end)

    it("does not mind a coroutine that is closed while it waits", function()
        local op = start("a")
        local co = coroutine.create(function() op:await() end)
        coroutine.resume(co)
        assert.is_true(coroutine.close(co))
        puppet.complete("a", 3)
        trivium.step(0.05)
        assert.equal("dead", coroutine.status(co))
        co = nil
        collectgarbage()
        trivium.step(0)
    end)

    it("keeps a coroutine alive that only it knows", function()
        local got
        do
            local co = coroutine.create(function() got = start("a"):await() end)
            coroutine.resume(co)
        end
        collectgarbage()
        collectgarbage()
        puppet.complete("a", 9)
        trivium.step(1)
        assert.equal(9, got)
    end)

    it("has many awaiters", run(function()
        local op = start("a")
        local tasks, sum = {}, 0
        for i = 1, 100 do
            tasks[i] = trivium.spawn(function()
                local value = op:await()
                sum = sum + value
            end)
        end
        trivium.spawn(function() puppet.complete("a", 2) end)
        trivium.all(tasks)
        assert.equal(200, sum)
    end))

    it("says what to do outside a coroutine", function()
        local op = timer.delay(0.05)
        local err = error_of(op.await, op)
        assert.equal("ILLEGAL_METHOD_CALL", err.code)
        assert.truthy(err.message:find("trivium.run", 1, true))
        assert.truthy(err.message:find("op:get()", 1, true))
        op:cancel()
    end)

    it("says so where a coroutine cannot yield", run(function()
        local op = timer.delay(0.05)
        local err = error_of(table.sort, { 3, 2, 1 }, function(a, b)
            op:await()
            return a < b
        end)
        assert.equal("ILLEGAL_METHOD_CALL", err.code)
        assert.truthy(err.message:find("table.sort", 1, true))
        op:await()
        assert.truthy(pcall(table.sort, { 3, 2, 1 }, function(a, b)
            op:await() -- over already: no need to yield
            return a < b
        end))
    end))

    it("blocks without a loop", function()
        assert.equal(0, select("#", timer.delay(0.01):get()))
        local op = start("a")
        puppet.complete_later("a", 42, 0.01)
        assert.equal(42, op:get())
        assert.equal(42, op:get(0))
        op = start("b")
        puppet.fail_later("b", "EACCES", 0.01)
        assert.equal("EACCES", error_of(op.get, op).code)
    end)

    it("blocks only so long", function()
        local op = timer.delay(5)
        assert.equal("TIMEOUT", error_of(op.get, op, 0.02).code)
        assert.equal("TIMEOUT", error_of(op.get, op, 0).code)
        assert.equal("started", op:wait(0.01))
        assert.equal("started", op.status)
        op:cancel()
        assert.equal("canceled", op:wait())
        assert.equal("CANCELED", error_of(op.get, op).code)
        assert.equal("completed", timer.delay(0.01):wait(math.huge))
        assert.equal("INVALID_TYPE", error_of(op.get, op, "soon").code)
    end)

    it("does not block its own loop", run(function()
        local op = timer.delay(0.02)
        local err = error_of(op.get, op)
        assert.equal("ILLEGAL_METHOD_CALL", err.code)
        assert.truthy(err.message:find("op:await()", 1, true))
        op:await()
        op:get()
    end))

    it("calls next's functions from the loop", function()
        local log = {}
        trivium.run(function()
            local good, bad = start("a"), start("b")
            good:next(function(value) log[#log + 1] = "ok " .. value end, error)
            bad:next(error, function(err) log[#log + 1] = "err " .. err.code end)
            puppet.complete("a", 1)
            puppet.fail("b", "EIO", "broken")
            assert.equal(0, #log)
        end)
        table.sort(log)
        assert.same({ "err EIO", "ok 1" }, log)
    end)

    it("chains next", run(function()
        local op = start("a")
        puppet.complete_later("a", 20, 0.01)
        local doubled = op:next(function(value) return value * 2 end):next(function(value) return value + 2 end)
        assert.equal(42, doubled:await())
        op = start("b")
        puppet.fail_later("b", "EIO", 0.01)
        local repaired = op:next(error):next(nil, function(err) return err.code end)
        assert.equal("EIO", repaired:await())
    end))

    it("does not lose a failure that no handler of next takes", function()
        local err = error_of(trivium.run, function()
            local op = start("a")
            op:next(function() end)
            puppet.fail("a", "EIO", "lost?")
        end)
        assert.equal("EIO", err.code)
    end)

    it("works with next in no loop but step", function()
        local got, reports = nil, {}
        local op = start("a", "operation_with_progress")
        op:next(function(value) got = value end, nil, function(value) reports[#reports + 1] = value end)
        puppet.report("a", 1)
        trivium.step(1)
        puppet.complete("a", 5)
        while got == nil do
            trivium.step(1)
        end
        assert.equal(5, got)
        assert.same({ 1 }, reports)
    end)

    it("is canceled", run(function()
        local op = timer.delay(10)
        trivium.spawn(function() op:cancel() end)
        local err = error_of(op.await, op)
        assert.equal("CANCELED", err.code)
        assert.equal("canceled", op.status)
        op:cancel()
    end))

    it("is canceled by the end of a block", run(function()
        local kept
        do
            local op <close> = timer.delay(10)
            kept = op
        end
        assert.equal("canceled", kept.status)
        do
            local op <close> = start("a")
            kept = op
            puppet.complete("a", 1)
        end
        assert.equal("completed", kept.status)
    end))

    it("checks the handlers of next before it begins anything", function()
        local op = start("a", "action_with_progress")
        local err = error_of(op.next, op, 42)
        assert.equal("INVALID_TYPE", err.code)
        assert.equal("next: argument 'ok': expected a function, got number", err.message)
        err = error_of(op.next, op, nil, "f", print)
        assert.equal("next: argument 'err': expected a function, got string", err.message)
        assert.equal("INVALID_TYPE", error_of(op.next, op, nil, nil, 1).code)
        assert.equal(0, require("trivium.native").waiters())
    end)

    it("waits for ever when the time is longer than any life", function()
        for _, seconds in ipairs { math.huge, 1e300, math.maxinteger } do
            assert.is_nil(timer.delay(0.001):get(seconds))
            assert.equal("completed", timer.delay(0.001):wait(seconds))
        end
        assert.equal("OUT_OF_RANGE", error_of(timer.delay(0.001).get, timer.delay(0.001), -math.huge).code)
        assert.equal("INVALID_TYPE", error_of(timer.delay(0.001).get, timer.delay(0.001), 0 / 0).code)
    end)

    it("has a deadline", run(function()
        local op = timer.delay(10)
        local timed = op:timeout(0.02)
        local err = error_of(timed.await, timed)
        assert.equal("TIMEOUT", err.code)
        assert.equal("canceled", op.status)
        assert.equal("error", timed.status)
        assert.equal("INVALID_TYPE", error_of(op.timeout, op, {}).code)
        assert.equal("INVALID_TYPE", error_of(op.timeout, op).code)
        assert.truthy(error_of(op.timeout, op, -1).code)
    end))

    it("has an id, a name, a text", function()
        local a, b = start("a"), start("b")
        assert.equal("integer", math.type(a.id))
        assert.not_equal(a.id, b.id)
        assert.not_equal(0, a.id)
        assert.equal("OperationAsync", a.name)
        assert.truthy(tostring(a):find("^trivium%.op: OperationAsync %d+ %(started%)$"))
        assert.is_nil(a.nothing)
        assert.is_false(pcall(function() a.nothing = 1 end))
        assert.is_false(getmetatable(a))
        assert.is_false(a:done())
    end)

    it("drops what nobody knows any more", function()
        local hashing = require "trivium.hashing"
        local before = trivium.live().async
        for i = 1, 200 do
            start("n" .. i)
            hashing.count_files("/usr/share/doc/lua5.4")
        end
        for i = 1, 200 do
            puppet.complete("n" .. i, 1)
        end
        puppet.reset()
        for _ = 1, 200 do
            collectgarbage()
            if trivium.live().async <= before then
                break
            end
            timer.delay(0.01):get()
        end
        collectgarbage()
        collectgarbage()
        assert.is_true(trivium.live().async <= before + 1, "live: " .. trivium.live().async)
    end)
end)
