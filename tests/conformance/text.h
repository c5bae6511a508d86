// The text of scenarios and rows: see README.md beside this file.
#ifndef CONFORMANCE_TEXT_H
#define CONFORMANCE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

typedef enum word_kind { WORD_BARE, WORD_STRING, WORD_BYTES } word_kind;

typedef struct word {
    word_kind kind;
    char *text; // closed by a NUL; may contain others
    size_t length;
} word;

#define WORDS_MAX 64

typedef struct line {
    int number;
    word words[WORDS_MAX];
    size_t count;
    size_t arrow;      // where the expectation begins; == count without one
    bool has_arrow;    // an expectation may be empty
    bool for_language; // no @language words, or ours is one of them
} line;

typedef struct script {
    const char *path;
    line *lines; // those with words in them
    size_t count;
} script;

// Reads a file. Prints what is wrong with it and ends the program where something is.
script text_read(const char *path);
void text_free(script *t);

// Is it this bare word?
bool word_is(const word *w, const char *bare);

#endif
