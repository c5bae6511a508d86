# trivium_compile_options(target): the warnings that all of Trivium's C is held to, and the sanitizers.
function(trivium_compile_options target)
    if(CMAKE_C_COMPILER_ID MATCHES "GNU|Clang")
        target_compile_options(${target} PRIVATE
            -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wcast-qual)
        if(TRIVIUM_WERROR)
            target_compile_options(${target} PRIVATE -Werror)
        endif()
    endif()
    if(TRIVIUM_SANITIZE)
        target_compile_options(${target} PRIVATE
            -fsanitize=${TRIVIUM_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
        target_link_options(${target} PRIVATE -fsanitize=${TRIVIUM_SANITIZE})
        if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
            # What the sanitizers insert hides from GCC that a variable was set.
            target_compile_options(${target} PRIVATE -Wno-maybe-uninitialized)
        endif()
    endif()
endfunction()
