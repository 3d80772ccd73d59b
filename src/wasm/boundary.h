/*
 * How functions cross the boundary of a module. The build reads these marks: web/build/cmake/module.cmake
 * the names, web/build/steps/boundary.ts the whole declarations, from which it writes the types of
 * web/src/abi.ts. A host passes what JavaScript makes of `true` and `false` for a bool.
 */
#ifndef CF_WASM_BOUNDARY_H
#define CF_WASM_BOUNDARY_H

#define EXPORT(name) __attribute__((export_name(#name), visibility("default"))) name
#define IMPORT(name) __attribute__((import_module("env"), import_name(#name))) extern
/* A number that a host may leave out: it is NaN then. */
#define OPTIONAL

#endif
