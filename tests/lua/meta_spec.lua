-- lua/trivium/meta.lua, which editors read, against what there is.
local trivium = require "trivium"

describe("the annotations", function()
    local text = assert(io.open(package.searchpath("trivium.meta", package.path))):read("a")
    local declared = {}
    for owner, name in text:gmatch("\nfunction (%w+)[.:]([%w_]+)") do
        declared[owner] = declared[owner] or {}
        declared[owner][name] = true
    end

    local function check(owner, actual)
        for name in pairs(declared[owner]) do
            assert.equal("function", type(actual[name]), owner .. "." .. name .. " is declared, but is not there")
        end
        for name, value in pairs(actual) do
            if type(value) == "function" and not name:find("^_") then
                assert.is_true(declared[owner][name] == true, owner .. "." .. name .. " is not declared")
            end
        end
    end

    it("have the functions of the module", function()
        local actual = {}
        for name, value in pairs(trivium) do
            actual[name] = value
        end
        actual.live = nil -- for tests
        check("trivium", actual)
    end)

    it("have the methods of an operation and of a task", function()
        check("Op", require "trivium.async")
        local task = trivium.spawn(function() end)
        check("Task", getmetatable(task))
    end)

    it("have the standard components, with their enumerations", function()
        check("timer", require "trivium.timer")
        local hashing = require "trivium.hashing"
        check("hashing", hashing)
        local alias = text:match("\n%-%-%-@alias trivium%.hashing%.Algorithm ([^\n]+)")
        for _, value in pairs(hashing.Algorithm) do
            assert.truthy(alias:find('"' .. value .. '"', 1, true), value)
        end
    end)
end)
