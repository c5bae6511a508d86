// The digest of one file, block by block.
#ifndef HASHING_DIGEST_H
#define HASHING_DIGEST_H

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <trivium/component.h>
#include <unistd.h>

#define DIGEST_BLOCK ((size_t)1 << 20) // a canceled operation reads no more than that

// Zero behind its end, so that digests of one algorithm can be compared whole.
typedef struct digest {
    uint8_t bytes[EVP_MAX_MD_SIZE];
} digest;

// What one call needs for all its files. Used by one thread.
typedef struct digester {
    tri_operation *op; // asked whether it was canceled
    const EVP_MD *md;
    EVP_MD_CTX *ctx;
    void *block;
    uint64_t bytes; // read so far, of all files
} digester;

// Called after each block with the sum of bytes so far.
typedef void digest_read_fn(void *ctx, uint64_t bytes);

// Errors: TRI_E_OUTOFMEMORY; digester_fini is due all the same.
static HRESULT digester_init(digester *d, tri_operation *op, const EVP_MD *md)
{
    *d = (digester){op, md, EVP_MD_CTX_new(), malloc(DIGEST_BLOCK), 0};
    return d->ctx && d->block ? TRI_S_OK : TRI_E_OUTOFMEMORY;
}

static void digester_fini(digester *d)
{
    EVP_MD_CTX_free(d->ctx);
    free(d->block);
}

// Errors: TRI_E_CANCELED; what open and read may say, with the path; TRI_E_FAIL if libcrypto fails.
static HRESULT digest_file(digester *d, const char *path, int flags, digest_read_fn *fn, void *ctx,
                           digest *out)
{
    memset(out, 0, sizeof *out);
    // O_NONBLOCK: opening a pipe, to find that it is one, waits for nobody.
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | flags);
    if (fd < 0) {
        return tri_error_errno(d->op->host, errno, path);
    }
    HRESULT hr = TRI_S_OK;
    struct stat info;
    if (fstat(fd, &info) != 0) {
        hr = tri_error_errno(d->op->host, errno, path);
    } else if (S_ISDIR(info.st_mode)) {
        hr = tri_error_errno(d->op->host, EISDIR, path);
    } else if (!S_ISREG(info.st_mode)) {
        hr = tri_error(d->op->host, TRI_E_INVALIDARG, "%.400s: expected a regular file", path);
    }
    bool good = EVP_DigestInit_ex(d->ctx, d->md, NULL);
    for (ssize_t got = 1; got != 0 && good && TRI_SUCCEEDED(hr);) {
        got = read(fd, d->block, DIGEST_BLOCK);
        if (tri_canceled(d->op)) {
            hr = TRI_E_CANCELED;
        } else if (got > 0) {
            good = EVP_DigestUpdate(d->ctx, d->block, (size_t)got);
            fn(ctx, d->bytes += (uint64_t)got);
        } else if (got < 0 && errno != EINTR) {
            hr = tri_error_errno(d->op->host, errno, path);
        }
    }
    close(fd);
    if (TRI_SUCCEEDED(hr) && !(good && EVP_DigestFinal_ex(d->ctx, out->bytes, NULL))) {
        hr = tri_error(d->op->host, TRI_E_FAIL, "%s: libcrypto could not digest it", path);
    }
    return hr;
}

// The digest as a value that can be handed over. Errors: TRI_E_OUTOFMEMORY.
static HRESULT digest_to_array(const digester *d, const digest *from, tri_c_UInt8Array *out)
{
    out->length = (size_t)EVP_MD_get_size(d->md);
    out->data = tri_alloc(d->op->host, out->length);
    if (!out->data) {
        return TRI_E_OUTOFMEMORY;
    }
    memcpy(out->data, from->bytes, out->length);
    return TRI_S_OK;
}

#endif
