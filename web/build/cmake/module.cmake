# The WebAssembly module: a bare reactor, no generated JavaScript. What it exports and imports is
# read from the attributes in src/wasm/exports.c; anything the toolchain adds is removed after the link,
# and any other undefined symbol fails it. (tests/wasm asserts the resulting lists.)
set(wasm_source "${PROJECT_SOURCE_DIR}/src/wasm/exports.c")
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${wasm_source}")
file(READ "${wasm_source}" wasm_text)

# Names marked export_name("x") / import_name("x"), also through macros EXPORT(x) / IMPORT(x).
function(marked_names attribute macro result)
  set(names "")
  string(REGEX MATCHALL "(${attribute}|${macro}) *\\( *\"?[A-Za-z_][A-Za-z0-9_]*\"? *\\)" marks "${wasm_text}")
  foreach(mark IN LISTS marks)
    string(REGEX REPLACE ".*\\( *\"?([A-Za-z0-9_]+)\"? *\\)" "\\1" name "${mark}")
    # The macro's own definition names its parameter, not a function.
    if(NOT wasm_text MATCHES "#define +${macro}\\(${name}\\)")
      list(APPEND names ${name})
    endif()
  endforeach()
  list(REMOVE_DUPLICATES names)
  set(${result} "${names}" PARENT_SCOPE)
endfunction()
marked_names(export_name EXPORT wasm_exports)
marked_names(import_name IMPORT wasm_imports)
if(NOT wasm_exports)
  message(FATAL_ERROR "src/wasm/exports.c marks no export")
endif()

# The deepest path takes about 2,100 bytes. Not many more: below 8,192 addresses have two bytes in the
# code, and there the texts and the client's first members belong.
set(wasm_stack 4096)
set(wasm_memory 65536 CACHE STRING "Linear memory of the module, in bytes; it never grows")

# What the browsers of the last years have beyond the first WebAssembly: Chrome 75, Firefox 79,
# Safari 15. Less code than their absence by a twentieth.
set(wasm_features -mbulk-memory -msign-ext -mnontrapping-fptoint)
set(wasm_enabled --enable-bulk-memory --enable-sign-ext --enable-nontrapping-float-to-int)
foreach(part cf_cjson crashfree_core)
  target_compile_options(${part} PRIVATE ${wasm_features})
endforeach()

add_executable(crashfree_module "${wasm_source}" src/wasm/utf8.c
  src/wasm/alloc.c src/wasm/libc.c)
set_source_files_properties(src/wasm/libc.c PROPERTIES COMPILE_OPTIONS -fno-builtin)
target_include_directories(crashfree_module PRIVATE src)
target_compile_options(crashfree_module PRIVATE ${wasm_features})
target_link_options(crashfree_module PRIVATE ${wasm_features})
target_link_libraries(crashfree_module PRIVATE crashfree_core cf_cjson crashfree_warnings)
set_target_properties(crashfree_module PROPERTIES OUTPUT_NAME linked SUFFIX .wasm)

if(CRASHFREE_WASM)
  # Emscripten wants imports listed in a JavaScript library; the bodies are never emitted.
  set(library "")
  foreach(name IN LISTS wasm_imports)
    string(APPEND library "  ${name}: function () {},\n")
  endforeach()
  file(CONFIGURE OUTPUT imports.js
    CONTENT "mergeInto(LibraryManager.library, {\n${library}});\n" @ONLY)

  # TOTAL_STACK was renamed in 3.1.25.
  set(stack_setting STACK_SIZE)
  if(EMSCRIPTEN_VERSION VERSION_LESS 3.1.25)
    set(stack_setting TOTAL_STACK)
  endif()
  target_link_options(crashfree_module PRIVATE
    --no-entry --profiling-funcs
    -sSTANDALONE_WASM=1 -sSTRICT=1 -sFILESYSTEM=0 -sSUPPORT_LONGJMP=0
    -sMALLOC=none -s${stack_setting}=${wasm_stack} -Wl,--stack-first
    -sINITIAL_MEMORY=${wasm_memory} -sALLOW_MEMORY_GROWTH=0
    "SHELL:--js-library ${CMAKE_CURRENT_BINARY_DIR}/imports.js"
    "$<$<CONFIG:MinSizeRel>:-Oz>")
  set_target_properties(crashfree_module PROPERTIES LINK_DEPENDS
    "${CMAKE_CURRENT_BINARY_DIR}/imports.js")
else()
  target_link_options(crashfree_module PRIVATE
    -nostartfiles -Wl,--no-entry -Wl,--stack-first -Wl,-z,stack-size=${wasm_stack}
    -Wl,--initial-memory=${wasm_memory} -Wl,--max-memory=${wasm_memory})
endif()

# Dead-code elimination over the whole module, from our exports and the memory only.
set(roots "{\"name\":\"memory\",\"export\":\"memory\"}")
set(reaches "\"memory\"")
foreach(name IN LISTS wasm_exports)
  string(APPEND roots ",\n {\"name\":\"${name}\",\"export\":\"${name}\"}")
  string(APPEND reaches ",\"${name}\"")
endforeach()
file(CONFIGURE OUTPUT roots.json
  CONTENT "[{\"name\":\"host\",\"root\":true,\"reaches\":[${reaches}]},\n ${roots}]\n" @ONLY)

get_filename_component(binaryen_hint "${CMAKE_C_COMPILER}/../../bin" ABSOLUTE)
find_program(WASM_METADCE wasm-metadce HINTS "${binaryen_hint}" REQUIRED NO_CMAKE_FIND_ROOT_PATH)
find_program(WASM_OPT wasm-opt HINTS "${binaryen_hint}" REQUIRED NO_CMAKE_FIND_ROOT_PATH)
set(strip --strip-debug --strip-producers --strip-target-features)
# Control flow is taken apart and put together anew, which gives shorter loops and conditions.
set(optimise --flatten --rereloop -Oz -Oz --converge)
set(module "${CMAKE_CURRENT_BINARY_DIR}/crashfree.wasm")
add_custom_command(OUTPUT "${module}"
  COMMAND "${WASM_METADCE}" ${wasm_enabled} -g --graph-file=roots.json
    $<TARGET_FILE:crashfree_module> -o reachable.wasm > unreachable.txt
  COMMAND "${WASM_OPT}" ${wasm_enabled} ${optimise} ${strip} reachable.wasm -o "${module}"
  DEPENDS crashfree_module "${CMAKE_CURRENT_BINARY_DIR}/roots.json"
  COMMENT "Removing what cannot be reached: crashfree.wasm"
  VERBATIM)
add_custom_target(wasm ALL DEPENDS "${module}")
