# cJSON, populated but never configured: its own CMakeLists changes global flags and adds targets.
# In order: FETCHCONTENT_SOURCE_DIR_CJSON (the presets take it from CRASHFREE_CJSON_DIR), a copy
# that .ci/cjson fetched earlier, the pinned release, and where that cannot be reached, Debian's
# source package with its security patches.
include(FetchContent)

set(cjson_url "https://github.com/DaveGamble/cJSON/archive/refs/tags/v1.7.19.tar.gz")
set(cjson_sha256 7fa616e3046edfa7a28a32d5f9eacfd23f92900fe1f8ccd988c1662f30454562)

if(NOT FETCHCONTENT_SOURCE_DIR_CJSON)
  set(cjson_debian "${PROJECT_SOURCE_DIR}/build/cjson")
  set(cjson_archive "${PROJECT_SOURCE_DIR}/build/cjson-1.7.19.tar.gz")
  if(NOT EXISTS "${cjson_debian}/cJSON.c" AND NOT EXISTS "${cjson_archive}")
    message(STATUS "cJSON: downloading the pinned release")
    file(DOWNLOAD "${cjson_url}" "${cjson_archive}.part" STATUS cjson_status
      TIMEOUT 60 INACTIVITY_TIMEOUT 10)
    set(cjson_downloaded "")
    if(EXISTS "${cjson_archive}.part")
      file(SHA256 "${cjson_archive}.part" cjson_downloaded)
    endif()
    if(cjson_downloaded STREQUAL cjson_sha256)
      file(RENAME "${cjson_archive}.part" "${cjson_archive}")
    else()
      file(REMOVE "${cjson_archive}.part")
      list(GET cjson_status 1 cjson_reason)
      message(STATUS "cJSON: not the pinned release (${cjson_reason}); asking Debian's archive")
      execute_process(COMMAND bash "${PROJECT_SOURCE_DIR}/.ci/cjson" OUTPUT_QUIET
        RESULT_VARIABLE cjson_result)
      if(NOT cjson_result EQUAL 0)
        message(FATAL_ERROR "cJSON cannot be fetched. Put the source of a release in a folder "
          "and set CRASHFREE_CJSON_DIR to it.")
      endif()
    endif()
  endif()
  if(EXISTS "${cjson_archive}")
    set(cjson_url "${cjson_archive}")
  else()
    set(FETCHCONTENT_SOURCE_DIR_CJSON "${cjson_debian}")
  endif()
endif()

FetchContent_Declare(cjson
  URL "${cjson_url}"
  URL_HASH SHA256=${cjson_sha256}
  DOWNLOAD_EXTRACT_TIMESTAMP OFF
  SOURCE_SUBDIR no-cmake)
FetchContent_MakeAvailable(cjson)

# The source is compiled only if it is one of these, or one that somebody has looked at.
set(cjson_known_sources
  298581a04a36c0165da4b0aade235c23088cb2faa58651d720ea2f3706ed0b0d # 1.7.19
  21f8074f6527bf971d2b6217eca5900e215be4b479e63422c68c83bc8b06b038 # Debian 13, 1.7.18-3.1+deb13u1
  5c5ab83a24eecfebc25b6aa4d47dbdb5f23d1baec92de75fec5f0528dbe255a7 # Debian 12, 1.7.15-1+deb12u4
  $ENV{CRASHFREE_CJSON_SHA256})
set(cjson_original "${cjson_SOURCE_DIR}/cJSON.c")
if(NOT EXISTS "${cjson_original}")
  message(FATAL_ERROR "cJSON: ${cjson_SOURCE_DIR} has no cJSON.c")
endif()
file(SHA256 "${cjson_original}" cjson_found)
if(NOT cjson_found IN_LIST cjson_known_sources)
  message(FATAL_ERROR "cJSON: ${cjson_original} is none of the versions that "
    "web/build/cmake/cjson.cmake knows. If it was changed by accident, remove its folder. If it is a "
    "newer release that you have looked at, set CRASHFREE_CJSON_SHA256=${cjson_found}.")
endif()
message(STATUS "cJSON in ${cjson_SOURCE_DIR}")
file(COPY "${cjson_SOURCE_DIR}/LICENSE" DESTINATION "${PROJECT_BINARY_DIR}/cjson")

# What the compiler cannot know of the core: it prints without indentation, into a buffer that it
# gives, and nothing but objects, arrays, texts and raw text, none of which is missing. Told so, it
# leaves out half of the printing, and the pointers to allocators, which are no text and would have to be
# packed.
set(cjson_source "${PROJECT_BINARY_DIR}/cjson/cJSON.c")
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${cjson_original}")
file(READ "${cjson_original}" cjson_text)
set(cjson_edits
  "output_buffer->format => false"
  "output_buffer->depth++ => (void)0"
  "output_buffer->depth-- => (void)0"
  "(p->buffer == NULL) => (false)"
  "(buffer->buffer == NULL) => (false)"
  "(input == NULL) => (false)"
  "(item == NULL) || (output_buffer == NULL) => false"
  "(output_buffer == NULL) => (false)"
  "(item->valuestring == NULL) => (false)"
  "p->noalloc => true"
  "p.hooks = global_hooks => (void)0"
  "(item->type) & 0xFF) => (item->type) & (cJSON_String | cJSON_Object | cJSON_Array | cJSON_Raw))")
foreach(edit IN LISTS cjson_edits)
  string(REGEX MATCH "(.*) => (.*)" edit "${edit}")
  string(FIND "${cjson_text}" "${CMAKE_MATCH_1}" cjson_place)
  if(cjson_place EQUAL -1)
    message(FATAL_ERROR "cJSON: ${cjson_original} has no `${CMAKE_MATCH_1}`, which "
      "web/build/cmake/cjson.cmake replaces. Change the edit there to the text that this version has.")
  endif()
  string(REPLACE "${CMAKE_MATCH_1}" "${CMAKE_MATCH_2}" cjson_text "${cjson_text}")
endforeach()
set(cjson_written "")
if(EXISTS "${cjson_source}")
  file(READ "${cjson_source}" cjson_written)
endif()
if(NOT cjson_written STREQUAL cjson_text)
  file(WRITE "${cjson_source}" "${cjson_text}")
endif()

# What stands for stdio and the allocator is in src/cjson_config.h. Both hold in every build, so that
# the code under test is the code that ships.
add_library(cf_cjson OBJECT "${cjson_source}")
target_include_directories(cf_cjson SYSTEM PUBLIC "${cjson_SOURCE_DIR}")
target_compile_definitions(cf_cjson PUBLIC CJSON_NESTING_LIMIT=64 CJSON_HIDE_SYMBOLS)
target_compile_options(cf_cjson PRIVATE -w
  "SHELL:-include \"${PROJECT_SOURCE_DIR}/src/cjson_config.h\"")
