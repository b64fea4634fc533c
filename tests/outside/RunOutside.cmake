# Installs Kith from BUILD into an empty prefix there, then builds and runs projects that know only that prefix. Run with -P.
set(work ${BUILD}/outside)
set(prefix ${work}/prefix)
file(REMOVE_RECURSE ${work})
file(MAKE_DIRECTORY ${work})

function(run what)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output WORKING_DIRECTORY ${work})
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "${what} failed:\n${output}")
  endif()
  message(STATUS "${what}: ok")
endfunction()

run("install" ${CMAKE_COMMAND} --install ${BUILD} --prefix ${prefix})

# The prefix is moved: an installed package must not know where it was built.
file(RENAME ${prefix} ${work}/moved)
set(prefix ${work}/moved)
file(GLOB_RECURSE installed ${prefix}/*.cmake ${prefix}/*.pc ${prefix}/*.h)
foreach(file ${installed})
  file(READ ${file} text)
  string(FIND "${text}" "${BUILD}" position)
  if(NOT position EQUAL -1)
    message(FATAL_ERROR "${file} names the build folder")
  endif()
endforeach()

run("CMake, configure" ${CMAKE_COMMAND} -S ${SOURCE}/cmake -B ${work}/cmake -G Ninja -DCMAKE_PREFIX_PATH=${prefix}
    -DCMAKE_C_COMPILER=${C_COMPILER} -DCMAKE_CXX_COMPILER=${CXX_COMPILER})
run("CMake, build" ${CMAKE_COMMAND} --build ${work}/cmake)
foreach(program c_shared c_static cc_static)
  run("CMake, ${program}" ${work}/cmake/${program} ${work}/${program}.kith)
endforeach()

# A C project that never enables C++ links both libraries.
run("CMake, C only, configure" ${CMAKE_COMMAND} -S ${SOURCE}/c_only -B ${work}/c_only -G Ninja -DCMAKE_PREFIX_PATH=${prefix}
    -DCMAKE_C_COMPILER=${C_COMPILER})
run("CMake, C only, build" ${CMAKE_COMMAND} --build ${work}/c_only)
run("CMake, C only, shared" ${work}/c_only/shared ${work}/c_only_shared.kith)
run("CMake, C only, static" ${work}/c_only/static ${work}/c_only_static.kith)

# As a part of somebody's build. Only configured: compiling it again would show nothing new.
run("CMake, subdirectory, configure" ${CMAKE_COMMAND} -S ${SOURCE}/subdirectory -B ${work}/subdirectory -G Ninja
    -DKITH_SOURCE=${SOURCE}/../.. -DCMAKE_C_COMPILER=${C_COMPILER} -DCMAKE_CXX_COMPILER=${CXX_COMPILER})

file(GLOB_RECURSE pc ${prefix}/*/kith.pc)
get_filename_component(pc_dir ${pc} DIRECTORY)
get_filename_component(lib_dir ${pc_dir} DIRECTORY)
foreach(package kith kith-static)
  execute_process(COMMAND ${CMAKE_COMMAND} -E env PKG_CONFIG_PATH=${pc_dir} pkg-config --cflags --libs ${package}
                  OUTPUT_VARIABLE flags RESULT_VARIABLE result ERROR_VARIABLE error OUTPUT_STRIP_TRAILING_WHITESPACE)
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "pkg-config ${package}: ${error}")
  endif()
  separate_arguments(flags UNIX_COMMAND "${flags}")
  run("pkg-config ${package}, build" ${C_COMPILER} -std=c99 ${SOURCE}/host.c -o ${work}/pc_${package} ${flags})
  run("pkg-config ${package}" ${CMAKE_COMMAND} -E env LD_LIBRARY_PATH=${lib_dir} ${work}/pc_${package} ${work}/pc_${package}.kith)
endforeach()

include(${SOURCE}/foreign/Foreign.cmake)

# A Go module that knows the binding by `replace`: linked with the shared library, and with the tag kith_static with all of it.
find_program(GO go HINTS /usr/local/go/bin)
if(NOT GO)
  message(STATUS "Go: skipped, there is no go")
  return()
endif()
# A cache of its own: Go's does not know where pkg-config pointed, and would give what is linked here to others.
get_filename_component(go_cache ${work}/../go-cache ABSOLUTE)
file(MAKE_DIRECTORY ${work}/go)
configure_file(${SOURCE}/host.go ${work}/go/main.go COPYONLY)
file(REAL_PATH ${SOURCE}/../../bindings/go binding)
file(WRITE ${work}/go/go.mod "module outside\n\ngo 1.23\n\nrequire kith v0.0.0\n\nreplace kith => ${binding}\n")
foreach(tag kith_shared kith_static)
  run("Go, ${tag}, build" ${CMAKE_COMMAND} -E env PKG_CONFIG_PATH=${pc_dir} GOWORK=off GOCACHE=${go_cache} ${GO} -C ${work}/go build -tags ${tag} -o ${work}/${tag} .)
  run("Go, ${tag}" ${CMAKE_COMMAND} -E env LD_LIBRARY_PATH=${lib_dir} ${work}/${tag} ${work}/${tag}.kith)
endforeach()
