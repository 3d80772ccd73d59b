# Finds Emscripten (EMSCRIPTEN or EMSDK in the environment, emcc on the path, or Debian's package)
# and hands over to its own toolchain file. Link flags belong to the target, in web/build/cmake/module.cmake.
set(emscripten_hints "$ENV{EMSCRIPTEN}" "$ENV{EMSDK}/upstream/emscripten")
find_program(EMCC emcc HINTS ${emscripten_hints} NO_CMAKE_FIND_ROOT_PATH)
if(EMCC)
  file(REAL_PATH "${EMCC}" emscripten_emcc)
  get_filename_component(emscripten_folder "${emscripten_emcc}" DIRECTORY)
endif()

find_path(EMSCRIPTEN_CMAKE_DIR Emscripten.cmake NO_CMAKE_FIND_ROOT_PATH NO_DEFAULT_PATH
  PATHS "${emscripten_folder}/cmake/Modules/Platform" /usr/share/emscripten/cmake/Modules/Platform)
if(NOT EMSCRIPTEN_CMAKE_DIR)
  message(FATAL_ERROR "Emscripten was not found. On Debian: apt-get install emscripten. "
    "Otherwise activate an emsdk, or set EMSCRIPTEN to the folder that holds emcc.")
endif()
include("${EMSCRIPTEN_CMAKE_DIR}/Emscripten.cmake")
