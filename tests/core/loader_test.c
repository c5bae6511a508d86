// Finding and loading real shared libraries. TRI_TEST_COMPONENTS has the test components.
#include "described.h"

#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

static char scratch[] = "/tmp/trivium-loader-XXXXXX";

static const char *in_scratch(const char *name)
{
    static char paths[2][400];
    static int turn;
    turn = !turn;
    snprintf(paths[turn], sizeof paths[turn], "%s/%s", scratch, name);
    return paths[turn];
}

static void copy_file(const char *from, const char *to)
{
    char block[4096];
    size_t got;
    FILE *in = fopen(from, "rb"), *out = fopen(to, "wb");
    assert_non_null(in);
    assert_non_null(out);
    while ((got = fread(block, 1, sizeof block, in)) > 0) {
        assert_int_equal(fwrite(block, 1, got, out), got);
    }
    fclose(in);
    assert_int_equal(fclose(out), 0);
}

static void write_file(const char *path, const char *text)
{
    FILE *out = fopen(path, "wb");
    assert_non_null(out);
    assert_true(fputs(text, out) >= 0);
    assert_int_equal(fclose(out), 0);
}

static HRESULT load(const char *name, const tri_component **out)
{
    return tri_component_load(name, strlen(name), out);
}

static void refuse(const char *name, HRESULT expected, const char *const parts[])
{
    const tri_component *component = (const tri_component *)&component;
    HRESULT hr = load(name, &component);
    if (hr != expected) {
        fail_msg("%s: expected 0x%08x, got 0x%08x: %s", name, (unsigned)expected, (unsigned)hr,
                 tri_error_message(hr));
    }
    assert_null(component);
    for (; *parts; parts++) {
        if (!strstr(tri_error_message(hr), *parts)) {
            fail_msg("%s: no '%s' in: %s", name, *parts, tri_error_message(hr));
        }
    }
}

#define REFUSE(name, hr, ...) refuse(name, hr, (const char *const[]){__VA_ARGS__, NULL})

static int set_up(void **state)
{
    (void)state;
    return mkdtemp(scratch) ? setenv("TRIVIUM_PATH", TRI_TEST_COMPONENTS, 1) : -1;
}

static int tear_down(void **state)
{
    (void)state;
    static const char *const names[] = {"twin.so", "link.so", "crowd.so", "poor.so", "listed.so", "listed.so", "lost.missing", "empty.missing", "big.missing"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        unlink(in_scratch(names[i]));
    }
    return rmdir(scratch);
}

static void test_by_name(void **state)
{
    (void)state;
    const tri_component *first = NULL, *again = NULL;
    assert_ok(load("puppet", &first));
    assert_string_equal(first->name, "puppet");
    assert_int_equal(first->path[0], '/');
    assert_true(first->method_count > 0);
    assert_ok(load("puppet", &again));
    assert_ptr_equal(again, first);
    assert_ok(tri_component_load("puppetXXX", 6, &again)); // the length counts, not a NUL
    assert_ptr_equal(again, first);
}

// One file is one component, however it is called; a copy of it is another.
static void test_same_file(void **state)
{
    (void)state;
    const tri_component *first = NULL, *again = NULL, *twin = NULL;
    assert_ok(load("puppet", &first));
    assert_ok(load(TRI_TEST_COMPONENTS "/puppet.so", &again));
    assert_ptr_equal(again, first);
    assert_ok(load(TRI_TEST_COMPONENTS "/.//puppet", &again)); // the ending may be left out
    assert_ptr_equal(again, first);
    assert_int_equal(symlink(first->path, in_scratch("link.so")), 0);
    assert_ok(load(in_scratch("link.so"), &again));
    assert_ptr_equal(again, first);
    copy_file(first->path, in_scratch("twin.so"));
    assert_ok(load(in_scratch("twin.so"), &twin));
    assert_ptr_not_equal(twin, first);
    assert_string_equal(twin->name, "twin");
    assert_ptr_not_equal(((const tri__component *)twin)->state, ((const tri__component *)first)->state);
}

static void test_path_list(void **state)
{
    (void)state;
    char list[1000];
    const tri_component *component = NULL;
    snprintf(list, sizeof list, "::/no/such/directory:%s/:%s:", scratch, TRI_TEST_COMPONENTS);
    setenv("TRIVIUM_PATH", list, 1);
    copy_file(TRI_TEST_COMPONENTS "/puppet.so", in_scratch("listed.so"));
    assert_ok(load("listed", &component));
    assert_string_equal(component->path, in_scratch("listed.so"));
    setenv("TRIVIUM_PATH", "/no/such/directory:/nor/this", 1);
    // The program may have components beside it, so another name is looked for.
    REFUSE("nosuch", TRI_E_MOD_NOT_FOUND, "no component 'nosuch'", "nosuch.so", "/no/such/directory, /nor/this, /",
           "/components", "TRIVIUM_PATH");
    unsetenv("TRIVIUM_PATH");
    REFUSE("nosuch", TRI_E_MOD_NOT_FOUND, "/components");
    setenv("TRIVIUM_PATH", TRI_TEST_COMPONENTS, 1);
}

static void test_names_that_are_none(void **state)
{
    (void)state;
    const tri_component *component = NULL;
    char path[1200];
    REFUSE("", TRI_E_INVALIDARG, "name of a component: expected 1 to 1023 bytes, got 0");
    memset(path, 'x', sizeof path);
    path[1199] = '\0';
    REFUSE(path, TRI_E_INVALIDARG, "got 1199");
    REFUSE("pup\xffpet", TRI_E_INVALID_UTF8, "name of a component: ", "0xff at position 3");
    assert_int_equal(tri_component_load("puppet\0", 7, &component), TRI_E_INVALIDARG);
    assert_non_null(strstr(tri_error_message(TRI_E_INVALIDARG), "NUL, got one at byte 6"));
    REFUSE("./nosuch", TRI_E_MOD_NOT_FOUND, "no component at './nosuch': no such file");
    REFUSE("/", TRI_E_MOD_NOT_FOUND, "no such file");
    REFUSE(TRI_TEST_COMPONENTS "/", TRI_E_MOD_NOT_FOUND, "no such file");
}

// What the build leaves in place of a component that it could not make.
static void test_missing_library(void **state)
{
    (void)state;
    char text[600];
    setenv("TRIVIUM_PATH", scratch, 1);
    write_file(in_scratch("lost.missing"), "libcrypto of OpenSSL was not found\r\nmore\n");
    write_file(in_scratch("empty.missing"), "");
    memset(text, 'y', sizeof text);
    memcpy(text + 198, "\xc3\xa4", 2); // cut by the room for it
    text[599] = '\0';
    write_file(in_scratch("big.missing"), text);
    REFUSE("lost", TRI_E_MOD_NOT_FOUND,
           "component 'lost' was not built: libcrypto of OpenSSL was not found. Install that");
    REFUSE(in_scratch("lost"), TRI_E_MOD_NOT_FOUND, "libcrypto of OpenSSL was not found. Install that");
    REFUSE(in_scratch("lost.so"), TRI_E_MOD_NOT_FOUND, "libcrypto of OpenSSL was not found. Install that");
    REFUSE("empty", TRI_E_MOD_NOT_FOUND, "component 'empty' was not built: a library was missing. Install that");
    REFUSE("big", TRI_E_MOD_NOT_FOUND, "yyy. Install that");
    const char *message = tri_error_message(TRI_E_MOD_NOT_FOUND);
    assert_int_equal(tri__utf8_valid(message, strlen(message)), strlen(message));
    setenv("TRIVIUM_PATH", TRI_TEST_COMPONENTS, 1);
}

static void test_bad_components(void **state)
{
    (void)state;
    for (int round = 0; round < 2; round++) { // what failed fails again in the same way
        REFUSE("not_a_component", TRI_E_BAD_EXE_FORMAT, "not_a_component.so");
        REFUSE("no_symbol", TRI_E_BAD_EXE_FORMAT, "no_symbol.so", "tri_component_main");
        REFUSE("no_definition", TRI_E_INVALID_DATA, "component 'no_definition': ", "gave no definition");
        REFUSE("newer_abi", TRI_E_REVISION_MISMATCH, "component 'newer_abi': it needs version 99", "has version 1",
               "Install a newer Trivium, or build");
        REFUSE("newer_abi_by_itself", TRI_E_REVISION_MISMATCH, "it needs a newer version", "has version 1");
        REFUSE("malformed_member", TRI_E_INVALID_DATA, "component 'malformed_member': member 1: column 35");
        REFUSE("wrong_type", TRI_E_INVALID_DATA, "parameter 2 is '", "but the C struct 'open_args' has '");
        REFUSE("bad_default", TRI_E_INVALID_DATA, "expected UInt8 (0 to 255), got 256");
        REFUSE("init_fails", TRI_E_ACCESSDENIED, "component 'init_fails': its init failed: the device is locked");
    }
}

static char crowd_path[400];

static void *load_crowd(void *argument)
{
    const tri_component **out = argument;
    return load(crowd_path, out) == TRI_S_OK ? argument : NULL;
}

// Several threads load one file at the same moment: one of them builds it, all get it.
static void test_from_several_threads(void **state)
{
    (void)state;
    enum { COUNT = 4 };
    pthread_t threads[COUNT];
    const tri_component *got[COUNT] = {0};
    snprintf(crowd_path, sizeof crowd_path, "%s/crowd.so", scratch);
    copy_file(TRI_TEST_COMPONENTS "/puppet.so", crowd_path);
    for (int i = 0; i < COUNT; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, load_crowd, &got[i]), 0);
    }
    for (int i = 0; i < COUNT; i++) {
        void *answer = NULL;
        assert_int_equal(pthread_join(threads[i], &answer), 0);
        assert_non_null(answer);
        assert_ptr_equal(got[i], got[0]);
    }
}

static int allocations_left;

static bool gate(void)
{
    return allocations_left-- > 0;
}

// Each allocation of a load fails once: the load is refused, nothing stays, and the next one goes on to the end.
static void test_without_memory(void **state)
{
    (void)state;
    const tri_component *component = NULL;
    HRESULT hr = TRI_E_OUTOFMEMORY;
    int rounds = 0;
    copy_file(TRI_TEST_COMPONENTS "/puppet.so", in_scratch("poor.so"));
    for (; hr == TRI_E_OUTOFMEMORY && rounds < 200; rounds++) {
        const char *path = in_scratch("poor.so");
        allocations_left = rounds;
        tri__alloc_set_gate(gate);
        hr = load(path, &component);
        tri__alloc_set_gate(NULL);
        assert_int_equal(component != NULL, hr == TRI_S_OK);
        assert_int_equal(tri_live_count(TRI_LIVE_STRING), 0);
    }
    assert_ok(hr);
    assert_in_range(rounds, 4, 199);
    assert_string_equal(component->name, "poor");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_by_name),
        cmocka_unit_test(test_same_file),
        cmocka_unit_test(test_path_list),
        cmocka_unit_test(test_names_that_are_none),
        cmocka_unit_test(test_missing_library),
        cmocka_unit_test(test_bad_components),
        cmocka_unit_test(test_from_several_threads),
        cmocka_unit_test(test_without_memory),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
