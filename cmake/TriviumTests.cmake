# Tests of core (cmocka), and the C runner of the conformance scenarios. Each tests/core/*_test.c is one
# program and one ctest test. The tests of the languages run against what was installed; see tools/test.sh.
find_path(CMOCKA_INCLUDE cmocka.h)
find_library(CMOCKA_LIBRARY cmocka)

# What the tests of the languages and of the documents need of this build.
add_custom_target(test_support DEPENDS trivium)

set(TRIVIUM_TEST_COMPONENTS "${PROJECT_BINARY_DIR}/tests/components")
file(GLOB puppet_sources CONFIGURE_DEPENDS tests/conformance/puppet/*.c)
file(GLOB bad_sources CONFIGURE_DEPENDS tests/conformance/bad/*.c)
foreach(source IN LISTS puppet_sources bad_sources)
    get_filename_component(name "${source}" NAME_WE)
    trivium_add_component(${name} "${source}" LIBRARIES Threads::Threads OUTPUT "${TRIVIUM_TEST_COMPONENTS}")
    add_dependencies(test_support component_${name})
endforeach()
foreach(name IN ITEMS timer hashing)
    if(TARGET component_${name})
        add_dependencies(test_support component_${name})
    endif()
endforeach()
# Files that only look like components.
file(GLOB bad_files CONFIGURE_DEPENDS tests/conformance/bad/*.so)
foreach(file IN LISTS bad_files)
    get_filename_component(name "${file}" NAME)
    configure_file("${file}" "${TRIVIUM_TEST_COMPONENTS}/${name}" COPYONLY)
endforeach()

# A component from outside: built with a copy of one header and a C compiler, not by this build's rules.
set(outside "${PROJECT_SOURCE_DIR}/tests/interop/outside")
add_custom_command(OUTPUT "${TRIVIUM_TEST_COMPONENTS}/letters.so"
    COMMAND "${outside}/build.sh" "${TRIVIUM_INCLUDE}/trivium/component.h" "${TRIVIUM_TEST_COMPONENTS}"
        "${CMAKE_C_COMPILER}"
    DEPENDS "${outside}/build.sh" "${outside}/letters.c" "${TRIVIUM_INCLUDE}/trivium/component.h"
    VERBATIM)
add_custom_target(component_letters ALL DEPENDS "${TRIVIUM_TEST_COMPONENTS}/letters.so")
add_dependencies(test_support component_letters)

# trivium_add_test(NAME SOURCES source... [ARGUMENTS argument...] [LIBRARIES library...] LABEL label): a program
# linked with the static core, whose internal headers it may include.
function(trivium_add_test name)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "LABEL" "SOURCES;ARGUMENTS;LIBRARIES")
    add_executable(${name} ${arg_SOURCES})
    set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/tests")
    target_include_directories(${name} PRIVATE
        "${PROJECT_SOURCE_DIR}/core/src" "${PROJECT_SOURCE_DIR}/tests/core")
    target_link_libraries(${name} PRIVATE trivium_core ${arg_LIBRARIES})
    target_compile_definitions(${name} PRIVATE
        TRI_TEST_SOURCE_DIR="${PROJECT_SOURCE_DIR}" TRI_TEST_COMPONENTS="${TRIVIUM_TEST_COMPONENTS}")
    trivium_compile_options(${name})
    add_test(NAME ${name} COMMAND ${name} ${arg_ARGUMENTS} WORKING_DIRECTORY "${PROJECT_BINARY_DIR}/tests")
    set_tests_properties(${name} PROPERTIES TIMEOUT 120 LABELS "${arg_LABEL}"
        ENVIRONMENT "TRIVIUM_PATH=${TRIVIUM_TEST_COMPONENTS}:${PROJECT_BINARY_DIR}/components")
endfunction()

if(CMOCKA_INCLUDE AND CMOCKA_LIBRARY)
    file(GLOB test_sources CONFIGURE_DEPENDS tests/core/*_test.c)
    foreach(source IN LISTS test_sources)
        get_filename_component(name "${source}" NAME_WE)
        trivium_add_test(${name} SOURCES "${source}" LIBRARIES "${CMOCKA_LIBRARY}" LABEL core)
        target_include_directories(${name} PRIVATE "${CMOCKA_INCLUDE}")
    endforeach()
else()
    message(NOTICE "-- the tests of core are skipped: cmocka was not found (on Debian: apt install libcmocka-dev)")
endif()

# The C runner of the scenarios is one program, of all the C files beside them.
file(GLOB runner_sources CONFIGURE_DEPENDS tests/conformance/*.c)
if(runner_sources)
    trivium_add_test(conformance SOURCES ${runner_sources} LIBRARIES m
        ARGUMENTS "${PROJECT_SOURCE_DIR}/tests/conformance" LABEL conformance)
endif()

# Models of what runs concurrently, where there is spin; once is enough, so not under the sanitizers.
find_program(TRIVIUM_SPIN spin)
if(TRIVIUM_SPIN AND NOT TRIVIUM_SANITIZE AND EXISTS "${PROJECT_SOURCE_DIR}/tests/model/run.sh")
    add_test(NAME model COMMAND "${PROJECT_SOURCE_DIR}/tests/model/run.sh" "${PROJECT_BINARY_DIR}/model")
    set_tests_properties(model PROPERTIES TIMEOUT 300 LABELS model)
elseif(NOT TRIVIUM_SPIN)
    message(NOTICE "-- the models are skipped: spin was not found (on Debian: apt install spin)")
endif()

# Every public header compiles alone, as C11 and, where there is a C++ compiler, as C++17.
include(CheckLanguage)
check_language(CXX)
if(CMAKE_CXX_COMPILER)
    enable_language(CXX)
endif()
file(GLOB public_headers CONFIGURE_DEPENDS core/include/trivium/*.h)
foreach(header IN LISTS public_headers)
    get_filename_component(name "${header}" NAME_WE)
    set(source "${PROJECT_BINARY_DIR}/tests/headers/${name}")
    set(text "#include <trivium/${name}.h>\nextern int alone;\n")
    file(GENERATE OUTPUT "${source}.c" CONTENT "${text}")
    add_test(NAME header_${name}_c COMMAND ${CMAKE_C_COMPILER} -std=c11 -Wall -Wextra -Werror -pedantic
        -fsyntax-only -I "${TRIVIUM_INCLUDE}" "${source}.c")
    set_tests_properties(header_${name}_c PROPERTIES LABELS header)
    if(CMAKE_CXX_COMPILER)
        file(GENERATE OUTPUT "${source}.cc" CONTENT "${text}")
        add_test(NAME header_${name}_cxx COMMAND ${CMAKE_CXX_COMPILER} -std=c++17 -Wall -Wextra -Werror
            -fsyntax-only -I "${TRIVIUM_INCLUDE}" "${source}.cc")
        set_tests_properties(header_${name}_cxx PROPERTIES LABELS header)
    endif()
endforeach()
