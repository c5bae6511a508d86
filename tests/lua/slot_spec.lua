-- Where operations are kept, while the collector runs.
package.path = debug.getinfo(1, "S").source:match("^@(.*)/") .. "/?.lua;" .. package.path
local support = require "support"

-- A mistake here is a crash, so each has a process of its own.
local function check(program)
    local code, text = support.run_program("local timer = require 'trivium.timer'\n" .. program, 60)
    assert.equal("0 over\n", code .. " " .. text)
end

describe("a finalizer", function()
    it("may begin operations while an operation is made", function()
        check [[
            for i = 1, 30000 do
                setmetatable({}, { __gc = function() timer.delay(0):cancel() end })
                timer.delay(0)
            end
            print("over")]]
    end)

    it("may need more slots than there are, while more are made", function()
        check [[
            collectgarbage("incremental", 10, 1000)
            local ids, kept = 0, {}
            for i = 1, 100 do
                setmetatable({}, { __gc = function()
                    for _ = 1, 300 do
                        ids = ids | timer.delay(0).id
                    end
                end })
                kept[i] = timer.delay(0)
            end
            for _, op in ipairs(kept) do
                assert(op.name == "DelayAsync")
                op:get()
            end
            assert(ids > 0)
            print("over")]]
    end)
end)
