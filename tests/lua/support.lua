-- What several specs need. They run against what was installed: LUA_PATH and LUA_CPATH say where.
local support = {}

-- The directory of all tests.
support.tests = os.getenv("TRIVIUM_TESTS") or debug.getinfo(1, "S").source:match("^@(.*)/lua/[^/]*$") or ".."

local function quote(word)
    return "'" .. word:gsub("'", "'\\''") .. "'"
end

-- Runs a Lua program in a process of its own, with a deadline in seconds. Returns its exit code (124: the deadline came;
-- above 128: a signal), and what it wrote to both streams.
function support.run_program(program, seconds, ...)
    local path = os.tmpname()
    local file = assert(io.open(path, "w"))
    file:write(program)
    file:close()
    local words = { "timeout -k 1 " .. (seconds or 10), quote(support.interpreter()), quote(path) }
    for _, word in ipairs { ... } do
        words[#words + 1] = quote(word)
    end
    local pipe = io.popen(table.concat(words, " ") .. " 2>&1; echo \"$?\"")
    local output = pipe:read("a")
    pipe:close()
    os.remove(path)
    local text, code = output:match("^(.-)(%d+)\n$")
    return tonumber(code), text
end

-- The interpreter that runs the tests.
function support.interpreter()
    local first = 0
    while arg and arg[first - 1] do
        first = first - 1
    end
    local name = arg and arg[first] or "lua5.4"
    return name:find("lua") and name or "lua5.4"
end

-- A directory with so many files of so many bytes; returns it and the list of its files. Remove it with remove().
function support.make_files(count, size)
    local directory = os.tmpname()
    os.remove(directory)
    assert(os.execute("mkdir " .. quote(directory)))
    local block = ("Trivium"):rep(size // 7 + 1):sub(1, size)
    local names = {}
    for i = 1, count do
        names[i] = ("%s/file%03d"):format(directory, i)
        local file = assert(io.open(names[i], "w"))
        file:write(block)
        file:close()
    end
    return directory, names
end

function support.remove(directory)
    assert(directory:find("^/tmp/"))
    os.execute("rm -rf " .. quote(directory))
end

-- Runs f as the main task of a loop.
function support.run(f)
    return function()
        return require("trivium").run(f)
    end
end

-- The error that f raises.
function support.error_of(f, ...)
    local ok, err = pcall(f, ...)
    assert(not ok, "it raised nothing")
    return err
end

return support
