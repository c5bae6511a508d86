# The standard components.
trivium_add_component(timer components/timer/timer.c LIBRARIES Threads::Threads)

find_package(OpenSSL QUIET COMPONENTS Crypto)
if(OPENSSL_FOUND)
    trivium_add_component(hashing components/hashing/hashing.c LIBRARIES OpenSSL::Crypto)
else()
    trivium_skip_component(hashing
        "OpenSSL's libcrypto was not found when Trivium was built (on Debian: apt install libssl-dev)")
endif()
