# core, twice: static, for the bindings and the tests, and shared, for programs in C.
set(TRIVIUM_INCLUDE "${PROJECT_SOURCE_DIR}/core/include")

# One translation unit; each of its parts is a dependency through the compiler's own scan.
add_library(trivium_core STATIC core/trivium.c)
set_target_properties(trivium_core PROPERTIES POSITION_INDEPENDENT_CODE ON)
target_include_directories(trivium_core PUBLIC "${TRIVIUM_INCLUDE}" PRIVATE core/src)
target_link_libraries(trivium_core PUBLIC Threads::Threads ${CMAKE_DL_LIBS})
trivium_compile_options(trivium_core)

# Core hides all its symbols by pragma; TRI_BUILD_SHARED gives the public ones default visibility again.
add_library(trivium SHARED core/trivium.c)
target_compile_definitions(trivium PRIVATE TRI_BUILD_SHARED)
set_target_properties(trivium PROPERTIES VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR})
target_include_directories(trivium
    PUBLIC "$<BUILD_INTERFACE:${TRIVIUM_INCLUDE}>" "$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>"
    PRIVATE core/src)
target_link_libraries(trivium PRIVATE Threads::Threads ${CMAKE_DL_LIBS})
trivium_compile_options(trivium)
