// How a language spells a name of the description. See tri_name_style.
#include "method.h"
#include "value.h"

static bool name_is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

static bool name_is_lower(char c)
{
    return c >= 'a' && c <= 'z';
}

static char name_to_upper(char c)
{
    return name_is_lower(c) ? (char)(c - 'a' + 'A') : c;
}

static char name_to_lower(char c)
{
    return name_is_upper(c) ? (char)(c - 'A' + 'a') : c;
}

// Does a word begin at `at`? Digits belong to the word before them (Sha256, UTF8Name), and the last
// capital of a run to the word after it (IOError). `name` ends with a NUL, so at + 1 may be read.
static bool name_word_begins(const char *name, size_t at)
{
    char here = name[at];
    char before = at ? name[at - 1] : '_';
    if (before == '_') {
        return here != '_';
    }
    if (!name_is_upper(here)) {
        return false;
    }
    char next = name[at + 1];
    if (name_is_lower(before)) {
        return true;
    }
    // UInt8 is one word: ReadUInt8 is read_uint8.
    if (before == 'U' && strncmp(name + at, "Int", 3) == 0 && !name_is_lower(name[at + 3])) {
        return false;
    }
    // So is an acronym in the plural: URLs, IDsFound.
    if (next == 's' && name_is_upper(before) && !name_is_lower(name[at + 2])) {
        return false;
    }
    return name_is_lower(next);
}

size_t tri_name_project(tri_name_style style, const char *name, char *out, size_t size)
{
    size_t used = 0;
    bool first_word = true;  // camel: the first word is all small
    bool lower_rest = false; // camel: MAX_SIZE is maxSize, but ReadUInt8 keeps its capitals
    for (size_t at = 0; name[at]; at++) {
        char c = name[at];
        bool begins = name_word_begins(name, at);
        if (style == TRI_NAME_SNAKE || style == TRI_NAME_UPPER) {
            if (begins && at && name[at - 1] != '_') {
                if (used + 1 >= size) {
                    return 0;
                }
                out[used++] = '_';
            }
            c = style == TRI_NAME_SNAKE ? name_to_lower(c) : name_to_upper(c);
        } else if (style == TRI_NAME_CAMEL) {
            if (begins && used && out[used - 1] != '_') {
                first_word = false;
                lower_rest = at && name[at - 1] == '_';
                c = name_to_upper(c);
            } else if (first_word || lower_rest) {
                c = name_to_lower(c);
            }
            // An underscore between words goes; one in front or at the end stays.
            if (c == '_' && used && out[used - 1] != '_' && name[at + 1] && name[at + 1] != '_') {
                continue;
            }
        }
        if (used + 1 >= size) {
            return 0;
        }
        out[used++] = c;
    }
    if (used >= size) {
        return 0;
    }
    out[used] = '\0';
    return used;
}

bool tri__name_is(tri_name_style style, const char *name, const char *text, size_t length)
{
    char spelled[TRI__NAME_ROOM];
    return tri_name_project(style, name, spelled, sizeof spelled) == length && length &&
           memcmp(spelled, text, length) == 0;
}

bool tri__name_clashes(const char *a, const char *b)
{
    for (int style = TRI_NAME_SNAKE; style <= TRI_NAME_PASCAL; style++) {
        char spelled[TRI__NAME_ROOM];
        size_t length = tri_name_project((tri_name_style)style, a, spelled, sizeof spelled);
        if (tri__name_is((tri_name_style)style, b, spelled, length)) {
            return true;
        }
    }
    return false;
}
