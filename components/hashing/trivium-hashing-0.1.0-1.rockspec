rockspec_format = "3.0"
package = "trivium-hashing"
version = "0.1.0-1"
source = { url = "git+file://." }
description = {
    summary = "Digests of files and directories: a component for trivium",
    detailed = "Run luarocks from the top of the checkout, and give it the path of this file.",
    license = "MIT",
}
supported_platforms = { "unix" }
dependencies = { "lua >= 5.4, < 5.6", "trivium" }
external_dependencies = { CRYPTO = { header = "openssl/evp.h", library = "crypto" } }
build = {
    type = "builtin",
    modules = {
        ["trivium.components.hashing"] = {
            sources = { "components/hashing/hashing.c" },
            incdirs = { "core/include", "$(CRYPTO_INCDIR)" },
            libdirs = { "$(CRYPTO_LIBDIR)" },
            defines = { "_GNU_SOURCE" },
            libraries = { "crypto", "pthread" },
        },
    },
}
