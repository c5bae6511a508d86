# What a program in C needs: libtrivium, the headers, a pkg-config file, and the standard components where
# core looks for them, in components/ beside the library.
install(TARGETS trivium
    LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
    RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(DIRECTORY core/include/trivium DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
configure_file(cmake/trivium.pc.in trivium.pc @ONLY)
install(FILES "${PROJECT_BINARY_DIR}/trivium.pc" DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
foreach(name IN ITEMS timer hashing)
    if(TARGET component_${name})
        install(TARGETS component_${name} LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}/components)
    endif()
endforeach()
