/* How functions cross the boundary of a module; web/build/cmake/module.cmake reads these marks. */
#ifndef CF_WASM_BOUNDARY_H
#define CF_WASM_BOUNDARY_H

#define EXPORT(name) __attribute__((export_name(#name), visibility("default"))) name
#define IMPORT(name) __attribute__((import_module("env"), import_name(#name))) extern

#endif
