-- Listening without a coroutine: progress, and the loop over reports.
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

describe("listening", function()
    before_each(function() puppet.reset() end)
    after_each(function()
        puppet.reset()
        collectgarbage()
    end)

    it("reports progress to functions, which can stop listening", run(function()
        local op = start("a", "action_with_progress")
        local a, b, c = {}, {}, {}
        local stop = op:on_progress(function(value) a[#a + 1] = value end)
        op:on_progress(function(value) b[#b + 1] = value end)
        op.progress = function(value) c[#c + 1] = value end
        puppet.report("a", 1)
        timer.delay(0.005):await()
        stop()
        stop()
        local old = op.progress
        op.progress = function(value) c[#c + 1] = -value end
        assert.not_equal(old, op.progress)
        puppet.report("a", 2)
        timer.delay(0.005):await()
        op.progress = nil
        assert.is_nil(op.progress)
        puppet.report("a", 3)
        timer.delay(0.005):await()
        assert.equal(3, op:latest())
        puppet.complete("a", 0)
        op:await()
        assert.same({ 1 }, a)
        assert.same({ 1, 2, 3 }, b)
        assert.same({ 1, -2 }, c)
    end))

    it("can stop listening from within the listener", run(function()
        local op = start("a", "action_with_progress")
        local calls, stop = 0, nil
        stop = op:on_progress(function()
            calls = calls + 1
            stop()
            collectgarbage()
        end)
        puppet.report("a", 1)
        timer.delay(0.005):await()
        puppet.report("a", 2)
        timer.delay(0.005):await()
        puppet.complete("a", 0)
        op:await()
        assert.equal(1, calls)
    end))

    it("gives its reports to a loop", run(function()
        local op = start("a", "operation_with_progress")
        trivium.spawn(function()
            for i = 1, 3 do
                puppet.report("a", i)
                timer.delay(0.005):await()
            end
            puppet.complete("a", 7)
        end)
        local reports = {}
        for value in op:reports() do
            reports[#reports + 1] = value
        end
        assert.same({ 1, 2, 3 }, reports)
        assert.equal(7, op:await())
        for _ in op:reports() do
            error("it is over")
        end
    end))

    it("gives the latest report to a slow loop, and the last one before the end", run(function()
        local op = start("a", "operation_with_progress")
        local reports = {}
        local reader = trivium.spawn(function()
            for value in op:reports() do
                reports[#reports + 1] = value
                timer.delay(0.02):await()
            end
        end)
        for i = 1, 10 do
            puppet.report("a", i)
            timer.delay(0.004):await()
        end
        puppet.report("a", 99)
        puppet.complete("a", 0)
        reader:await()
        assert.equal(99, reports[#reports])
        assert.is_true(#reports < 10)
    end))

    it("ends a loop over reports that is left early", run(function()
        local op = start("a", "operation_with_progress")
        puppet.report("a", 1)
        for _ in op:reports() do
            break
        end
        puppet.complete("a", 1)
        assert.equal(1, op:await())
    end))

    it("has structs as progress", run(function()
        local hashing = require "trivium.hashing"
        local directory = support.make_files(20, 1000)
        local last
        local op = hashing.hash_tree(directory, "sha256")
        op:on_progress(function(progress) last = progress end)
        assert.equal(32, #op:await())
        support.remove(directory)
        assert.truthy(last)
        assert.equal("integer", math.type(last.files_done))
        assert.equal("integer", math.type(last.bytes_done))
    end))

    it("keeps its progress handler when another one is refused", run(function()
        local op = start("a", "action_with_progress")
        local seen = 0
        local function handler() seen = seen + 1 end
        op.progress = handler
        local err = error_of(function() op.progress = 42 end)
        assert.equal("INVALID_TYPE", err.code)
        assert.equal("op.progress: expected a function, got number", err.message)
        assert.truthy(err.where:find("waiter_spec.lua"))
        assert.equal(handler, op.progress)
        puppet.report("a", 1)
        timer.delay(0.01):await()
        assert.equal(1, seen)
        err = error_of(op.on_progress, op, "f")
        assert.equal("INVALID_TYPE", err.code)
        assert.equal("op:on_progress(f): expected a function, got string", err.message)
        puppet.complete("a", 0)
    end))

    it("has reports for several tasks that share one iterator", run(function()
        local op = start("a", "action_with_progress")
        local reports = op:reports()
        local seen, over = {}, 0
        for _ = 1, 2 do
            trivium.spawn(function()
                for value in reports do
                    seen[#seen + 1] = value
                end
                over = over + 1
            end)
        end
        for i = 1, 3 do
            puppet.report("a", i)
            timer.delay(0.01):await()
        end
        puppet.complete("a", 0)
        op:await()
        coroutine.yield()
        assert.same({ 1, 2, 3 }, seen)
        assert.equal(2, over)
    end))
end)
