# cmake --install build --prefix DIR: the program, the library it brings along, and the models.
if(TARGET facecraft)
    install(TARGETS facecraft)
    install(FILES ${fc_ort} DESTINATION ${CMAKE_INSTALL_LIBDIR}/facecraft)
    install(DIRECTORY ${CMAKE_SOURCE_DIR}/models/
        DESTINATION ${CMAKE_INSTALL_DATADIR}/facecraft/models)
endif()
