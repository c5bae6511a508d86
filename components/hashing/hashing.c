// Trivium.Hashing: digests of files and of trees of files, by OpenSSL. Its methods run on the pool:
// they may block, report how far they are, and look once a MiB whether they were canceled.
#include <openssl/crypto.h>

#include "digest.h"
#include "walk.h"

TRI_ENUM(Algorithm, "A message digest.", (Sha256, 0), (Sha1, 1), (Sha512, 2), (Sha3_256, 3),
         (Blake2b512, 4), (Md5, 5));
TRI_STRUCT(TreeProgress, "How much of a tree is done.", (UInt64, FilesDone), (UInt64, BytesDone));

TRI_ARGS(file_args, (String, path), (Algorithm, algorithm));
TRI_OPERATION_WITH_PROGRESS(hash_file, file_args, UInt8Array, UInt64);
TRI_ARGS(tree_args, (String, root), (Algorithm, algorithm));
TRI_OPERATION_WITH_PROGRESS(hash_tree, tree_args, UInt8Array, TreeProgress);
TRI_ARGS(count_args, (String, root));
TRI_OPERATION(count_files, count_args, UInt64);
TRI_FUNCTION(algorithms, tri_no_args, StringArray);

static const char *const md_names[] = {"SHA256",   "SHA1",        "SHA512",
                                       "SHA3-256", "BLAKE2B-512", "MD5"}; // by Algorithm
#define ALGORITHM_COUNT (sizeof md_names / sizeof *md_names)

// The state of the component; immutable after init, so that all threads may use it.
typedef struct hashing {
    EVP_MD *md[ALGORITHM_COUNT]; // NULL where this OpenSSL does not have it
} hashing;

static HRESULT find_md(tri_operation *op, Algorithm algorithm, const EVP_MD **out)
{
    *out = ((const hashing *)op->state)->md[algorithm];
    return *out ? TRI_S_OK
                : tri_error(op->host, TRI_E_NOTIMPL, "argument 'algorithm': this OpenSSL has no %s",
                            md_names[algorithm]);
}

static void file_read(void *op, uint64_t bytes)
{
    hash_file_progress(op, bytes);
}

static HRESULT hash_file(tri_operation *op, const file_args *args)
{
    digester d = {0};
    digest result;
    tri_c_UInt8Array bytes;
    const EVP_MD *md;
    const char *path;
    HRESULT hr = tri_c_string(op->host, args->path, "path", &path);
    hr = TRI_FAILED(hr) ? hr : find_md(op, args->algorithm, &md);
    hr = TRI_FAILED(hr) ? hr : digester_init(&d, op, md);
    hr = TRI_FAILED(hr) ? hr : digest_file(&d, path, 0, file_read, op, &result);
    hr = TRI_FAILED(hr) ? hr : digest_to_array(&d, &result, &bytes);
    digester_fini(&d);
    return TRI_FAILED(hr) ? hr : hash_file_complete(op, bytes);
}

typedef struct tree_job {
    digester d;
    TreeProgress done;
    digest *digests; // FilesDone of them, with room up to the next power of two
} tree_job;

static void tree_read(void *ctx, uint64_t bytes)
{
    tree_job *job = ctx;
    job->done.BytesDone = bytes;
    hash_tree_progress(job->d.op, job->done);
}

static HRESULT tree_file(void *ctx, const char *path)
{
    tree_job *job = ctx;
    size_t count = job->done.FilesDone;
    if ((count & (count - 1)) == 0) {
        digest *more = realloc(job->digests, (count ? 2 * count : 1) * sizeof *more);
        if (!more) {
            return TRI_E_OUTOFMEMORY;
        }
        job->digests = more;
    }
    HRESULT hr = digest_file(&job->d, path, O_NOFOLLOW, tree_read, job, &job->digests[count]);
    if (TRI_SUCCEEDED(hr)) {
        job->done.FilesDone++;
        hash_tree_progress(job->d.op, job->done);
    }
    return hr;
}

static int compare_digests(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(digest));
}

// The digest of the digests of all files, sorted, one behind the other: names do not matter.
static HRESULT digest_tree(tree_job *job, digest *out)
{
    size_t length = (size_t)EVP_MD_get_size(job->d.md);
    qsort(job->digests, job->done.FilesDone, sizeof(digest), compare_digests);
    bool good = EVP_DigestInit_ex(job->d.ctx, job->d.md, NULL);
    for (uint64_t i = 0; good && i < job->done.FilesDone; i++) {
        good = EVP_DigestUpdate(job->d.ctx, job->digests[i].bytes, length);
    }
    return good && EVP_DigestFinal_ex(job->d.ctx, out->bytes, NULL) ? TRI_S_OK : TRI_E_FAIL;
}

static HRESULT hash_tree(tri_operation *op, const tree_args *args)
{
    tree_job job = {0};
    digest result;
    tri_c_UInt8Array bytes;
    const EVP_MD *md;
    const char *root;
    HRESULT hr = tri_c_string(op->host, args->root, "root", &root);
    hr = TRI_FAILED(hr) ? hr : find_md(op, args->algorithm, &md);
    hr = TRI_FAILED(hr) ? hr : digester_init(&job.d, op, md);
    hr = TRI_FAILED(hr) ? hr : walk_files(op, root, tree_file, &job);
    hr = TRI_FAILED(hr) ? hr : digest_tree(&job, &result);
    hr = TRI_FAILED(hr) ? hr : digest_to_array(&job.d, &result, &bytes);
    digester_fini(&job.d);
    free(job.digests);
    return TRI_FAILED(hr) ? hr : hash_tree_complete(op, bytes);
}

static HRESULT count_one(void *ctx, const char *path TRI_UNUSED)
{
    ++*(uint64_t *)ctx;
    return TRI_S_OK;
}

static HRESULT count_files(tri_operation *op, const count_args *args)
{
    uint64_t count = 0;
    const char *root;
    HRESULT hr = tri_c_string(op->host, args->root, "root", &root);
    hr = TRI_FAILED(hr) ? hr : walk_files(op, root, count_one, &count);
    return TRI_FAILED(hr) ? hr : count_files_complete(op, count);
}

// The names of what this OpenSSL has.
static HRESULT algorithms(tri_call *call, const tri_no_args *args TRI_UNUSED,
                          tri_c_StringArray *out)
{
    const hashing *h = call->state;
    out->data = tri_alloc(call->host, ALGORITHM_COUNT * sizeof *out->data);
    HRESULT hr = out->data ? TRI_S_OK : TRI_E_OUTOFMEMORY;
    for (size_t i = 0; i < ALGORITHM_COUNT && TRI_SUCCEEDED(hr); i++) {
        const char *name = Algorithm_enumerators[i].name;
        if (h->md[i]) {
            hr = tri_string_new(call->host, name, strlen(name), &out->data[out->length]);
            out->length += TRI_SUCCEEDED(hr);
        }
    }
    while (TRI_FAILED(hr) && out->length > 0) {
        tri_string_release(out->data[--out->length]);
    }
    if (TRI_FAILED(hr)) {
        tri_free(call->host, out->data);
    }
    return hr;
}

static HRESULT init(const tri_host *host TRI_UNUSED, void **state)
{
    // Here and not at the first use, so that OpenSSL's own end comes after that of our work.
    hashing *h = OPENSSL_init_crypto(0, NULL) ? calloc(1, sizeof *h) : NULL;
    for (size_t i = 0; h && i < ALGORITHM_COUNT; i++) {
        h->md[i] = EVP_MD_fetch(NULL, md_names[i], NULL);
    }
    *state = h;
    return h ? TRI_S_OK : TRI_E_OUTOFMEMORY;
}

static void fini(const tri_host *host TRI_UNUSED, void *state)
{
    hashing *h = state;
    for (size_t i = 0; i < ALGORITHM_COUNT; i++) {
        EVP_MD_free(h->md[i]);
    }
    free(h);
}

static const tri_type_def *const types[] = {&Algorithm_type, &TreeProgress_type};
static const tri_member_def members[] = {
    TRI_METHOD(hash_file,
               "IAsyncOperationWithProgress<UInt8[], UInt64> "
               "HashFileAsync(String path, Algorithm algorithm = Algorithm.Sha256)",
               "The digest of a file; progress is the number of bytes read."),
    TRI_METHOD(hash_tree,
               "IAsyncOperationWithProgress<UInt8[], TreeProgress> "
               "HashTreeAsync(String root, Algorithm algorithm = Algorithm.Sha256)",
               "The digest of the sorted digests of all regular files below a directory."),
    TRI_METHOD(count_files, "IAsyncOperation<UInt64> CountFilesAsync(String root)",
               "How many regular files there are below a directory."),
    TRI_METHOD(algorithms, "String[] Algorithms()", "The algorithms that can be used here."),
};
TRI_COMPONENT("Trivium.Hashing", "0.1.0", "Digests of files.", types, members, init, fini);
