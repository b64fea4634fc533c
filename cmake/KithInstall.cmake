# What a host installs: kith.h and libkith.so.<abi>; the C++ headers and libkith.a; a CMake package with kith::kith (shared) and
# kith::static; kith.pc and kith-static.pc.
if(NOT TARGET kith_shared)
  return()
endif()
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/kith)

install(FILES capi/kith.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(DIRECTORY include/kith DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.h")
install(TARGETS kith_shared EXPORT kith-shared)
install(TARGETS kith_static EXPORT kith-static)
install(EXPORT kith-shared NAMESPACE kith:: DESTINATION ${package_dir})
install(EXPORT kith-static NAMESPACE kith:: DESTINATION ${package_dir})
# The same package from the build folder: what the Python binding uses.
set(build_package ${PROJECT_BINARY_DIR}/package)
export(EXPORT kith-shared NAMESPACE kith:: FILE ${build_package}/kith-shared.cmake)
export(EXPORT kith-static NAMESPACE kith:: FILE ${build_package}/kith-static.cmake)

write_basic_package_version_file(${build_package}/kith-config-version.cmake COMPATIBILITY SameMinorVersion)
configure_file(cmake/kith-config.cmake ${build_package}/kith-config.cmake COPYONLY)
install(FILES ${build_package}/kith-config.cmake ${build_package}/kith-config-version.cmake DESTINATION ${package_dir})

string(REPLACE "absl::" "absl_" KITH_PC_ABSL "${KITH_ABSL_TARGETS}")
list(JOIN KITH_PC_ABSL ", " KITH_PC_ABSL)
configure_file(cmake/kith.pc.in kith.pc @ONLY)
configure_file(cmake/kith-static.pc.in kith-static.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/kith.pc ${PROJECT_BINARY_DIR}/kith-static.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
