// Error info of a thread, and the table of codes.
#include "described.h"

#include <errno.h>
#include <pthread.h>

static void test_set_prefix_clear(void **state)
{
    (void)state;
    assert_int_equal(tri_error_set(TRI_E_BOUNDS, "got %d", 5), TRI_E_BOUNDS);
    assert_string_equal(tri_error_message(TRI_E_BOUNDS), "got 5");
    assert_int_equal(tri_error_prefix("%s: ", "f()"), TRI_E_BOUNDS);
    assert_string_equal(tri_error_message(TRI_E_BOUNDS), "f(): got 5");
    // For another code it is not the message.
    assert_string_equal(tri_error_message(TRI_E_FAIL), tri_status_find(TRI_E_FAIL).message);
    tri_error_clear();
    assert_string_equal(tri_error_message(TRI_E_BOUNDS), tri_status_find(TRI_E_BOUNDS).message);
}

static void test_long_messages_end_with_a_whole_character(void **state)
{
    (void)state;
    char text[TRI_MESSAGE_SIZE + 10];
    for (size_t start = 0; start < 5; start++) {
        memset(text, 'x', start);
        for (size_t i = start; i + 4 < sizeof text; i += 4) {
            memcpy(text + i, "\xf0\x9f\x98\x80", 5);
        }
        tri_error_set(TRI_E_FAIL, "%s", text);
        const char *message = tri_error_message(TRI_E_FAIL);
        assert_in_range(strlen(message), TRI_MESSAGE_SIZE - 9, TRI_MESSAGE_SIZE - 1);
        assert_int_equal(tri__utf8_valid(message, strlen(message)), strlen(message));
        assert_null(strchr(message, '?'));
        tri_error_prefix("%s", "p\xc3\xa4: ");
        message = tri_error_message(TRI_E_FAIL);
        assert_int_equal(tri__utf8_valid(message, strlen(message)), strlen(message));
        assert_null(strchr(message, '?'));
        assert_int_equal(strncmp(message, "p\xc3\xa4: ", 5), 0);
    }
}

// Names of files need not be UTF-8; messages are.
static void test_messages_are_utf8(void **state)
{
    (void)state;
    tri_error_set(TRI_E_FAIL, "%s", "caf\xe9: \xff\xc3");
    assert_string_equal(tri_error_message(TRI_E_FAIL), "caf?: ??");
}

static void *other_thread(void *argument)
{
    (void)argument;
    bool mine = strcmp(tri_error_message(TRI_E_FAIL), tri_status_find(TRI_E_FAIL).message) == 0;
    tri_error_set(TRI_E_FAIL, "of the other");
    return mine ? argument : NULL;
}

static void test_each_thread_has_its_own(void **state)
{
    pthread_t thread;
    void *answer = NULL;
    tri_error_set(TRI_E_FAIL, "of this one");
    assert_int_equal(pthread_create(&thread, NULL, other_thread, state), 0);
    assert_int_equal(pthread_join(thread, &answer), 0);
    assert_non_null(answer);
    assert_string_equal(tri_error_message(TRI_E_FAIL), "of this one");
}

static void test_table(void **state)
{
    (void)state;
    const tri_status *row;
    size_t count = 0;
    for (; (row = tri_status_at(count)); count++) {
        assert_non_null(row->name);
        assert_true(row->code[0] && row->message[0] && row->python[0] && row->js[0]);
        tri_status found = tri_status_find(row->hr); // of two rows with one HRESULT the first
        assert_int_equal(found.hr, row->hr);
    }
    assert_true(count > 30);
    tri_status unknown = tri_status_find(TRI_HRESULT(0x81234567));
    assert_int_equal(unknown.hr, TRI_HRESULT(0x81234567));
    assert_string_equal(unknown.code, tri_status_find(TRI_E_FAIL).code);
}

static void test_errno(void **state)
{
    (void)state;
    assert_int_equal(tri_status_from_errno(ENOENT), TRI_E_FILE_NOT_FOUND);
    assert_string_equal(tri_status_find(tri_status_from_errno(ENOENT)).code, "ENOENT");
    assert_int_equal(tri_status_from_errno(ENOMEM), TRI_E_OUTOFMEMORY);
    assert_string_equal(tri_status_find(tri_status_from_errno(EACCES)).code, "EACCES");
    assert_string_equal(tri_status_find(tri_status_from_errno(EIO)).code, "EIO");
    for (int error = -1; error < 200; error++) {
        assert_true(TRI_FAILED(tri_status_from_errno(error)));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_set_prefix_clear),
        cmocka_unit_test(test_long_messages_end_with_a_whole_character),
        cmocka_unit_test(test_messages_are_utf8),
        cmocka_unit_test(test_each_thread_has_its_own),
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_errno),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
