-- Hashes every regular file below a directory, 64 at a time.
--
--   lua5.4 demo.lua [directory] [--digests file] [--deadline seconds]
--
-- The digests are written as sha256sum writes them.
local trivium = require "trivium"
local hashing = require "trivium.hashing"

local AT_ONCE = 64
local CANDIDATES = { "/usr/share/doc", "/usr/include", "/usr/share", "/usr" }

local function parse_arguments(words)
    local options = { deadline = 600 }
    local i = 1
    while words[i] do
        local name = words[i]:match("^%-%-(%a+)$")
        if name then
            options[name] = words[i + 1] or error(words[i] .. ": a value is missing")
            i = i + 1
        else
            options.directory = words[i]
        end
        i = i + 1
    end
    options.deadline = assert(tonumber(options.deadline), "--deadline: a number of seconds is expected")
    return options
end

-- The regular files below a directory, as {path, size}.
local function list(directory)
    local quoted = "'" .. directory:gsub("'", "'\\''") .. "'"
    local pipe = assert(io.popen("find " .. quoted .. " -xdev -type f -printf '%s %p\\0' 2>/dev/null"))
    local files = {}
    for size, path in pipe:read("a"):gmatch("(%d+) ([^\0]+)\0") do
        files[#files + 1] = { path = path, size = math.tointeger(size) }
    end
    pipe:close()
    return files
end

local function find_files(directory)
    if directory then
        return directory, list(directory)
    end
    for _, candidate in ipairs(CANDIDATES) do
        local files = list(candidate)
        if #files >= 1000 then
            return candidate, files
        end
    end
    error("no system directory with 1,000 files was found: name one", 0)
end

-- A bar that is drawn over itself in a terminal, and now and then elsewhere.
local function new_bar(total)
    local bar = { done = 0, shown = -1 }
    local terminal = os.execute("test -t 1")
    local step = terminal and 1 or 25

    function bar.add(bytes)
        bar.done = bar.done + bytes
        local percent = total > 0 and bar.done * 100 // total or 100
        if percent // step > bar.shown // step then
            bar.shown = percent
            local filled = percent * 40 // 100
            io.write(terminal and "\r" or "", "[", ("#"):rep(filled), (" "):rep(40 - filled), ("] %3d %%"):format(percent),
                terminal and "" or "\n")
            io.flush()
        end
    end

    function bar.finish()
        bar.add(total - bar.done)
        io.write(terminal and "\n" or "")
    end
    return bar
end

local function hex(bytes)
    return (bytes:gsub(".", function(byte) return ("%02x"):format(byte:byte()) end))
end

-- As sha256sum does it: a name with a backslash or a newline is escaped, and the line says so.
local function sum_line(digest, path)
    local escaped, count = path:gsub("[\\\n]", { ["\\"] = "\\\\", ["\n"] = "\\n" })
    return ("%s%s  %s\n"):format(count > 0 and "\\" or "", hex(digest), escaped)
end

local function hash_all(files, sums, seconds)
    local total = 0
    for _, file in ipairs(files) do
        total = total + file.size
    end
    local bar = new_bar(total)
    local deadline = trivium.now() + seconds
    local next_file = 0

    local function worker()
        while next_file < #files do
            next_file = next_file + 1
            local file = files[next_file]
            local op <close> = hashing.hash_file(file.path):timeout(math.max(deadline - trivium.now(), 0))
            local seen = 0
            op:on_progress(function(bytes)
                bar.add(bytes - seen)
                seen = bytes
            end)
            local digest = op:await()
            bar.add(file.size - seen)
            if sums then
                sums:write(sum_line(digest, file.path))
            end
        end
    end

    local workers = {}
    for i = 1, AT_ONCE do
        workers[i] = trivium.spawn(worker)
    end
    trivium.all(workers)
    bar.finish()
    return total
end

local function main(options)
    local directory, files = find_files(options.directory)
    print(("%d files below %s"):format(#files, directory))
    local sums = options.digests and assert(io.open(options.digests, "w"))

    local start = trivium.now()
    local bytes = hash_all(files, sums, options.deadline)
    local seconds = trivium.now() - start
    if sums then
        assert(sums:close())
    end

    -- Somebody loses patience in mid-flight.
    local tree = hashing.hash_tree(directory)
    trivium.spawn(function()
        for progress in tree:reports() do
            if progress.files_done > 0 then
                print(("canceling after %d files"):format(progress.files_done))
                tree:cancel()
                break
            end
        end
    end)
    local digest, failure = tree:try_await()
    if digest then
        print("it was over before it could be canceled: " .. hex(digest))
    else
        print(("the awaiter sees %s; the status is %s"):format(failure, tree.status))
    end

    local _, missing = hashing.hash_file("/no/such/file"):try_await()
    print(missing)

    print(("%d files, %d bytes in %.2f s: %.0f MB/s"):format(#files, bytes, seconds, bytes / 1e6 / seconds))
end

trivium.run(main, parse_arguments(arg))
