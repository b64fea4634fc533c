# find_package(kith [COMPONENTS static]): kith::kith is the shared library and needs nothing else; kith::static is the C++ library
# and needs what Kith is built on. Without COMPONENTS, kith::static is there when its needs are met.
include(${CMAKE_CURRENT_LIST_DIR}/kith-shared.cmake)

find_package(absl QUIET)
find_package(OpenSSL QUIET COMPONENTS Crypto)
find_package(ICU QUIET COMPONENTS i18n uc)
find_package(Threads QUIET)
if(absl_FOUND AND OpenSSL_FOUND AND ICU_FOUND AND Threads_FOUND)
  include(${CMAKE_CURRENT_LIST_DIR}/kith-static.cmake)
  set(kith_static_FOUND TRUE)
elseif("static" IN_LIST kith_FIND_COMPONENTS AND kith_FIND_REQUIRED_static)
  set(kith_FOUND FALSE)
  set(kith_NOT_FOUND_MESSAGE "kith::static needs the CMake packages absl, ICU, OpenSSL and Threads")
endif()
