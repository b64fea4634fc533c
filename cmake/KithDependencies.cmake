# What Kith builds on: the distribution's packages. `kith_dependencies` carries all of them: which room may include what is
# checked by cmake/CheckLayers.cmake, and what a library does not use it does not need (--as-needed).
find_package(Threads REQUIRED)
find_package(absl REQUIRED)
find_package(OpenSSL REQUIRED COMPONENTS Crypto)
find_package(ICU REQUIRED COMPONENTS i18n uc)
find_package(nlohmann_json 3.11 REQUIRED)
find_library(KITH_LMDB lmdb REQUIRED)
find_library(KITH_RE2 re2 REQUIRED)
find_library(KITH_UTF8PROC utf8proc REQUIRED)
find_library(KITH_CSV csv REQUIRED)
# FlatBuffers' runtime and xxHash are used from their headers; FlatBuffers' compiled parser stays out of Kith.
find_path(KITH_FLATBUFFERS_INCLUDE flatbuffers/flatbuffers.h REQUIRED)
find_path(KITH_XXHASH_INCLUDE xxhash.h REQUIRED)

# Without memory a JSON document of this version of the header ends the process: its destructor takes memory, and a value says what it is
# before it has the memory of it, which nobody can take apart. Here the destructor then takes the parts apart one by one, the type is told
# once the value stands, and a list of initial values that cannot be finished is given back. Other versions are taken as they are.
find_path(KITH_JSON_INCLUDE nlohmann/json.hpp REQUIRED)
set(kith_json ${PROJECT_BINARY_DIR}/json/nlohmann/json.hpp)
file(READ ${KITH_JSON_INCLUDE}/nlohmann/json.hpp text)
string(REGEX REPLACE "([^\n]*array [|][|] t == value_t::object[)])(\n *{\n *// flatten the current json_value)" "\\1 try\\2" text "${text}")
string(REGEX REPLACE "(it's now safe that current_item get destructed[^}]*}[^}]*})" "\\1 catch (const std::bad_alloc&) {}" text "${text}")
string(REGEX REPLACE "(m_type = value_t::[a-z_]+;)(\n *)(m_value[^;]*;)" "\\3\\2\\1" text "${text}")
string(REPLACE "value_t manual_type = value_t::array)" "value_t manual_type = value_t::array) : basic_json(nullptr)" text "${text}")
file(CONFIGURE OUTPUT ${kith_json} CONTENT "${text}" @ONLY)
# Likewise a table of this version of Abseil that cannot grow, or whose new element cannot be made, is what it was before.
find_path(KITH_ABSL_INCLUDE absl/container/internal/raw_hash_set.h REQUIRED)
file(READ ${KITH_ABSL_INCLUDE}/absl/container/internal/raw_hash_set.h text)
string(REGEX REPLACE "(capacity_ = new_capacity;\n *)(initialize_slots[(][)];)" "\\1try { \\2 } catch (...) { capacity_ = old_capacity; throw; }" text "${text}")
string(REGEX REPLACE "(void emplace_at[(]size_t i, Args&&... args[)] {\n *)(PolicyTraits::construct[^;]*;)"
       "\\1try { \\2 } catch (...) { erase_meta_only(iterator_at(i)); throw; }" text "${text}")
file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/json/absl/container/internal/raw_hash_set.h CONTENT "${text}" @ONLY)

set(KITH_ABSL_TARGETS absl::status absl::statusor absl::strings absl::str_format absl::flat_hash_map absl::flat_hash_set absl::btree
    absl::inlined_vector absl::hash absl::int128 absl::time)
add_library(kith_dependencies INTERFACE)
target_include_directories(kith_dependencies SYSTEM INTERFACE $<BUILD_INTERFACE:${PROJECT_BINARY_DIR}/json> ${KITH_FLATBUFFERS_INCLUDE} ${KITH_XXHASH_INCLUDE})
target_compile_definitions(kith_dependencies INTERFACE XXH_INLINE_ALL)
target_link_libraries(kith_dependencies INTERFACE ${KITH_ABSL_TARGETS} nlohmann_json::nlohmann_json OpenSSL::Crypto ICU::i18n ICU::uc
                      ${KITH_LMDB} ${KITH_RE2} ${KITH_UTF8PROC} ${KITH_CSV} Threads::Threads)
target_link_options(kith_dependencies INTERFACE -Wl,--as-needed)
