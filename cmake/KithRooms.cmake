# A room is lib/<room>/*.cc behind include/kith/<room>/*.h, compiled once as the object library kith_<room>. New files are found
# by themselves. kith_through_<room> stands for that room and all before it, as archives: a room can be built and tested while a
# later one does not compile, and a call to a later room does not link.
include(EmbedPackages)

if(COMMAND kith_precompiled_headers)
  set(KITH_COMMON_HEADERS <algorithm> <array> <charconv> <cmath> <functional> <map> <memory> <optional> <set> <span> <string> <string_view>
      <tuple> <utility> <variant> <vector> <absl/status/status.h> <absl/status/statusor.h> <absl/strings/str_cat.h>)
  kith_precompiled_headers(rooms HEADERS ${KITH_COMMON_HEADERS} LIBRARIES kith_dependencies)
endif()

function(kith_rooms)
  set(objects $<TARGET_OBJECTS:kith_packages>)
  add_library(kith_packages_archive STATIC ${objects})
  set_target_properties(kith_packages_archive PROPERTIES LINKER_LANGUAGE CXX)
  set(archives kith_packages_archive)
  set(before "")
  if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
    # For processors that have it; who calls it asks the processor first.
    set_source_files_properties(${PROJECT_SOURCE_DIR}/lib/base/hash_avx2.cc PROPERTIES COMPILE_OPTIONS -mavx2
                                SKIP_PRECOMPILE_HEADERS ON SKIP_UNITY_BUILD_INCLUSION ON)
  endif()
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # At -O2 GCC leaves loops alone whose length it does not know; Clang does not.
    set_source_files_properties(${PROJECT_SOURCE_DIR}/lib/insight/sweep.cc ${PROJECT_SOURCE_DIR}/lib/insight/period.cc
                                PROPERTIES COMPILE_OPTIONS -fvect-cost-model=dynamic SKIP_PRECOMPILE_HEADERS ON SKIP_UNITY_BUILD_INCLUSION ON)
    # Reading precompiled headers GCC 12 takes the move of a short string in an optional for one past its end.
    set_source_files_properties(${PROJECT_SOURCE_DIR}/lib/engine/chain.cc PROPERTIES SKIP_PRECOMPILE_HEADERS ON SKIP_UNITY_BUILD_INCLUSION ON)
  endif()
  foreach(room ${ARGN})
    file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/lib/${room}/*.cc ${PROJECT_SOURCE_DIR}/lib/${room}/*/*.cc)
    if(sources)
      add_library(kith_${room} OBJECT ${sources})
      target_include_directories(kith_${room} PRIVATE ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR}/lib)
      target_link_libraries(kith_${room} PRIVATE kith_options kith_dependencies)
      kith_precompile(kith_${room} rooms)
      kith_unite(kith_${room})
      list(APPEND objects $<TARGET_OBJECTS:kith_${room}>)
      add_library(kith_${room}_archive STATIC $<TARGET_OBJECTS:kith_${room}>)
      set_target_properties(kith_${room}_archive PROPERTIES LINKER_LANGUAGE CXX)
      list(PREPEND archives kith_${room}_archive)
    endif()
    kith_check_layers(${room} "${before}")
    list(APPEND before ${room})
    add_library(kith_through_${room} INTERFACE)
    target_include_directories(kith_through_${room} INTERFACE ${PROJECT_SOURCE_DIR}/include)
    target_link_libraries(kith_through_${room} INTERFACE ${archives} kith_dependencies)
  endforeach()
  set(KITH_ROOMS ${ARGN} PARENT_SCOPE)
  set(KITH_ROOM_OBJECTS ${objects} PARENT_SCOPE)

  # All rooms as one archive, for tests and benchmarks inside the tree.
  add_library(kith_rooms STATIC ${objects})
  set_target_properties(kith_rooms PROPERTIES LINKER_LANGUAGE CXX)
  target_include_directories(kith_rooms PUBLIC ${PROJECT_SOURCE_DIR}/include)
  target_link_libraries(kith_rooms PUBLIC kith_dependencies)
endfunction()

# kith_check_layers(<room> <rooms before it>): checks the room's includes whenever one of its files changed, as part of its build.
function(kith_check_layers room before)
  file(GLOB files CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/lib/${room}/* ${PROJECT_SOURCE_DIR}/lib/${room}/*/* ${PROJECT_SOURCE_DIR}/include/kith/${room}/*)
  if(NOT files)
    return()
  endif()
  set(stamp ${PROJECT_BINARY_DIR}/layers/${room})
  string(REPLACE ";" "," before "${before}")
  add_custom_command(OUTPUT ${stamp}
    COMMAND ${CMAKE_COMMAND} -DROOT=${PROJECT_SOURCE_DIR} -DROOM=${room} -DBEFORE=${before} -DSTAMP=${stamp}
            -P ${PROJECT_SOURCE_DIR}/cmake/CheckLayers.cmake
    DEPENDS ${files} ${PROJECT_SOURCE_DIR}/cmake/CheckLayers.cmake
    COMMENT "Checking the includes of ${room}" VERBATIM)
  add_custom_target(kith_layers_${room} ALL DEPENDS ${stamp})
  if(TARGET kith_${room})
    add_dependencies(kith_${room} kith_layers_${room})
  endif()
endfunction()
