# The WebAssembly modules: bare reactors, no generated JavaScript. What one exports and imports is read
# from the marks in its boundary, a file of src/wasm/, and in its sources; anything the toolchain adds is
# removed after the link, and any other undefined symbol fails it. (tests/wasm asserts the resulting lists.)

# Names marked MACRO(x); src/wasm/boundary.h has the macros.
function(marked_names text macro result)
  set(names "")
  string(REGEX MATCHALL "${macro}\\([A-Za-z_][A-Za-z0-9_]*\\)" marks "${text}")
  foreach(mark IN LISTS marks)
    string(REGEX REPLACE ".*\\((.+)\\)" "\\1" name "${mark}")
    list(APPEND names ${name})
  endforeach()
  list(REMOVE_DUPLICATES names)
  set(${result} "${names}" PARENT_SCOPE)
endfunction()

# What the browsers of the last years have beyond the first WebAssembly: Chrome 75, Firefox 79,
# Safari 15. Less code than their absence by a twentieth.
set(wasm_features -mbulk-memory -msign-ext -mnontrapping-fptoint)
set(wasm_enabled --enable-bulk-memory --enable-sign-ext --enable-nontrapping-float-to-int)
foreach(part cf_cjson crashfree_core crashfree_counts crashfree_events)
  target_compile_options(${part} PRIVATE ${wasm_features})
endforeach()
set_source_files_properties(src/wasm/libc.c PROPERTIES COMPILE_OPTIONS -fno-builtin)

get_filename_component(binaryen_hint "${CMAKE_C_COMPILER}/../../bin" ABSOLUTE)
find_program(WASM_METADCE wasm-metadce HINTS "${binaryen_hint}" REQUIRED NO_CMAKE_FIND_ROOT_PATH)
find_program(WASM_OPT wasm-opt HINTS "${binaryen_hint}" REQUIRED NO_CMAKE_FIND_ROOT_PATH)

# Adds NAME.wasm: BOUNDARY, the other SOURCES and the object LIBRARIES, with a STACK and a linear MEMORY
# of so many bytes, which never grows.
function(add_wasm_module name)
  cmake_parse_arguments(PARSE_ARGV 1 wasm "" "BOUNDARY;STACK;MEMORY" "SOURCES;LIBRARIES")
  set(boundary "${PROJECT_SOURCE_DIR}/${wasm_BOUNDARY}")
  set(text "")
  foreach(source IN LISTS wasm_BOUNDARY wasm_SOURCES)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/${source}")
    file(READ "${PROJECT_SOURCE_DIR}/${source}" source_text)
    string(APPEND text "${source_text}")
  endforeach()
  marked_names("${text}" EXPORT exports)
  marked_names("${text}" IMPORT imports)
  if(NOT exports)
    message(FATAL_ERROR "${wasm_BOUNDARY} marks no export")
  endif()

  set(linked ${name}_linked)
  add_executable(${linked} "${boundary}" ${wasm_SOURCES})
  target_include_directories(${linked} PRIVATE src)
  target_compile_options(${linked} PRIVATE ${wasm_features})
  # Where the memory ends that is taken: `npm run bytes` reads it, and what ships does not have it.
  target_link_options(${linked} PRIVATE ${wasm_features} -Wl,--export=__heap_base)
  target_link_libraries(${linked} PRIVATE ${wasm_LIBRARIES} cf_cjson crashfree_warnings)
  set_target_properties(${linked} PROPERTIES SUFFIX .wasm)

  if(CRASHFREE_WASM)
    # Emscripten wants imports listed in a JavaScript library; the bodies are never emitted.
    set(library "")
    foreach(import IN LISTS imports)
      string(APPEND library "  ${import}: function () {},\n")
    endforeach()
    set(imports_file "${CMAKE_CURRENT_BINARY_DIR}/${name}-imports.js")
    file(CONFIGURE OUTPUT "${imports_file}"
      CONTENT "mergeInto(LibraryManager.library, {\n${library}});\n" @ONLY)

    # TOTAL_STACK was renamed in 3.1.25.
    set(stack_setting STACK_SIZE)
    if(EMSCRIPTEN_VERSION VERSION_LESS 3.1.25)
      set(stack_setting TOTAL_STACK)
    endif()
    target_link_options(${linked} PRIVATE
      --no-entry --profiling-funcs
      -sSTANDALONE_WASM=1 -sSTRICT=1 -sFILESYSTEM=0 -sSUPPORT_LONGJMP=0
      -sMALLOC=none -s${stack_setting}=${wasm_STACK} -Wl,--stack-first
      -sINITIAL_MEMORY=${wasm_MEMORY} -sALLOW_MEMORY_GROWTH=0
      "SHELL:--js-library ${imports_file}"
      "$<$<CONFIG:MinSizeRel>:-Oz;-Wl,--lto-O1>")
    set_target_properties(${linked} PROPERTIES LINK_DEPENDS "${imports_file}")
  else()
    target_link_options(${linked} PRIVATE
      -nostartfiles -Wl,--no-entry -Wl,--stack-first -Wl,-z,stack-size=${wasm_STACK}
      -Wl,--initial-memory=${wasm_MEMORY} -Wl,--max-memory=${wasm_MEMORY})
  endif()

  # Dead-code elimination over the whole module, from our exports and the memory only.
  set(roots "{\"name\":\"memory\",\"export\":\"memory\"}")
  set(reaches "\"memory\"")
  foreach(export IN LISTS exports)
    string(APPEND roots ",\n {\"name\":\"${export}\",\"export\":\"${export}\"}")
    string(APPEND reaches ",\"${export}\"")
  endforeach()
  file(CONFIGURE OUTPUT ${name}-roots.json
    CONTENT "[{\"name\":\"host\",\"root\":true,\"reaches\":[${reaches}]},\n ${roots}]\n" @ONLY)

  set(strip --strip-debug --strip-producers --strip-target-features)
  # Control flow is taken apart and put together anew, which gives shorter loops and conditions. A
  # function that takes hardly more than its call takes the call's place.
  set(optimise --flatten --rereloop -Oz -Oz -Oz --always-inline-max-function-size=6 --converge)
  set(module "${CMAKE_CURRENT_BINARY_DIR}/${name}.wasm")
  add_custom_command(OUTPUT "${module}"
    COMMAND "${WASM_METADCE}" ${wasm_enabled} -g --graph-file=${name}-roots.json
      $<TARGET_FILE:${linked}> -o ${name}-reachable.wasm > ${name}-unreachable.txt
    COMMAND "${WASM_OPT}" ${wasm_enabled} ${optimise} ${strip} ${name}-reachable.wasm -o "${module}"
    DEPENDS ${linked} "${CMAKE_CURRENT_BINARY_DIR}/${name}-roots.json"
    COMMENT "Removing what cannot be reached: ${name}.wasm"
    VERBATIM)
  add_custom_target(${name}_wasm ALL DEPENDS "${module}")
  add_dependencies(wasm ${name}_wasm)
endfunction()

add_custom_target(wasm)

# The page's. The deepest path takes about 2,100 bytes of the stack. Not many more: below 8,192 addresses
# have two bytes in the code, and there the texts and the client's first members belong.
set(wasm_memory 65536 CACHE STRING "Linear memory of the page's module, in bytes")
add_wasm_module(crashfree
  BOUNDARY src/wasm/page.c
  STACK 4096 MEMORY ${wasm_memory}
  SOURCES src/wasm/host.c src/wasm/utf8.c src/wasm/alloc.c src/wasm/libc.c
  LIBRARIES crashfree_core)

# The servers'. A day of minutes, and the text of an envelope with all of them, take 220 KiB.
add_wasm_module(crashfree-node
  BOUNDARY src/wasm/node.c
  STACK 16384 MEMORY 393216
  SOURCES src/wasm/host.c src/native/utf8.c src/wasm/alloc.c src/wasm/libc.c
  LIBRARIES crashfree_core crashfree_counts)

# The events'. It has no data but its state.
add_wasm_module(crashfree-events
  BOUNDARY src/wasm/events.c
  STACK 1024 MEMORY 65536
  SOURCES src/wasm/libc.c
  LIBRARIES crashfree_core crashfree_events)
