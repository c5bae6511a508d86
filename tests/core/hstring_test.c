// HSTRINGs: the layout, and UTF-16.
#include "described.h"

#include <pthread.h>

static void check(const char *utf8, size_t length, const uint16_t *units, uint32_t count)
{
    tri_hstring string = NULL;
    uint32_t got = 77;
    assert_ok(tri_hstring_new(utf8, length, &string));
    assert_non_null(string);
    const uint16_t *data = tri_hstring_data(string, &got);
    assert_int_equal(got, count);
    assert_memory_equal(data, units, count * sizeof *units);
    assert_int_equal(data[count], 0);
    tri_hstring_release(string);
}

static void test_utf16(void **state)
{
    (void)state;
    static const uint16_t ascii[] = {'a', 0, 'b'};
    static const uint16_t mixed[] = {0xE4, 0x20AC, 0xD83D, 0xDE00, 0xFFFF, 0xDBFF, 0xDFFF, 0xD800, 0xDC00};
    check("a\0b", 3, ascii, 3);
    check("\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\xef\xbf\xbf\xf4\x8f\xbf\xbf\xf0\x90\x80\x80", 20, mixed, 9);
}

static void test_empty_is_null(void **state)
{
    (void)state;
    tri_hstring string = (tri_hstring)(void *)&string;
    uint32_t length = 7;
    assert_ok(tri_hstring_new("", 0, &string));
    assert_null(string);
    assert_int_equal(tri_hstring_data(NULL, &length)[0], 0);
    assert_int_equal(length, 0);
    assert_null(tri_hstring_retain(NULL));
    tri_hstring_release(NULL);
}

static void test_broken_utf8(void **state)
{
    (void)state;
    tri_hstring string = (tri_hstring)(void *)&string;
    assert_failure(tri_hstring_new("ab\xed\xa0\x80", 5, &string), TRI_E_INVALID_UTF8,
                   "expected UTF-8, got the byte 0xed at position 2");
    assert_null(string);
}

// What a client's own library reads: flags, length, two words of padding, the pointer.
static void test_layout(void **state)
{
    (void)state;
    tri_hstring string = NULL;
    uint32_t words[4], length;
    const uint16_t *data;
    assert_ok(tri_hstring_new("text", 4, &string));
    memcpy(words, (const void *)string, sizeof words);
    memcpy(&data, (const char *)(const void *)string + 16, sizeof data);
    assert_int_equal(words[0], 0);
    assert_int_equal(words[1], 4);
    assert_ptr_equal(data, tri_hstring_data(string, &length));
    tri_hstring_release(string);
}

static void *retain_and_release(void *argument)
{
    for (int i = 0; i < 10000; i++) {
        tri_hstring_release(tri_hstring_retain((tri_hstring)argument));
    }
    return NULL;
}

static void test_references_from_two_threads(void **state)
{
    (void)state;
    tri_hstring string = NULL;
    pthread_t thread;
    uint32_t length;
    assert_ok(tri_hstring_new("shared", 6, &string));
    assert_int_equal(pthread_create(&thread, NULL, retain_and_release, string), 0);
    retain_and_release(string);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(tri_hstring_data(string, &length)[5], 'd');
    tri_hstring_release(string);
}

static bool refuse(void)
{
    return false;
}

static void test_without_memory(void **state)
{
    (void)state;
    tri_hstring string = NULL;
    tri__alloc_set_gate(refuse);
    HRESULT hr = tri_hstring_new("text", 4, &string);
    tri__alloc_set_gate(NULL);
    assert_int_equal(hr, TRI_E_OUTOFMEMORY);
    assert_null(string);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_utf16),
        cmocka_unit_test(test_empty_is_null),
        cmocka_unit_test(test_broken_utf8),
        cmocka_unit_test(test_layout),
        cmocka_unit_test(test_references_from_two_threads),
        cmocka_unit_test(test_without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
