# WebAssembly with clang and wasi-libc: Debian's wasi-libc and libclang-rt, or a wasi-sdk whose
# sysroot is named by WASI_SYSROOT. CMake has no WASI platform of its own at this version.
set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_SYSTEM_PROCESSOR wasm32)
set(CRASHFREE_WASI ON)

set(wasi_sysroot /usr)
if(DEFINED ENV{WASI_SYSROOT})
  set(wasi_sysroot "$ENV{WASI_SYSROOT}")
endif()

set(CMAKE_C_COMPILER clang)
set(CMAKE_C_COMPILER_TARGET wasm32-wasi)
set(CMAKE_AR llvm-ar)
set(CMAKE_RANLIB llvm-ranlib)
set(CMAKE_C_FLAGS_INIT "--sysroot=${wasi_sysroot}")
set(CMAKE_EXECUTABLE_SUFFIX .wasm)

# Programs built for WASI, the unit tests above all, run under Node's WASI host.
set(CMAKE_CROSSCOMPILING_EMULATOR node --no-warnings
  "${CMAKE_CURRENT_LIST_DIR}/../../../tests/unit/wasi-run.mjs")

set(CMAKE_FIND_ROOT_PATH "${wasi_sysroot}")
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
