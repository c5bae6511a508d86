-- Each scenario of tests/conformance as a test.
package.path = debug.getinfo(1, "S").source:match("^@(.*)/") .. "/?.lua;" .. package.path
local support = require "support"
local conformance = require "conformance"

describe("conformance", function()
    local cases = conformance.cases(support.tests .. "/conformance")

    for _, case in ipairs(cases) do
        it(case.name, case.run)
    end

    it("has scenarios", function()
        print(("conformance: %d scenarios"):format(#cases))
        assert.is_true(#cases > 100)
    end)
end)
