# lib/packages/*.json compiled into the library. Run with -P (INPUTS comma list, OUTPUT) it writes the source; included, it adds
# the object library kith_packages. lib/packages/embedded.h declares what the source defines.
if(CMAKE_SCRIPT_MODE_FILE)
  cmake_minimum_required(VERSION 3.25)
  string(REPLACE "," ";" inputs "${INPUTS}")
  set(table "")
  set(bodies "")
  foreach(input ${inputs})
    get_filename_component(name ${input} NAME_WLE)
    string(MAKE_C_IDENTIFIER ${name} symbol)
    # Bytes as numbers: no limit on a literal's length, nothing to escape, and every compiler reads it the same.
    file(READ ${input} hex HEX)
    string(REGEX REPLACE "(................................................................)" "\\1\n" hex "${hex}")
    string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
    string(APPEND bodies "constexpr unsigned char k_${symbol}[] = {\n${bytes}};\n")
    string(APPEND table "    {\"${name}\", {reinterpret_cast<const char*>(k_${symbol}), sizeof(k_${symbol})}},\n")
  endforeach()
  list(LENGTH inputs count)
  file(WRITE ${OUTPUT} "// Generated from lib/packages/*.json by cmake/EmbedPackages.cmake.
#include \"packages/embedded.h\"

#include <array>

namespace kith::packages {
namespace {
${bodies}
const std::array<Package, ${count}>& Table() {
  static const std::array<Package, ${count}> table = {{
${table}  }};
  return table;
}
}  // namespace

std::span<const Package> All() { return Table(); }

std::string_view Find(std::string_view name) {
  for (const Package& package : Table()) {
    if (package.name == name) return package.json;
  }
  return {};
}
}  // namespace kith::packages
")
  return()
endif()

file(GLOB packages CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/lib/packages/*.json)
set(embedded ${PROJECT_BINARY_DIR}/generated/embedded_packages.cc)
string(REPLACE ";" "," inputs "${packages}")
add_custom_command(OUTPUT ${embedded}
  COMMAND ${CMAKE_COMMAND} -DINPUTS=${inputs} -DOUTPUT=${embedded} -P ${CMAKE_CURRENT_LIST_FILE}
  DEPENDS ${packages} ${CMAKE_CURRENT_LIST_FILE}
  COMMENT "Embedding the packages" VERBATIM)
add_library(kith_packages OBJECT ${embedded})
target_include_directories(kith_packages PRIVATE ${PROJECT_SOURCE_DIR}/lib)
target_link_libraries(kith_packages PRIVATE kith_options)
