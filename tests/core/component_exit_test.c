// Ends of a C program while 64 files are being hashed and 64 delays are pending: each in a process of its own, 20 times,
// with ten seconds to end. (Two threads inside libcrypto while its exit handler runs is a crash, nearly every time.)
#include "called.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/wait.h>

#define FILES 64
#ifdef __SANITIZE_THREAD__
#define ROUNDS 3 // its own end takes a second each time
#else
#define ROUNDS 20
#endif

static char big_file[1024]; // a hole of 1 GiB: more than a second of work
static const char *program;

static void start_work(tri_async **ops, const char *path)
{
    for (int i = 0; i < FILES; i++) {
        assert_int_equal(call_start("hashing", "HashFile", &ops[i], 1, path), TRI_S_OK);
        assert_int_equal(call_start("timer", "Delay", &ops[FILES + i], 1, 60 * TRI_TICKS_PER_SECOND), TRI_S_OK);
    }
    uint64_t read = 0;
    while (tri_async_latest_progress(ops[0], &read) != TRI_S_OK) {
        sleep_ms(1); // until the pool is inside libcrypto
    }
}

static void *exit_elsewhere(void *arg)
{
    (void)arg;
    exit(7);
}

// What the child does: argv is the way to end, and the file.
static int end(const char *way, const char *path)
{
    static tri_async *ops[2 * FILES]; // static, so that a leak checker finds them
    pthread_t thread;
    start_work(ops, path);
    if (strcmp(way, "exit") == 0) {
        exit(7);
    }
    if (strcmp(way, "thread") == 0 && pthread_create(&thread, NULL, exit_elsewhere, NULL) == 0) {
        pause();
    }
    if (strcmp(way, "shutdown") == 0) {
        if (tri_shutdown(10000) != TRI_S_OK) {
            return 8;
        }
        for (int i = 0; i < 2 * FILES; i++) {
            if (!tri_async_is_stopped(ops[i]) || status_of(ops[i]) == TRI_ASYNC_STARTED) {
                return 9;
            }
            tri_async_release(ops[i]);
        }
    }
    return 7; // "return", and after "shutdown"
}

static void ends(const char *way)
{
    for (int round = 0; round < ROUNDS; round++) {
        pid_t child = fork();
        if (child == 0) {
            alarm(10);
            execl(program, program, way, big_file, (char *)NULL);
            _exit(127);
        }
        int status = 0;
        assert_int_equal(waitpid(child, &status, 0), child);
        if (!WIFEXITED(status) || WEXITSTATUS(status) != 7) {
            fail_msg("%s, round %d: %s %d", way, round, WIFEXITED(status) ? "exit code" : "signal",
                     WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
        }
    }
}

static void by_exit(void **state)
{
    (void)state;
    ends("exit");
}

static void by_return_from_main(void **state)
{
    (void)state;
    ends("return");
}

static void by_exit_on_another_thread(void **state)
{
    (void)state;
    ends("thread");
}

static void after_a_shutdown(void **state)
{
    (void)state;
    ends("shutdown");
}

static int make_file(void **state)
{
    (void)state;
    const char *base = getenv("TMPDIR");
    snprintf(big_file, sizeof big_file, "%s/trivium-exit-XXXXXX", base && *base ? base : "/tmp");
    int fd = mkstemp(big_file);
    return fd >= 0 && ftruncate(fd, (off_t)1 << 30) == 0 && close(fd) == 0 ? 0 : -1;
}

static int remove_file(void **state)
{
    (void)state;
    return unlink(big_file);
}

int main(int argc, char **argv)
{
    if (argc == 3) {
        return end(argv[1], argv[2]);
    }
    program = argv[0];
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(by_exit),
        cmocka_unit_test(by_return_from_main),
        cmocka_unit_test(by_exit_on_another_thread),
        cmocka_unit_test(after_a_shutdown),
    };
    return cmocka_run_group_tests(tests, make_file, remove_file);
}
