/* Keeps a library or a check buildable while its folder is still empty. */
typedef int fc_empty;
