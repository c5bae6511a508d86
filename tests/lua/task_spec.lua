-- Tasks and the loop: spawn, run, all, step.
package.path = debug.getinfo(1, "S").source:match("^@(.*)/") .. "/?.lua;" .. package.path
local support = require "support"
local trivium = require "trivium"
local timer = require "trivium.timer"

local run, error_of = support.run, support.error_of

describe("trivium.run", function()
    it("gives what its function returned", function()
        local a, b, c = trivium.run(function(x, y) return x, nil, y end, 1, 3)
        assert.equal(1, a)
        assert.is_nil(b)
        assert.equal(3, c)
        assert.equal(0, select("#", trivium.run(function() end)))
    end)

    it("goes on until all that was spawned is over", function()
        local log = {}
        trivium.run(function()
            trivium.spawn(function()
                timer.delay(0.02):await()
                trivium.spawn(function()
                    timer.delay(0.01):await()
                    log[#log + 1] = "grandchild"
                end)
                log[#log + 1] = "child"
            end)
            log[#log + 1] = "main"
        end)
        assert.same({ "main", "child", "grandchild" }, log)
    end)

    it("ends when its function fails, whatever is still listened to", function()
        for _, delay in ipairs { false, 0.001 } do
            local op
            local err = error_of(trivium.run, function()
                op = timer.countdown(3600, 1800)
                op:on_progress(function() end)
                if delay then
                    timer.delay(delay):await()
                end
                error("broken", 0)
            end)
            assert.truthy(tostring(err):find("^broken"))
            assert.equal("started", op.status)
            op:cancel()
        end
    end)

    it("raises the error of its function, with the traceback in a text", function()
        local function deep() error("broken") end
        local err = error_of(trivium.run, function()
            timer.delay(0):await()
            deep()
        end)
        assert.truthy(err:find("task_spec.lua:%d+: broken"))
        assert.truthy(err:find("stack traceback"))
        assert.truthy(err:find("'deep'"))
        local object = {}
        assert.equal(object, error_of(trivium.run, function() error(object) end))
    end)

    it("cancels the rest when its function fails", function()
        local seen
        local start = os.time()
        local err = error_of(trivium.run, function()
            trivium.spawn(function()
                local _, failure = timer.delay(30):try_await()
                seen = failure.code
            end)
            timer.delay(0.01):await()
            error("broken", 0)
        end)
        assert.truthy(tostring(err):find("^broken"))
        assert.equal("CANCELED", seen)
        assert.is_true(os.time() - start < 10)
    end)

    it("does not lose the error of a task that nobody awaits", function()
        local finished = false
        local err = error_of(trivium.run, function()
            trivium.spawn(function() error("in a task") end)
            timer.delay(0.02):await()
            finished = true
        end)
        assert.is_true(finished)
        assert.truthy(err:find("in a task"))
        assert.truthy(err:find("stack traceback"))
    end)

    it("does not raise the error of a task that is awaited, early or late", function()
        local codes = trivium.run(function()
            local task = trivium.spawn(function() error("late", 0) end)
            timer.delay(0.01):await()
            return select(2, task:try_await())
        end)
        assert.equal("late", codes)
    end)

    it("raises the error of a callback, and the outcome stays", function()
        local op
        local err = error_of(trivium.run, function()
            op = timer.countdown(0.05, 0.01)
            op:on_progress(function() error("in a callback") end)
            op:try_await()
        end)
        assert.truthy(tostring(err):find("in a callback"))
        assert.truthy(tostring(err):find("stack traceback"))
    end)

    it("does not run inside itself", run(function()
        local err = error_of(trivium.run, function() end)
        assert.equal("ILLEGAL_METHOD_CALL", err.code)
        assert.truthy(err.message:find("trivium.spawn"))
        assert.equal("ILLEGAL_METHOD_CALL", error_of(trivium.step, 0).code)
    end))

    it("can be run again after an error", function()
        pcall(trivium.run, function() error("once") end)
        assert.equal(1, trivium.run(function() return 1 end))
    end)

    it("leaves no error behind for the next run", function()
        local code, output = support.run_program([[
            local trivium = require "trivium"
            local timer = require "trivium.timer"
            local ok, err = pcall(trivium.run, function()
                for i = 1, 3 do
                    timer.delay(0.01):next(function() error("task " .. i) end)
                    coroutine.wrap(function()
                        timer.delay(0.01):await()
                        error("coroutine " .. i)
                    end)()
                end
                timer.delay(0.01):await()
                error("main")
            end)
            assert(not ok)
            print(err)
            print(pcall(trivium.run, function() return "the next" end))
            assert(not trivium.step(0))
        ]])
        assert.equal(0, code, output)
        for _, text in ipairs { "task 1", "task 2", "task 3", "coroutine 1", "coroutine 2", "coroutine 3", "main" } do
            assert.truthy(output:find(text, 1, true), output)
        end
        assert.truthy(output:find("true\tthe next", 1, true), output)
    end)

    it("finds tasks that wait for one another", function()
        local start = os.time()
        local err = error_of(trivium.run, function()
            local a, b
            a = trivium.spawn(function() b:await() end)
            b = trivium.spawn(function() a:await() end)
            a:await()
        end)
        assert.truthy(tostring(err):find("deadlock"))
        assert.is_true(os.time() - start < 5)
        err = error_of(trivium.run, function()
            local me
            me = trivium.spawn(function() me:await() end)
            me:await()
        end)
        assert.truthy(tostring(err):find("await itself"))
    end)

    it("takes what can be called, and says what it got", function()
        assert.equal(4, trivium.run(setmetatable({}, { __call = function(_, x) return x end }), 4))
        assert.truthy(tostring(error_of(trivium.run, 3)):find("expected a function, got number"))
        assert.truthy(tostring(error_of(trivium.spawn)):find("expected a function"))
    end)

    it("closes the variables of a coroutine that failed", function()
        local closed = false
        local co = coroutine.create(function()
            local guard <close> = setmetatable({}, { __close = function() closed = true end })
            timer.delay(0.005):await()
            error("in a coroutine of nobody")
        end)
        coroutine.resume(co)
        local err = error_of(trivium.step, 1)
        assert.is_true(closed)
        assert.truthy(err:find("in a coroutine of nobody"))
        assert.truthy(err:find("stack traceback"))
    end)
end)

describe("a task", function()
    it("gives its results", run(function()
        local task = trivium.spawn(function(a, b)
            timer.delay(0.001):await()
            return a, nil, b
        end, 1, 3)
        assert.equal("started", task.status)
        assert.is_false(task:done())
        local a, b, c = task:await()
        assert.same({ 1, 3 }, { a, c })
        assert.is_nil(b)
        assert.equal("completed", task.status)
        assert.is_true(task:done())
        assert.equal(3, select(3, task:await()))
        assert.is_true(trivium.spawn(function() end):try_await())
        assert.truthy(tostring(task):find("^trivium%.task: thread: .* %(completed%)$"))
    end))

    it("is awaited by many", run(function()
        local task = trivium.spawn(function()
            timer.delay(0.01):await()
            return 2
        end)
        local sum, others = 0, {}
        for i = 1, 50 do
            others[i] = trivium.spawn(function()
                local value = task:await()
                sum = sum + value
            end)
        end
        trivium.all(others)
        assert.equal(100, sum)
    end))

    it("is canceled while it waits for an operation", run(function()
        local op = timer.delay(10)
        local task = trivium.spawn(function() op:await() end)
        timer.delay(0.001):await()
        task:cancel()
        local _, err = task:try_await()
        assert.equal("CANCELED", err.code)
        assert.equal("canceled", task.status)
        assert.equal("canceled", op.status)
    end))

    it("is canceled while it waits for a task", run(function()
        local inner = trivium.spawn(function() timer.delay(10):await() end)
        local outer = trivium.spawn(function() inner:await() end)
        timer.delay(0.001):await()
        outer:cancel()
        assert.equal("CANCELED", select(2, outer:try_await()).code)
        assert.equal("canceled", inner.status)
    end))

    it("is canceled before it began", run(function()
        local began = false
        local task = trivium.spawn(function() began = true end)
        task:cancel()
        assert.equal("CANCELED", select(2, task:try_await()).code)
        assert.is_false(began)
    end))

    it("is canceled while it does not wait: its next wait fails, the one after does not", run(function()
        local task
        task = trivium.spawn(function()
            task:cancel()
            local _, err = pcall(function() timer.delay(0.001):await() end)
            timer.delay(0.001):await()
            return err.code
        end)
        assert.equal("CANCELED", task:await())
    end))

    it("is canceled while it waits for all of a list", run(function()
        local ops = { timer.delay(10), timer.delay(10) }
        local task = trivium.spawn(function() trivium.all(ops) end)
        timer.delay(0.001):await()
        task:cancel()
        assert.equal("CANCELED", select(2, task:try_await()).code)
        assert.equal("canceled", ops[1].status)
        assert.equal("canceled", ops[2].status)
    end))

    it("is not an error of the loop when it was canceled", function()
        trivium.run(function()
            local task = trivium.spawn(function() timer.delay(10):await() end)
            timer.delay(0.001):await()
            task:cancel()
        end)
    end)

    it("passes the turn on with a yield of its own", run(function()
        local log = {}
        local function worker(name)
            for i = 1, 3 do
                log[#log + 1] = name .. i
                coroutine.yield()
            end
        end
        trivium.all { trivium.spawn(worker, "a"), trivium.spawn(worker, "b") }
        assert.equal("a1 b1 a2 b2 a3 b3", table.concat(log, " "))
    end))

    it("passes the turn on after it has waited", run(function()
        local task = trivium.spawn(function()
            timer.delay(0.001):await()
            coroutine.yield("something that means nothing here")
            timer.delay(0.001):await()
            return "end"
        end)
        assert.equal("end", task:await())
    end))

    it("nests deeply", run(function()
        local function nest(depth)
            if depth == 0 then
                timer.delay(0.001):await()
                return 0
            end
            return 1 + trivium.spawn(nest, depth - 1):await()
        end
        assert.equal(2000, nest(2000))
    end))

    it("can be one of ten thousand", run(function()
        local count = 0
        for _ = 1, 10000 do
            trivium.spawn(function()
                timer.delay(0):await()
                coroutine.yield()
                count = count + 1
            end)
        end
        while count < 10000 do
            coroutine.yield()
        end
    end))
end)

-- A coroutine that is not a task, and that others resume and close while it waits.
describe("a coroutine of the program's own", function()
    local function after(seconds, value)
        return trivium.spawn(function()
            timer.delay(seconds):await()
            return value
        end)
    end

    it("may be closed while it awaits a task", run(function()
        local task = after(0.01, 1)
        local co = coroutine.create(function() task:await() end)
        coroutine.resume(co)
        coroutine.close(co)
        assert.equal(0, #task.waiters)
        assert.equal(1, task:await())
        coroutine.yield()
        assert.equal("dead", coroutine.status(co))
    end))

    it("may be closed after the task has woken it", run(function()
        local task = after(0.01, 1)
        local co = coroutine.create(function() task:await() end)
        trivium.spawn(function()
            task:await()
            coroutine.close(co)
        end)
        coroutine.resume(co)
        task:await()
        coroutine.yield()
        assert.equal("dead", coroutine.status(co))
    end))

    it("is resumed once for what it waits for, and its own yields are its own", run(function()
        local task = after(0.01, "value")
        local got, steps = nil, 0
        local co = coroutine.create(function()
            got = task:await()
            steps = steps + 1
            coroutine.yield("mine")
            steps = steps + 1
        end)
        for _ = 1, 3 do
            assert.is_true(coroutine.resume(co))
        end
        task:await()
        timer.delay(0.01):await()
        assert.equal("value", got)
        assert.equal(1, steps)
        assert.equal("suspended", coroutine.status(co))
    end))

    it("may be closed in trivium.all, or in reports", run(function()
        local op = timer.countdown(0.03, 0.005)
        local coroutines = {
            coroutine.create(function() trivium.all { op, timer.delay(0.01) } end),
            coroutine.create(function() for _ in op:reports() do end end),
        }
        for _, co in ipairs(coroutines) do
            coroutine.resume(co)
            coroutine.close(co)
        end
        op:await()
        coroutine.yield()
    end))
end)

describe("trivium.all", function()
    it("keeps the order", run(function()
        local results = trivium.all {
            trivium.spawn(function()
                timer.delay(0.01):await()
                return "slow"
            end),
            trivium.spawn(function() return "fast" end),
            timer.delay(0),
        }
        assert.same({ "slow", "fast", n = 3 }, results)
        assert.same({ n = 0 }, trivium.all {})
    end))

    it("fails with the first failure, and cancels the others", run(function()
        local op = timer.delay(10)
        local err = error_of(trivium.all, { op, timer.delay(10):timeout(0.01), timer.delay(10) })
        assert.equal("TIMEOUT", err.code)
        assert.equal("canceled", op.status)
    end))

    it("says which of its elements is none that can be awaited", run(function()
        for _, one in ipairs { 1, "text", {}, io.stdout } do
            local op = timer.delay(10)
            local err = error_of(trivium.all, { op, one })
            assert.equal("INVALID_TYPE", err.code)
            assert.truthy(err.message:find("trivium.all: element 2: expected an operation or a task, got " .. type(one), 1, true))
            assert.equal("started", op.status)
            op:cancel()
        end
        local err = error_of(trivium.all)
        assert.equal("INVALID_TYPE", err.code)
        assert.equal("trivium.all: expected a table of operations and tasks, got nil", err.message)
    end))

    it("needs a coroutine", function()
        assert.equal("ILLEGAL_METHOD_CALL", error_of(trivium.all, {}).code)
    end)
end)

describe("a cancellation", function()
    it("is forgotten with a task that is gone before it found it", function()
        local native = require "trivium.native"
        local before = native.canceled()
        local function cancel_itself()
            local task
            task = trivium.spawn(function()
                coroutine.yield()
                task:cancel()
            end)
            trivium.step(0)
        end
        cancel_itself()
        assert.equal(before + 1, native.canceled())
        collectgarbage()
        collectgarbage()
        collectgarbage()
        assert.equal(0, native.canceled())
    end)
end)

describe("trivium.step", function()
    it("says whether anything is waited for", function()
        assert.is_false(trivium.step())
        assert.is_false(trivium.step(0))
        local over = false
        timer.delay(0.01):next(function() over = true end)
        while trivium.step(1) do end
        assert.is_true(over)
    end)

    it("raises the error of a task that nobody awaits, at the end of its turn", function()
        trivium.spawn(function()
            timer.delay(0.001):await()
            error("in a task")
        end)
        local err = error_of(function() while trivium.step(1) do end end)
        assert.truthy(err:find("in a task"))
        assert.is_false(trivium.step(0))
    end)

    it("checks its argument", function()
        local op = timer.delay(0.01)
        op:next(function() end)
        assert.equal("INVALID_TYPE", error_of(trivium.step, "x").code)
        while trivium.step() do end
    end)

    it("has a descriptor, and objects for loops that know pollfd or getfd", function()
        assert.equal("integer", math.type(trivium.fd()))
        local pollable = trivium.pollable
        assert.equal(trivium.fd(), pollable:pollfd())
        assert.equal(trivium.fd(), pollable:getfd())
        assert.equal("r", pollable:events())
        assert.is_nil(pollable:timeout())
        assert.is_false(pollable:dirty())
    end)
end)
