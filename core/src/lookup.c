// Where the file of a component is: a path as it stands; a name in the directories of TRIVIUM_PATH, then in
// components/ beside the image that core is linked into.
#include "lookup.h"
#include "value.h"
#include <stdlib.h>

#define LOOKUP_NAME_MAX 1024u

typedef struct lookup {
    const char *name; // without directory and ending
    char *path;
    size_t size;
    char looked[300];  // the directories, for the message
    size_t looked_used;
    char missing[200]; // the line of the first <name>.missing
} lookup;

// Reads the line that the build left in place of a component.
static void lookup_read_missing(lookup *find, const char *file)
{
    FILE *stream = find->missing[0] ? NULL : fopen(file, "rb");
    if (!stream) {
        return;
    }
    if (fgets(find->missing, sizeof find->missing, stream)) {
        find->missing[strcspn(find->missing, "\r\n")] = '\0';
    }
    size_t length = strlen(find->missing);
    find->missing[tri__utf8_valid(find->missing, length)] = '\0';
    if (!find->missing[0]) {
        snprintf(find->missing, sizeof find->missing, "%s", "a library was missing");
    }
    fclose(stream);
}

// Is <stem><suffix> a file? Then its real path is in find->path.
static bool lookup_try(lookup *find, const char *stem, size_t length, const char *suffix)
{
    char file[TRI__OS_PATH_MAX];
    int used = snprintf(file, sizeof file, "%.*s%s", (int)length, stem, suffix);
    return used > 0 && (size_t)used < sizeof file && tri__os_is_file(file) &&
           tri__os_real_path(file, find->path, find->size);
}

static bool lookup_directory(lookup *find, const char *directory, size_t length)
{
    char stem[TRI__OS_PATH_MAX], note[TRI__OS_PATH_MAX];
    const char *slash = length && (directory[length - 1] == '/') ? "" : "/";
    int used = snprintf(stem, sizeof stem, "%.*s%s%s", (int)length, directory, slash, find->name);
    if (!length || used < 0 || (size_t)used >= sizeof stem) {
        return false;
    }
    if (lookup_try(find, stem, (size_t)used, TRI__OS_LIBRARY_SUFFIX)) {
        return true;
    }
    if ((size_t)snprintf(note, sizeof note, "%s.missing", stem) < sizeof note) {
        lookup_read_missing(find, note);
    }
    if (find->looked_used < sizeof find->looked) {
        int more = snprintf(find->looked + find->looked_used, sizeof find->looked - find->looked_used,
                            "%s%.*s", find->looked_used ? ", " : "", (int)length, directory);
        find->looked_used += more > 0 ? (size_t)more : 0;
    }
    return false;
}

static bool lookup_by_name(lookup *find)
{
    const char *list = getenv("TRIVIUM_PATH");
    while (list && *list) {
        const char *end = strchr(list, TRI__OS_LIST_SEPARATOR);
        size_t length = end ? (size_t)(end - list) : strlen(list);
        if (lookup_directory(find, list, length)) {
            return true;
        }
        list += length + (end ? 1 : 0);
    }
    char self[TRI__OS_PATH_MAX], directory[TRI__OS_PATH_MAX];
    if (!tri__os_self_directory(self, sizeof self)) {
        return false;
    }
    int used = snprintf(directory, sizeof directory, "%s/components", self);
    return used > 0 && (size_t)used < sizeof directory &&
           lookup_directory(find, directory, (size_t)used);
}

static bool lookup_by_path(lookup *find, const char *path)
{
    size_t length = strlen(path), suffix = strlen(TRI__OS_LIBRARY_SUFFIX);
    if (lookup_try(find, path, length, "") || lookup_try(find, path, length, TRI__OS_LIBRARY_SUFFIX)) {
        return true;
    }
    if (length > suffix && strcmp(path + length - suffix, TRI__OS_LIBRARY_SUFFIX) == 0) {
        length -= suffix;
    }
    char note[TRI__OS_PATH_MAX];
    if ((size_t)snprintf(note, sizeof note, "%.*s.missing", (int)length, path) < sizeof note) {
        lookup_read_missing(find, note);
    }
    return false;
}

HRESULT tri__lookup(const char *name_or_path, size_t length, char *path, size_t size)
{
    char name[LOOKUP_NAME_MAX];
    size_t valid = length ? tri__utf8_valid(name_or_path, length) : 0;
    if (valid != length) {
        tri__utf8_error(name_or_path, valid);
        return tri_error_prefix("name of a component: ");
    }
    const char *nul = length ? memchr(name_or_path, '\0', length) : NULL;
    if (nul) {
        return tri_error_set(TRI_E_INVALIDARG,
                             "name of a component: expected text without a NUL, got one at byte %zu",
                             (size_t)(nul - name_or_path));
    }
    if (!length || length >= sizeof name) {
        return tri_error_set(TRI_E_INVALIDARG, "name of a component: expected 1 to %u bytes, got %zu",
                             LOOKUP_NAME_MAX - 1, length);
    }
    memcpy(name, name_or_path, length);
    name[length] = '\0';
    lookup find = {.name = name, .path = path, .size = size};
    bool is_path = strchr(name, '/') || (TRI__OS_LIST_SEPARATOR == ';' && strchr(name, '\\'));
    if (is_path ? lookup_by_path(&find, name) : lookup_by_name(&find)) {
        return TRI_S_OK;
    }
    if (find.missing[0]) {
        return tri_error_set(TRI_E_MOD_NOT_FOUND,
                             "component '%s' was not built: %s. Install that, and where Trivium was built without it, "
                             "build it again.",
                             name, find.missing);
    }
    if (is_path) {
        return tri_error_set(TRI_E_MOD_NOT_FOUND, "no component at '%s': no such file", name);
    }
    return tri_error_set(TRI_E_MOD_NOT_FOUND,
                         "no component '%s': there is no %s%s in %.*s. Give its path, or put its directory "
                         "into TRIVIUM_PATH.",
                         name, name, TRI__OS_LIBRARY_SUFFIX,
                         (int)tri__utf8_cut(find.looked, strlen(find.looked), 250), find.looked);
}
