/** libpq: PostgreSQL's client library, which is opened when a database of its kind is first wanted:
 *  whoever has none needs no library of it. */
#pragma once

#include <libpq-fe.h>

#include "base/attributes.h"
#include "base/error.h"

/* The functions that are called, by their own names: see the manual of libpq. */
#define FC_LIBPQ_FUNCTIONS(ROW)                                                                    \
    ROW(PQlibVersion)                                                                              \
    ROW(PQconninfoParse)                                                                           \
    ROW(PQconninfoFree)                                                                            \
    ROW(PQfreemem)                                                                                 \
    ROW(PQconnectdbParams)                                                                         \
    ROW(PQfinish)                                                                                  \
    ROW(PQstatus)                                                                                  \
    ROW(PQerrorMessage)                                                                            \
    ROW(PQtransactionStatus)                                                                       \
    ROW(PQsocket)                                                                                  \
    ROW(PQsetnonblocking)                                                                          \
    ROW(PQsetNoticeReceiver)                                                                       \
    ROW(PQsendQuery)                                                                               \
    ROW(PQsendQueryParams)                                                                         \
    ROW(PQsendPrepare)                                                                             \
    ROW(PQsendQueryPrepared)                                                                       \
    ROW(PQbackendPID)                                                                              \
    ROW(PQnotifies)                                                                                \
    ROW(PQflush)                                                                                   \
    ROW(PQconsumeInput)                                                                            \
    ROW(PQisBusy)                                                                                  \
    ROW(PQgetResult)                                                                               \
    ROW(PQresultStatus)                                                                            \
    ROW(PQresultErrorField)                                                                        \
    ROW(PQclear)                                                                                   \
    ROW(PQntuples)                                                                                 \
    ROW(PQcmdTuples)                                                                               \
    ROW(PQgetvalue)                                                                                \
    ROW(PQgetlength)

typedef struct fc_libpq {
#define ROW(name) __typeof__(name) *name;
    FC_LIBPQ_FUNCTIONS(ROW)
#undef ROW
} fc_libpq;

/** The library. It stays open. Any thread. Errors: FC_IO where it is not there, or is too old. */
FC_MUST_CHECK fc_status fc_libpq_load(const fc_libpq **out, fc_error *err);
