# Components: a shared library each, <name>.so on every system but Windows and macOS, without a prefix,
# that sees nothing of Trivium but trivium/component.h and links nothing of it.

if(WIN32)
    set(TRIVIUM_COMPONENT_SUFFIX ".dll")
elseif(APPLE)
    set(TRIVIUM_COMPONENT_SUFFIX ".dylib")
else()
    set(TRIVIUM_COMPONENT_SUFFIX ".so")
endif()

# trivium_add_component(NAME sources... [LIBRARIES library...] [OUTPUT directory])
# Builds <directory>/<NAME>.so; the directory is <build>/components unless OUTPUT says otherwise. The
# target is called component_<NAME>, so that names of components cannot clash with those of the build.
function(trivium_add_component name)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "OUTPUT" "LIBRARIES")
    if(NOT arg_OUTPUT)
        set(arg_OUTPUT "${PROJECT_BINARY_DIR}/components")
    endif()
    set(target component_${name})
    add_library(${target} MODULE ${arg_UNPARSED_ARGUMENTS})
    set_target_properties(${target} PROPERTIES
        PREFIX ""
        OUTPUT_NAME "${name}"
        SUFFIX "${TRIVIUM_COMPONENT_SUFFIX}"
        LIBRARY_OUTPUT_DIRECTORY "${arg_OUTPUT}"
        C_VISIBILITY_PRESET hidden)
    target_include_directories(${target} PRIVATE "${PROJECT_SOURCE_DIR}/core/include")
    target_link_libraries(${target} PRIVATE ${arg_LIBRARIES})
    trivium_compile_options(${target})
    # What an earlier configuration could not build, this one can.
    file(REMOVE "${arg_OUTPUT}/${name}.missing")
endfunction()

# trivium_skip_component(NAME reason [OUTPUT directory]): the file that core quotes when somebody asks
# for a component that could not be built.
function(trivium_skip_component name reason)
    cmake_parse_arguments(PARSE_ARGV 2 arg "" "OUTPUT" "")
    if(NOT arg_OUTPUT)
        set(arg_OUTPUT "${PROJECT_BINARY_DIR}/components")
    endif()
    message(NOTICE "-- component ${name} is skipped: ${reason}")
    file(WRITE "${arg_OUTPUT}/${name}.missing" "${reason}\n")
    file(REMOVE "${arg_OUTPUT}/${name}${TRIVIUM_COMPONENT_SUFFIX}")
endfunction()
