# Benchmarks in C: bench/core*.c are programs, bench/noop.c is the component that all languages measure with.
if(EXISTS "${PROJECT_SOURCE_DIR}/bench/noop.c")
    trivium_add_component(noop bench/noop.c OUTPUT "${PROJECT_BINARY_DIR}/bench/components")
endif()
file(GLOB bench_sources CONFIGURE_DEPENDS bench/core*.c)
foreach(source IN LISTS bench_sources)
    get_filename_component(name "${source}" NAME_WE)
    add_executable(bench_${name} "${source}")
    set_target_properties(bench_${name} PROPERTIES
        OUTPUT_NAME ${name} RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/bench")
    target_link_libraries(bench_${name} PRIVATE trivium_core)
    trivium_compile_options(bench_${name})
endforeach()
