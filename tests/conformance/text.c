// Cuts a file of scenarios or rows into lines and words.
#include "text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char language[] = "@c";

static void *grow(void *memory, size_t size)
{
    void *more = realloc(memory, size);
    if (!more) {
        fprintf(stderr, "no memory\n");
        exit(2);
    }
    return more;
}

static void malformed(const char *path, int number, const char *what)
{
    fprintf(stderr, "%s:%d: %s\n", path, number, what);
    exit(2);
}

// Appends a character as UTF-8; a surrogate as three bytes.
static char *put_character(char *out, unsigned long c)
{
    if (c < 0x80) {
        *out++ = (char)c;
    } else if (c < 0x800) {
        *out++ = (char)(0xC0 | c >> 6);
        *out++ = (char)(0x80 | (c & 0x3F));
    } else if (c < 0x10000) {
        *out++ = (char)(0xE0 | c >> 12);
        *out++ = (char)(0x80 | (c >> 6 & 0x3F));
        *out++ = (char)(0x80 | (c & 0x3F));
    } else {
        *out++ = (char)(0xF0 | c >> 18);
        *out++ = (char)(0x80 | (c >> 12 & 0x3F));
        *out++ = (char)(0x80 | (c >> 6 & 0x3F));
        *out++ = (char)(0x80 | (c & 0x3F));
    }
    return out;
}

// `at` is behind the opening quote; returns the place behind the closing one, NULL where there is none.
static const char *cut_quoted(const char *at, word *w)
{
    char *out = w->text = grow(NULL, strlen(at) + 1); // what is written is never longer than its source
    while (*at && *at != '"') {
        if (*at != '\\') {
            *out++ = *at++;
        } else if (at[1] == 'x') {
            char hex[3] = {at[2], at[2] ? at[3] : '\0', '\0'};
            *out++ = (char)strtoul(hex, NULL, 16);
            at += 4;
        } else if (at[1] == 'u' && at[2] == '{') {
            char *end;
            out = put_character(out, strtoul(at + 3, &end, 16));
            at = end + 1;
        } else {
            *out++ = at[1] == 'n' ? '\n' : at[1] == 't' ? '\t' : at[1];
            at += 2;
        }
    }
    *out = '\0';
    w->length = (size_t)(out - w->text);
    return *at == '"' ? at + 1 : NULL;
}

static const char *cut_bare(const char *at, word *w)
{
    size_t length = strcspn(at, " \t\r\n");
    w->text = grow(NULL, length + 1);
    memcpy(w->text, at, length);
    w->text[length] = '\0';
    w->length = length;
    return at + length;
}

bool word_is(const word *w, const char *bare)
{
    return w->kind == WORD_BARE && strcmp(w->text, bare) == 0;
}

static void cut_line(const char *path, line *l, const char *at)
{
    bool restricted = false;
    for (at += strspn(at, " \t\r\n"); *at && *at != '#'; at += strspn(at, " \t\r\n")) {
        if (l->count == WORDS_MAX) {
            malformed(path, l->number, "too many words");
        }
        word *w = &l->words[l->count];
        bool bytes = strncmp(at, "b\"", 2) == 0;
        w->kind = bytes ? WORD_BYTES : *at == '"' ? WORD_STRING : WORD_BARE;
        at = w->kind == WORD_BARE ? cut_bare(at, w) : cut_quoted(at + 1 + bytes, w);
        if (!at) {
            malformed(path, l->number, "a string without its closing quote");
        }
        if (w->kind == WORD_BARE && w->text[0] == '@') {
            l->for_language = (restricted && l->for_language) || strcmp(w->text, language) == 0;
            restricted = true;
            free(w->text);
        } else if (word_is(w, "->") && !l->has_arrow) {
            l->has_arrow = true;
            l->arrow = l->count;
            free(w->text);
        } else {
            l->count++;
        }
    }
    l->arrow = l->has_arrow ? l->arrow : l->count;
}

script text_read(const char *path)
{
    script t = {.path = path};
    char buffer[4096];
    FILE *stream = fopen(path, "rb");
    if (!stream) {
        perror(path);
        exit(2);
    }
    for (int number = 1; fgets(buffer, sizeof buffer, stream); number++) {
        if (!strchr(buffer, '\n')) {
            malformed(path, number, "the line is too long, or does not end");
        }
        t.lines = grow(t.lines, (t.count + 1) * sizeof *t.lines);
        t.lines[t.count] = (line){.number = number, .for_language = true};
        cut_line(path, &t.lines[t.count], buffer);
        t.count += t.lines[t.count].count > 0;
    }
    fclose(stream);
    return t;
}

void text_free(script *t)
{
    for (size_t i = 0; i < t->count; i++) {
        for (size_t w = 0; w < t->lines[i].count; w++) {
            free(t->lines[i].words[w].text);
        }
    }
    free(t->lines);
}
