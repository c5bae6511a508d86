/*
 * trivium/status.h - what an HRESULT is called, and the message that goes with the last failure.
 *
 * The table of all codes is core/src/status.def: name, code string, message, and what each becomes
 * in Python and JavaScript. The code strings are the same in every language.
 */
#ifndef TRIVIUM_STATUS_H
#define TRIVIUM_STATUS_H

#include <trivium/abi.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tri_status {
    HRESULT hr;
    const char *name;    /* "TRI_E_FILE_NOT_FOUND" */
    const char *code;    /* "ENOENT" */
    const char *message; /* what to say when nobody said more */
    const char *python;  /* name of the built-in exception: "FileNotFoundError" */
    const char *js;      /* name of the constructor: "Error", "TypeError", "RangeError" */
} tri_status;

/* The row of a code; for a code without a row the one of TRI_E_FAIL, except that `hr` is always the
 * argument. Static data; the copy is the caller's. Threads: any. Blocks: no. */
TRI_API tri_status tri_status_find(HRESULT hr);

/* Row `index` of the table, NULL past its end. Static data. Threads: any. */
TRI_API const tri_status *tri_status_at(size_t index);

/* The HRESULT of an errno value: Windows' own where there is one, else a customer code that keeps the
 * number (0xA0CE0000 + error). Never a success. Threads: any. */
TRI_API HRESULT tri_status_from_errno(int error);

/*
 * Error info of the calling thread, as RoOriginateError keeps it on Windows: the last failure and its
 * message. Setting allocates nothing. A function below that returns a failure has set it.
 */
#define TRI_MESSAGE_SIZE 512
/* Sets it and returns `hr`. Cut at TRI_MESSAGE_SIZE - 1 bytes, at a character boundary. */
TRI_API HRESULT tri_error_set(HRESULT hr, const char *format, ...) TRI_PRINTF(2, 3);
/* Puts text in front of the message, e.g. the name of a parameter; returns the code. */
TRI_API HRESULT tri_error_prefix(const char *format, ...) TRI_PRINTF(1, 2);
/* The message of the last failure, if that was `hr`; else the one of the status table. Valid until the
 * thread's next failure. */
TRI_API const char *tri_error_message(HRESULT hr);
/* Forgets it. */
TRI_API void tri_error_clear(void);

#ifdef __cplusplus
}
#endif
#endif
