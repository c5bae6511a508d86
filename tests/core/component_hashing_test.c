// The standard component hashing, through the loader, against digests that others have made.
#include "called.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>

static char scratch[1024]; // a directory of this program's own

static const char *in_scratch(const char *name)
{
    static char paths[4][4096];
    static unsigned turn;
    char *path = paths[turn++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", scratch, name);
    return path;
}

static void write_file(const char *name, const void *bytes, size_t length)
{
    int fd = open(in_scratch(name), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, length), (ssize_t)length);
    close(fd);
}

// What a command of the system prints first.
static void ask_system(const char *command, char *out, size_t size)
{
    char format[32];
    FILE *stream = popen(command, "r");
    assert_non_null(stream);
    snprintf(format, sizeof format, "%%%zus", size - 1);
    assert_int_equal(fscanf(stream, format, out), 1);
    pclose(stream);
}

static void hex_of(tri_async *op, char *out)
{
    const void *result;
    if (tri_async_get_results(op, &result) != TRI_S_OK) {
        fail_msg("%s", tri_error_message(tri_async_get_results(op, &result)));
    }
    const tri_c_UInt8Array *bytes = result;
    for (size_t i = 0; i < bytes->length; i++) {
        snprintf(out + 2 * i, 3, "%02x", bytes->data[i]);
    }
}

static void check_file(const char *name, int64_t algorithm, const char *expected)
{
    char got[2 * 64 + 1] = "";
    tri_async *op;
    assert_int_equal(call_start("hashing", "HashFile", &op, 2, in_scratch(name), algorithm), TRI_S_OK);
    assert_true(wait_stopped(op));
    hex_of(op, got);
    assert_string_equal(got, expected);
    tri_async_release(op);
}

static void known_answers(void **state)
{
    (void)state;
    write_file("abc", "abc", 3);
    check_file("abc", 0, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    check_file("abc", 1, "a9993e364706816aba3e25717850c26c9cd0d89d");
    check_file("abc", 2,
               "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
               "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f");
    check_file("abc", 3, "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532");
    check_file("abc", 4,
               "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1"
               "7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923");
    check_file("abc", 5, "900150983cd24fb0d6963f7d28e17f72");
    write_file("empty", "", 0);
    check_file("empty", 0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

static void sizes_about_the_block(void **state)
{
    (void)state;
    static const size_t sizes[] = {1, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, 3 * (1 << 20) + 17};
    char command[4200], expected[80];
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        char *bytes = malloc(sizes[i]);
        for (size_t b = 0; b < sizes[i]; b++) {
            bytes[b] = (char)(b * 7 + (b >> 11));
        }
        write_file("sized", bytes, sizes[i]);
        free(bytes);
        snprintf(command, sizeof command, "sha256sum %s", in_scratch("sized"));
        ask_system(command, expected, sizeof expected);
        check_file("sized", 0, expected);
        tri_async *op;
        uint64_t read = 0;
        assert_int_equal(call_start("hashing", "HashFile", &op, 1, in_scratch("sized")), TRI_S_OK);
        assert_true(wait_stopped(op));
        assert_int_equal(tri_async_latest_progress(op, &read), TRI_S_OK);
        assert_int_equal(read, sizes[i]);
        tri_async_release(op);
    }
}

static void fails(const char *method, const char *path, HRESULT hr, const char *text)
{
    tri_async *op;
    const void *result;
    assert_int_equal(call_start("hashing", method, &op, 1, path), TRI_S_OK);
    assert_true(wait_stopped(op));
    assert_int_equal(tri_async_get_results(op, &result), hr);
    assert_non_null(strstr(tri_error_message(hr), path));
    assert_non_null(strstr(tri_error_message(hr), text));
    tri_async_release(op);
}

static void failures_name_the_path(void **state)
{
    (void)state;
    write_file("file", "x", 1);
    fails("HashFile", in_scratch("nosuch"), TRI_E_FILE_NOT_FOUND, "No such file or directory");
    fails("HashFile", scratch, tri_status_from_errno(EISDIR), "Is a directory");
    fails("HashTree", in_scratch("nosuch"), TRI_E_FILE_NOT_FOUND, "No such file or directory");
    fails("HashTree", in_scratch("file"), tri_status_from_errno(ENOTDIR), "Not a directory");
    fails("CountFiles", in_scratch("nosuch"), TRI_E_FILE_NOT_FOUND, "No such file or directory");
}

// Two files, a directory in a directory; and what is no regular file: links to a file and to the directory above, a pipe.
static void only_regular_files_have_a_digest(void **state)
{
    (void)state;
    char path[512];
    snprintf(path, sizeof path, "%s", in_scratch("fifo"));
    assert_int_equal(mkfifo(path, 0600), 0);
    fails("HashFile", path, TRI_E_INVALIDARG, "expected a regular file");
    assert_int_equal(unlink(path), 0);
    fails("HashFile", "/dev/zero", TRI_E_INVALIDARG, "expected a regular file");
}

static void make_tree(void)
{
    assert_int_equal(mkdir(in_scratch("tree"), 0700), 0);
    assert_int_equal(mkdir(in_scratch("tree/a"), 0700), 0);
    assert_int_equal(mkdir(in_scratch("tree/a/b"), 0700), 0);
    assert_int_equal(mkdir(in_scratch("tree/none"), 0700), 0);
    write_file("tree/one", "one", 3);
    write_file("tree/a/b/two", "two two", 7);
    write_file("tree/a/empty", "", 0);
    assert_int_equal(symlink("../one", in_scratch("tree/a/link")), 0);
    assert_int_equal(symlink("..", in_scratch("tree/a/up")), 0);
    assert_int_equal(symlink("nowhere", in_scratch("tree/dangling")), 0);
    assert_int_equal(mkfifo(in_scratch("tree/pipe"), 0600), 0);
}

static void trees(void **state)
{
    (void)state;
    make_tree();
    tri_async *op;
    const void *result;
    assert_int_equal(call_start("hashing", "CountFiles", &op, 1, in_scratch("tree")), TRI_S_OK);
    assert_true(wait_stopped(op));
    assert_int_equal(tri_async_get_results(op, &result), TRI_S_OK);
    assert_int_equal(*(const uint64_t *)result, 3);
    tri_async_release(op);

    char command[2048], expected[80], got[2 * 64 + 1] = "";
    uint64_t progress[2] = {0, 0}; // TreeProgress
    snprintf(command, sizeof command,
             "find %s/tree -type f -exec sha256sum {} + | cut -c1-64 | sort | tr -d '\\n' | "
             "sed 's/\\(..\\)/\\\\x\\1/g' | xargs -0 printf '%%b' | sha256sum",
             scratch);
    ask_system(command, expected, sizeof expected);
    assert_int_equal(call_start("hashing", "HashTree", &op, 1, in_scratch("tree")), TRI_S_OK);
    assert_true(wait_stopped(op));
    hex_of(op, got);
    assert_string_equal(got, expected);
    assert_int_equal(tri_async_latest_progress(op, progress), TRI_S_OK);
    assert_int_equal(progress[0], 3);
    assert_int_equal(progress[1], 10);
    tri_async_release(op);

    // The root itself may be a link.
    assert_int_equal(symlink("tree", in_scratch("root_link")), 0);
    memset(got, 0, sizeof got);
    assert_int_equal(call_start("hashing", "HashTree", &op, 1, in_scratch("root_link")), TRI_S_OK);
    assert_true(wait_stopped(op));
    hex_of(op, got);
    assert_string_equal(got, expected);
    tri_async_release(op);
}

static void a_deep_tree_needs_no_more_descriptors(void **state)
{
    (void)state;
    char path[4096];
    int used = snprintf(path, sizeof path, "%s", in_scratch("deep"));
    for (int i = 0; i < 1200; i++) {
        assert_int_equal(mkdir(path, 0700), 0);
        used += snprintf(path + used, sizeof path - (size_t)used, "/d");
    }
    tri_async *op;
    const void *result;
    write_file("deep/file", "x", 1);
    assert_int_equal(call_start("hashing", "CountFiles", &op, 1, in_scratch("deep")), TRI_S_OK);
    assert_true(wait_stopped(op));
    assert_int_equal(tri_async_get_results(op, &result), TRI_S_OK);
    assert_int_equal(*(const uint64_t *)result, 1);
    tri_async_release(op);
}

static void stops_soon_after_a_cancel(void **state)
{
    (void)state;
    write_file("huge", "", 0);
    if (truncate(in_scratch("huge"), (off_t)64 << 30) != 0) { // a hole: takes no room, but minutes to digest
        skip();
    }
    tri_async *op;
    uint64_t read = 0;
    assert_int_equal(call_start("hashing", "HashFile", &op, 1, in_scratch("huge")), TRI_S_OK);
    while (tri_async_latest_progress(op, &read) != TRI_S_OK) {
        sleep_ms(1);
    }
    int64_t begin = now_ms();
    tri_async_cancel(op);
    assert_int_equal(status_of(op), TRI_ASYNC_CANCELED);
    assert_true(wait_stopped(op));
    assert_true(now_ms() - begin < 3000); // one block, on a busy machine, under a sanitizer
    assert_int_equal(status_of(op), TRI_ASYNC_CANCELED);
    tri_async_release(op);
    assert_int_equal(unlink(in_scratch("huge")), 0);
}

static void many_at_once_some_of_them_canceled(void **state)
{
    (void)state;
    tri_async *ops[200];
    char got[2 * 64 + 1];
    write_file("abc", "abc", 3);
    for (int i = 0; i < 200; i++) {
        assert_int_equal(call_start("hashing", i % 2 ? "HashFile" : "CountFiles", &ops[i], 1,
                                    i % 2 ? in_scratch("abc") : scratch), TRI_S_OK);
        if (i % 5 == 0) {
            tri_async_cancel(ops[i]);
        }
    }
    for (int i = 0; i < 200; i++) {
        assert_true(wait_stopped(ops[i]));
        if (i % 2 && i % 5) {
            hex_of(ops[i], got);
            assert_memory_equal(got, "ba7816bf", 8);
        }
        tri_async_release(ops[i]);
    }
}

static void the_algorithms_by_name(void **state)
{
    (void)state;
    tri_c_StringArray names = {0, NULL};
    char args[16];
    const tri_method *method = method_of("hashing", "Algorithms");
    assert_int_equal(tri_method_args_init(method, args), TRI_S_OK);
    assert_int_equal(tri_method_call(method, args, &names), TRI_S_OK);
    assert_int_equal(names.length, 6);
    assert_string_equal(names.data[0]->data, "Sha256");
    assert_string_equal(names.data[3]->data, "Sha3_256");
    tri_value_clear(method->result, &names);
    tri_async *op;
    assert_int_equal(call_start("hashing", "HashFile", &op, 2, "x", INT64_C(6)), TRI_E_UNKNOWN_NAME);
    tri_async_release(op);
}

static void works_in_a_forked_child(void **state)
{
    (void)state;
    skip_without_threads_after_fork();
    write_file("abc", "abc", 3);
    pid_t child = fork();
    if (child == 0) {
        char got[2 * 64 + 1] = "";
        tri_async *op;
        alarm(20);
        bool good = call_start("hashing", "HashFile", &op, 1, in_scratch("abc")) == TRI_S_OK && wait_stopped(op);
        hex_of(op, got);
        tri_async_release(op);
        leave_child(good && strncmp(got, "ba7816bf", 8) == 0);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

static int make_scratch(void **state)
{
    (void)state;
    const char *base = getenv("TMPDIR");
    snprintf(scratch, sizeof scratch, "%s/trivium-hashing-XXXXXX", base && *base ? base : "/tmp");
    return mkdtemp(scratch) ? 0 : -1;
}

static int remove_scratch(void **state)
{
    (void)state;
    char command[sizeof scratch + 16];
    snprintf(command, sizeof command, "rm -rf '%s'", scratch);
    return system(command);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(known_answers, nothing_lives_soon),
        cmocka_unit_test_teardown(sizes_about_the_block, nothing_lives_soon),
        cmocka_unit_test_teardown(failures_name_the_path, nothing_lives_soon),
        cmocka_unit_test_teardown(only_regular_files_have_a_digest, nothing_lives_soon),
        cmocka_unit_test_teardown(trees, nothing_lives_soon),
        cmocka_unit_test_teardown(a_deep_tree_needs_no_more_descriptors, nothing_lives_soon),
        cmocka_unit_test_teardown(stops_soon_after_a_cancel, nothing_lives_soon),
        cmocka_unit_test_teardown(many_at_once_some_of_them_canceled, nothing_lives_soon),
        cmocka_unit_test_teardown(the_algorithms_by_name, nothing_lives_soon),
        cmocka_unit_test_teardown(works_in_a_forked_child, nothing_lives_soon),
    };
    return cmocka_run_group_tests(tests, make_scratch, remove_scratch);
}
