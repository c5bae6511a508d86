// Walks a tree of files: every regular file below a directory, in no particular order. Enters no symbolic link but the root
// itself, as long as nobody exchanges directories of the tree for links meanwhile. Holds one descriptor, however deep it is.
#ifndef HASHING_WALK_H
#define HASHING_WALK_H

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <trivium/component.h>
#include <unistd.h>

// Called with the path of each file. A failure ends the walk.
typedef HRESULT walk_fn(void *ctx, const char *path);

// A directory that is still to be read.
typedef struct walk_directory {
    struct walk_directory *next;
    char path[];
} walk_directory;

static HRESULT walk_push(walk_directory **pending, const char *path)
{
    size_t size = strlen(path) + 1;
    walk_directory *d = malloc(sizeof *d + size);
    if (!d) {
        return TRI_E_OUTOFMEMORY;
    }
    memcpy(d->path, path, size);
    d->next = *pending;
    *pending = d;
    return TRI_S_OK;
}

static HRESULT walk_entry(tri_operation *op, int directory, const char *name, const char *path,
                          walk_directory **pending, walk_fn *fn, void *ctx)
{
    struct stat info;
    if (tri_canceled(op)) {
        return TRI_E_CANCELED;
    }
    if (fstatat(directory, name, &info, AT_SYMLINK_NOFOLLOW) != 0) {
        return tri_error_errno(op->host, errno, path);
    }
    return S_ISDIR(info.st_mode)   ? walk_push(pending, path)
           : S_ISREG(info.st_mode) ? fn(ctx, path)
                                   : TRI_S_OK;
}

// Reads one directory; those in it are put on `pending`.
static HRESULT walk_read(tri_operation *op, const char *where, int flags, walk_directory **pending,
                         walk_fn *fn, void *ctx)
{
    int fd = open(where, O_RDONLY | O_DIRECTORY | O_CLOEXEC | flags);
    DIR *stream = fd < 0 ? NULL : fdopendir(fd);
    if (!stream) {
        HRESULT hr = tri_error_errno(op->host, errno, where);
        if (fd >= 0) {
            close(fd);
        }
        return hr;
    }
    HRESULT hr = TRI_S_OK;
    struct dirent *e;
    while (TRI_SUCCEEDED(hr) && (errno = 0, e = readdir(stream)) != NULL) {
        char path[4096]; // PATH_MAX: the system opens no longer one
        int length = snprintf(path, sizeof path, "%s/%s", where, e->d_name);
        if (length < 0 || (size_t)length >= sizeof path) {
            hr = tri_error_errno(op->host, ENAMETOOLONG, where);
        } else if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0) {
            hr = walk_entry(op, dirfd(stream), e->d_name, path, pending, fn, ctx);
        }
    }
    if (TRI_SUCCEEDED(hr) && errno != 0) {
        hr = tri_error_errno(op->host, errno, where);
    }
    closedir(stream);
    return hr;
}

// Calls fn(ctx, path) for each regular file below `root`. Fails with TRI_E_CANCELED when `op` is
// canceled, with what fn says, or with the error of the system, which names the path.
static HRESULT walk_files(tri_operation *op, const char *root, walk_fn *fn, void *ctx)
{
    walk_directory *pending = NULL;
    HRESULT hr = walk_read(op, root, 0, &pending, fn, ctx);
    for (walk_directory *d; (d = pending) != NULL; free(d)) {
        pending = d->next;
        if (TRI_SUCCEEDED(hr)) {
            hr = walk_read(op, d->path, O_NOFOLLOW, &pending, fn, ctx);
        }
    }
    return hr;
}

#endif
