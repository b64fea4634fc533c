# Language, warnings, visibility, sanitizers, linker and compiler cache, the same for every target of ours.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_C_STANDARD 99)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_C_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)
if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()

add_library(kith_options INTERFACE)
target_compile_options(kith_options INTERFACE -Wall -Wextra -Wpedantic -Wconversion -Wshadow)
# A designated initializer names the members that matter and leaves the rest at their defaults.
target_compile_options(kith_options INTERFACE -Wno-missing-field-initializers)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 12 takes the inlined growth of a short string for overlapping copies (its bug 105651).
  target_compile_options(kith_options INTERFACE -Wno-restrict)
endif()
# STB_GNU_UNIQUE symbols would tie every copy of the library in a process together and forbid unloading it.
target_compile_options(kith_options INTERFACE $<$<CXX_COMPILER_ID:GNU>:-fno-gnu-unique>)

# kith_precompile(<target> <set>): the target reads the headers of <set> (kith_precompiled_headers) precompiled.
function(kith_precompile target set)
  if(TARGET kith_precompiled_${set})
    target_precompile_headers(${target} REUSE_FROM kith_precompiled_${set})
  endif()
endfunction()

# kith_unite(<target>): GCC reads eight of its files as one, in half the time, most of which goes into templates that all of them use. So
# names in the unnamed namespaces of a room's files differ. Clang reads each file alone.
option(KITH_UNITY "Compile several files of a room as one where the compiler is GCC" ON)
function(kith_unite target)
  if(KITH_UNITY AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND PROJECT_IS_TOP_LEVEL)
    set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 8)
  endif()
endfunction()

# The rest concerns people who work on Kith; a host that adds it as a subdirectory keeps its own choices.
if(NOT PROJECT_IS_TOP_LEVEL)
  return()
endif()
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
target_compile_options(kith_options INTERFACE -Werror)
# GCC that never collects its garbage takes a tenth less time and a tenth more memory, a gigabyte at most. What it writes is the same, so
# that the cache does not ask.
set(collect --param=ggc-min-heapsize=1000000)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(kith_options INTERFACE ${collect})
endif()

find_program(KITH_CCACHE ccache)
if(KITH_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # A clone in another folder finds the same objects: paths below the source are relative to the cache.
  set(launcher ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=1 CCACHE_SLOPPINESS=pch_defines,time_macros
      CCACHE_PCH_EXTSUM=true CCACHE_IGNOREOPTIONS=${collect} ${KITH_CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${launcher})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${launcher})
endif()
find_program(KITH_LLD ld.lld)
if(KITH_LLD)
  add_link_options(-fuse-ld=lld)
endif()
if(KITH_SANITIZE)
  add_compile_options(-fsanitize=${KITH_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${KITH_SANITIZE})
endif()
if(KITH_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

# Headers that most files include, read once: a third of the time that GCC takes. Ours among them lie in FOLDERS. A build with Clang reads
# all of them file by file, so that a file which includes too little still fails in one of the two.
function(kith_precompiled_headers set)
  cmake_parse_arguments(PARSE_ARGV 1 SET "" "" "HEADERS;FOLDERS;LIBRARIES;OPTIONS")
  if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    return()
  endif()
  set(source ${PROJECT_BINARY_DIR}/generated/precompiled_${set}.cc)
  file(CONFIGURE OUTPUT ${source} CONTENT "")
  add_library(kith_precompiled_${set} OBJECT ${source})
  target_precompile_headers(kith_precompiled_${set} PRIVATE ${SET_HEADERS})
  target_compile_options(kith_precompiled_${set} PRIVATE ${SET_OPTIONS})
  target_include_directories(kith_precompiled_${set} PRIVATE ${SET_FOLDERS})
  target_link_libraries(kith_precompiled_${set} PRIVATE kith_options ${SET_LIBRARIES})
  # What GCC writes differs from folder to folder, so the cache goes by what it has read; of ours it is read again when it changes.
  foreach(folder ${SET_FOLDERS})
    file(GLOB_RECURSE ours ${folder}/*.h)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${ours})
  endforeach()
  list(TRANSFORM SET_FOLDERS PREPEND -I)
  set(text "${SET_HEADERS}")
  list(TRANSFORM text PREPEND "#include ")
  list(JOIN text "\n" text)
  file(CONFIGURE OUTPUT ${source}.h CONTENT "${text}\n" @ONLY)
  execute_process(COMMAND ${CMAKE_CXX_COMPILER} -std=c++20 ${SET_FOLDERS} -E -P -x c++ ${source}.h OUTPUT_VARIABLE text ERROR_QUIET)
  string(SHA256 sum "${CMAKE_CXX_COMPILER_VERSION} ${SET_OPTIONS} ${text}")
  file(WRITE ${CMAKE_CURRENT_BINARY_DIR}/CMakeFiles/kith_precompiled_${set}.dir/cmake_pch.hxx.gch.sum ${sum})
endfunction()
