# supply.def: size, hash and origin of the models for src/engine/model_files.c, out of supply.lock.
find_program(FC_AWK NAMES awk mawk gawk REQUIRED)
set(fc_lock ${CMAKE_SOURCE_DIR}/supply.lock)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS
    ${fc_lock} ${CMAKE_SOURCE_DIR}/cmake/supply.awk)
execute_process(
    COMMAND ${FC_AWK} -f ${CMAKE_SOURCE_DIR}/cmake/supply.awk ${fc_lock}
    OUTPUT_VARIABLE fc_supply COMMAND_ERROR_IS_FATAL ANY)
file(CONFIGURE OUTPUT ${fc_generated}/supply.def CONTENT "${fc_supply}" @ONLY)
