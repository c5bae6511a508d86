-- op.operation, the raw face: what only Lua has. The rest is in tests/conformance.
package.path = debug.getinfo(1, "S").source:match("^@(.*)/") .. "/?.lua;" .. package.path
local support = require "support"
local trivium = require "trivium"
local timer = require "trivium.timer"
local puppet = trivium.load("puppet")

local error_of = support.error_of

describe("op.operation", function()
    before_each(function() puppet.reset() end)
    after_each(function() puppet.reset() end)

    it("is one object", function()
        local op = puppet.operation("a")
        assert.equal(op.operation, op.operation)
        assert.equal(op.id, op.operation.id)
        assert.equal("trivium.operation: OperationAsync", tostring(op.operation))
        assert.is_nil(op.operation.nothing)
        assert.is_false(pcall(function() op.operation.nothing = 1 end))
    end)

    it("outlives its operation", function()
        local operation = puppet.operation("a").operation
        collectgarbage()
        collectgarbage()
        puppet.complete("a", 4)
        assert.equal("completed", operation.status)
        assert.equal(4, operation:get_results())
        assert.equal(0, operation.error_code)
    end)

    it("gives its handler the object itself and the status", function()
        local operation = puppet.operation("a").operation
        local sender, status
        operation.completed = function(...) sender, status = ... end
        puppet.complete("a", 4)
        assert.is_nil(status)
        trivium.step(1)
        assert.equal(operation, sender)
        assert.equal("completed", status)
    end)

    it("tells the turn what a handler that is set late raises, and the slot is used", function()
        local op = timer.delay(0)
        op:wait()
        op.operation.completed = function() error("in the handler", 0) end
        assert.is_nil(op.operation.completed)
        local err = error_of(trivium.step, 0)
        assert.truthy(err:find("^in the handler\nstack traceback"))
        assert.truthy(err:find("operation_spec.lua"))
        err = error_of(function() op.operation.completed = print end)
        assert.equal("ILLEGAL_DELEGATE_ASSIGNMENT", err.code)
    end)

    it("takes functions only", function()
        local operation = puppet.operation_with_progress("a").operation
        local seen = 0
        local function handler() seen = seen + 1 end
        operation.progress = handler
        local err = error_of(function() operation.completed = 42 end)
        assert.equal("INVALID_TYPE", err.code)
        assert.equal("operation.completed: expected a function, got number", err.message)
        err = error_of(function() operation.progress = "f" end)
        assert.equal("INVALID_TYPE", err.code)
        assert.equal("operation.progress: expected a function, got string", err.message)
        -- What was there before stays.
        assert.equal(handler, operation.progress)
        puppet.report("a", 8)
        trivium.step(1)
        assert.equal(1, seen)
        operation.completed = function() end -- the slot was not used up by what it refused
    end)

    it("has no Progress where the interface has none", function()
        local operation = puppet.operation("a").operation
        assert.equal("NO_INTERFACE", error_of(function() operation.progress = print end).code)
        assert.equal("NO_INTERFACE", error_of(function() return operation.progress end).code)
    end)

    it("refuses all but close after close, while op.status says so", function()
        local op = timer.countdown(0, 1)
        op:wait()
        local operation = op.operation
        operation:close()
        for _, key in ipairs { "id", "status", "error_code", "completed", "progress" } do
            assert.equal("ILLEGAL_METHOD_CALL", error_of(function() return operation[key] end).code)
        end
        assert.equal("ILLEGAL_METHOD_CALL", error_of(function() operation.completed = nil end).code)
        assert.equal("ILLEGAL_METHOD_CALL", error_of(operation.get_results, operation).code)
        operation:close()
        assert.equal(trivium.AsyncStatus.Closed, op.status)
        assert.equal("closed", op:wait())
        assert.equal("integer", math.type(op.id))
        assert.truthy(tostring(op):find("(closed)", 1, true))
    end)

    it("takes nil as a handler, which uses Completed up", function()
        local operation = puppet.operation("a").operation
        operation.completed = nil
        assert.equal("ILLEGAL_DELEGATE_ASSIGNMENT", error_of(function() operation.completed = print end).code)
    end)

    it("gives its progress handler the object and the value", function()
        local operation = puppet.action_with_progress("a").operation
        local sender, value
        local function handler(...) sender, value = ... end
        operation.progress = handler
        assert.equal(handler, operation.progress)
        puppet.report("a", 8)
        trivium.step(1)
        assert.equal(operation, sender)
        assert.equal(8, value)
        operation.progress = nil
        assert.is_nil(operation.progress)
    end)

    it("keeps a handler and what it needs alive until it has been called", function()
        local called
        do
            local op = puppet.operation("a")
            op.operation.completed = function(operation) called = operation:get_results() end
        end
        collectgarbage()
        collectgarbage()
        puppet.complete("a", 11)
        trivium.step(1)
        assert.equal(11, called)
    end)
end)
