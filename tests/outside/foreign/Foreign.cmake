# A host with an LMDB, an Abseil, a FlatBuffers of its own: functions of the very names that libkith.so takes from its libraries, or has
# within, each of which ends the process when it is called. Included by RunOutside.cmake after the installation.
set(folder ${work}/foreign)
file(MAKE_DIRECTORY ${folder})
file(GLOB library ${prefix}/lib*/libkith.so ${prefix}/lib/*/libkith.so)

# foreign_functions(<file> <arguments of nm> <condition of awk on a symbol `name` of type `type`>)
function(foreign_functions file arguments condition)
  set(program "BEGIN { print \"void kith_foreign(const char* name);\" }
    { type = $(NF - 1); name = $NF; version = name; sub(/@.*/, \"\", name); sub(/^[^@]*/, \"\", version) }
    name ~ /^[A-Za-z_][A-Za-z0-9_]*$/ && !seen[name]++ && (${condition}) { printf \"void %s(void) { kith_foreign(\\\"%s\\\"); }\\n\", name, name }")
  execute_process(COMMAND nm ${arguments} ${library} COMMAND awk "${program}" OUTPUT_FILE ${folder}/${file} RESULTS_VARIABLE results)
  file(STRINGS ${folder}/${file} lines)
  list(LENGTH lines count)
  math(EXPR count "${count} - 1")
  if(NOT results STREQUAL "0;0" OR count LESS 30)
    message(FATAL_ERROR "foreign/${file}: ${count} names, ${results}")
  endif()
  message(STATUS "foreign, ${file}: ${count} names")
endfunction()
set(of_system "version ~ /^@+(GLIBC|GLIBCXX|CXXABI|GCC)_/")
foreign_functions(imported.c "-D;--undefined-only" "type == \"U\" && !(${of_system}) && name !~ /^mdb_/")
foreign_functions(lmdb.c "-D;--undefined-only" "name ~ /^mdb_/ && name != \"mdb_version\"")
foreign_functions(within.c "--defined-only" "type ~ /^[tTwW]$/ && name ~ /^_Z.*(flatbuffers|nlohmann|4kith)/")

function(foreign_program name)
  run("foreign, ${name}, build" ${C_COMPILER} -w -g0 -I${prefix}/include ${ARGN} -o ${folder}/${name} -Wl,-rpath,${lib_dir})
endfunction()
# Runs a program of a host; `expected` is a pattern of what it says before it fails, or empty when it must not fail.
function(foreign_run name expected)
  execute_process(COMMAND ${folder}/${name} ${folder}/${name}.kith ${ARGN} RESULT_VARIABLE result ERROR_VARIABLE said OUTPUT_VARIABLE said)
  if(expected STREQUAL "" AND NOT result EQUAL 0)
    message(FATAL_ERROR "foreign, ${name}: ${result}\n${said}")
  elseif(NOT expected STREQUAL "" AND (result EQUAL 0 OR NOT said MATCHES "${expected}"))
    message(FATAL_ERROR "foreign, ${name}, should have failed with ${expected}: ${result}\n${said}")
  endif()
  message(STATUS "foreign, ${name}: ${result} ${said}")
endfunction()

set(own ${SOURCE}/foreign/own.c)
set(with_kith ${SOURCE}/host.c -L${lib_dir} -lkith)
set(all ${folder}/imported.c ${folder}/lmdb.c ${folder}/within.c)
# What a host keeps to itself is neither taken by Kith nor changed by it.
foreign_program(kept -DOWN_LMDB -fvisibility=hidden ${all} ${own} ${with_kith})
foreign_run(kept "")
# Of what libkith.so holds itself nothing is taken from elsewhere, even if it is exported.
foreign_program(within -rdynamic ${folder}/within.c ${own} ${with_kith})
foreign_run(within "")
# The control: what a program exports takes the place of what its libraries take from each other.
foreign_program(exported -rdynamic ${folder}/imported.c ${own} ${with_kith})
foreign_run(exported "foreign function")
# Of LMDB another version is told.
foreign_program(another_lmdb -DOWN_LMDB -rdynamic ${folder}/lmdb.c ${own} ${with_kith})
foreign_run(another_lmdb "LMDB 1\\.2\\.3")
# A program that exports all of it loads Kith as a plugin that looks among its own libraries first.
foreign_program(plugin.so -shared -fPIC -Dmain=run ${with_kith})
foreign_program(plugin -DOWN_LMDB -rdynamic ${all} ${own} ${SOURCE}/foreign/load.c -ldl)
foreign_run(plugin "" ${folder}/plugin.so deep)
foreign_run(plugin "foreign function" ${folder}/plugin.so)
