# What Kith builds on: the distribution's packages.
find_package(Threads REQUIRED)
find_package(absl REQUIRED)
find_package(nlohmann_json 3.11 REQUIRED)
find_package(OpenSSL REQUIRED COMPONENTS Crypto)
find_package(PkgConfig REQUIRED)
pkg_check_modules(RE2 REQUIRED IMPORTED_TARGET re2)
add_library(re2::re2 ALIAS PkgConfig::RE2)
pkg_check_modules(LMDB REQUIRED IMPORTED_TARGET lmdb)
add_library(kith::lmdb ALIAS PkgConfig::LMDB)

# FlatBuffers' runtime is header-only; its compiled library (parser, reflection) stays out of Kith.
find_path(FLATBUFFERS_INCLUDE_DIR flatbuffers/flatbuffers.h REQUIRED)
add_library(kith_flatbuffers INTERFACE)
target_include_directories(kith_flatbuffers SYSTEM INTERFACE ${FLATBUFFERS_INCLUDE_DIR})
add_library(kith::flatbuffers ALIAS kith_flatbuffers)

# xxHash is used inlined, from its header.
find_path(XXHASH_INCLUDE_DIR xxhash.h REQUIRED)
add_library(kith_xxhash INTERFACE)
target_include_directories(kith_xxhash SYSTEM INTERFACE ${XXHASH_INCLUDE_DIR})
target_compile_definitions(kith_xxhash INTERFACE XXH_INLINE_ALL)
add_library(xxHash::xxhash ALIAS kith_xxhash)
