-- Trivium in the loops of others.
package.path = debug.getinfo(1, "S").source:match("^@(.*)/") .. "/?.lua;" .. package.path
local support = require "support"
local trivium = require "trivium"
local timer = require "trivium.timer"
local puppet = trivium.load("puppet")

local has_luv, uv = pcall(require, "luv")
local has_cqueues, cqueues = pcall(require, "cqueues")

local luv_block = has_luv and describe or pending
local cqueues_block = has_cqueues and describe or pending

-- The loop's run() ends when nothing is left: if an operation is not waited for, it ends too early, and the test fails.
luv_block("luv", function()
    local attach = has_luv and require("trivium.loop.luv").attach
    local detach

    before_each(function() detach = attach() end)
    after_each(function()
        detach()
        uv.run()
    end)

    it("delivers to coroutines of its callbacks", function()
        local log = {}
        local clock = uv.new_timer()
        clock:start(1, 0, function()
            clock:close()
            coroutine.wrap(function()
                timer.delay(0.01):await()
                log[#log + 1] = "coroutine"
            end)()
        end)
        coroutine.wrap(function()
            timer.delay(0.03):await()
            log[#log + 1] = "last"
        end)()
        uv.run()
        assert.same({ "coroutine", "last" }, log)
    end)

    it("runs tasks, with what they do for one another", function()
        local sum = 0
        trivium.spawn(function()
            local tasks = {}
            for i = 1, 100 do
                tasks[i] = trivium.spawn(function()
                    timer.delay(0.001):await()
                    coroutine.yield()
                    return i
                end)
            end
            for _, value in ipairs(trivium.all(tasks)) do
                sum = sum + value
            end
        end)
        uv.run()
        assert.equal(5050, sum)
    end)

    it("calls next's functions and progress listeners", function()
        local log = {}
        timer.countdown(0.03, 0.01):next(function() log[#log + 1] = "over" end, nil, function(left)
            log[#log + 1] = "progress"
            assert.is_true(left >= 0 and left <= 0.03)
        end)
        uv.run()
        assert.equal("over", log[#log])
        assert.is_true(#log > 1)
    end)

    it("does not stay alive for operations that nobody waits for", function()
        local op = timer.delay(30)
        local start = uv.hrtime()
        uv.run()
        assert.is_true(uv.hrtime() - start < 5e9)
        op:cancel()
    end)

    it("stays alive for what a callback of its poll phase begins", function()
        local over = false
        uv.fs_stat("/", function()
            trivium.spawn(function()
                timer.delay(0.02):await()
                coroutine.yield()
                over = true
            end)
        end)
        uv.run()
        assert.is_true(over)
    end)

    it("stays alive for what began after it had ended", function()
        uv.run()
        local log = {}
        coroutine.wrap(function()
            timer.delay(0.01):await()
            log[#log + 1] = "awaited"
        end)()
        uv.run()
        trivium.spawn(function()
            coroutine.yield()
            log[#log + 1] = "yielded"
        end)
        uv.run()
        timer.countdown(0.01, 0.02):next(function() log[#log + 1] = "next" end)
        uv.run()
        assert.same({ "awaited", "yielded", "next" }, log)
    end)

    it("attaches once", function()
        assert.equal(detach, attach())
    end)
end)

cqueues_block("cqueues", function()
    it("polls the descriptor", function()
        local loop = cqueues.new()
        local got
        local over = false
        trivium.spawn(function()
            timer.delay(0.01):await()
            coroutine.yield()
            got = puppet.echo_int(5):await()
            over = true
        end)
        loop:wrap(function()
            while not over do
                cqueues.poll(trivium.pollable, 1)
                trivium.step(0)
            end
        end)
        assert(loop:loop())
        assert.equal(5, got)
    end)
end)

describe("the descriptor", function()
    it("is readable when there is something to do", function()
        local native = require "trivium.native"
        trivium.step(0)
        assert.is_false(native.wait(0))
        local over = false
        timer.delay(0.01):next(function() over = true end)
        assert.is_true(native.wait(2))
        while not over do
            trivium.step(1)
        end
    end)
end)
