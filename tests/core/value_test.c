// Values: checked numbers, text, bytes, arrays, copies.
#include "described.h"

#include <float.h>
#include <math.h>

static const tri_type *of(tri_kind kind)
{
    return tri_type_builtin(kind);
}

static const tri_enumerator colors[] = {{"DarkRed", 1}, {"SkyBlue", 2}, {"UTF8Green", -3}};
static const tri_type color_type = {.kind = TRI_KIND_ENUM,
                                    .size = 4,
                                    .plain = true,
                                    .name = "Color",
                                    .full_name = "Test.Color",
                                    .doc = "",
                                    .enumerators = colors,
                                    .enumerator_count = 3};

typedef struct range_case {
    tri_kind kind;
    int64_t min;
    uint64_t max;
} range_case;

static const range_case ranges[] = {
    {TRI_KIND_INT8, INT8_MIN, INT8_MAX},    {TRI_KIND_UINT8, 0, UINT8_MAX},
    {TRI_KIND_INT16, INT16_MIN, INT16_MAX}, {TRI_KIND_UINT16, 0, UINT16_MAX},
    {TRI_KIND_INT32, INT32_MIN, INT32_MAX}, {TRI_KIND_UINT32, 0, UINT32_MAX},
    {TRI_KIND_INT64, INT64_MIN, INT64_MAX}, {TRI_KIND_UINT64, 0, UINT64_MAX},
};

static int64_t read_signed(const tri_type *type, const void *value)
{
    switch (type->size) {
    case 1:
        return type->kind == TRI_KIND_INT8 ? *(const int8_t *)value : *(const uint8_t *)value;
    case 2:
        return type->kind == TRI_KIND_INT16 ? *(const int16_t *)value : *(const uint16_t *)value;
    case 4:
        return type->kind == TRI_KIND_INT32 ? (int64_t) * (const int32_t *)value
                                            : (int64_t) * (const uint32_t *)value;
    default:
        return *(const int64_t *)value;
    }
}

static void test_integers_at_their_limits(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++) {
        const tri_type *type = of(ranges[i].kind);
        uint64_t room = UINT64_C(0x5555555555555555);
        assert_ok(tri_value_set_int64(type, &room, ranges[i].min));
        assert_int_equal(read_signed(type, &room), ranges[i].min);
        assert_ok(tri_value_set_uint64(type, &room, ranges[i].max));
        assert_int_equal(read_signed(type, &room), (int64_t)ranges[i].max);
        uint64_t before = room;
        if (ranges[i].min > INT64_MIN) {
            assert_int_equal(tri_value_set_int64(type, &room, ranges[i].min - 1), TRI_E_BOUNDS);
        }
        if (ranges[i].max < UINT64_MAX) {
            assert_int_equal(tri_value_set_uint64(type, &room, ranges[i].max + 1), TRI_E_BOUNDS);
        }
        assert_int_equal(room, before); // a refused number changes nothing
        if (type->size < 8) {
            // Nor does a good one touch what lies behind.
            room = 0;
            assert_ok(tri_value_set_uint64(type, &room, ranges[i].max));
            assert_int_equal(room >> (8 * type->size), 0);
        }
    }
}

static void test_integer_messages(void **state)
{
    (void)state;
    uint64_t room = 0;
    assert_failure(tri_value_set_int64(of(TRI_KIND_UINT8), &room, 300), TRI_E_BOUNDS,
                   "expected UInt8 (0 to 255), got 300");
    assert_failure(tri_value_set_int64(of(TRI_KIND_UINT64), &room, -1), TRI_E_BOUNDS,
                   "expected UInt64 (0 to 18446744073709551615), got -1");
    assert_failure(tri_value_set_uint64(of(TRI_KIND_INT64), &room, UINT64_MAX), TRI_E_BOUNDS,
                   "expected Int64 (-9223372036854775808 to 9223372036854775807), got "
                   "18446744073709551615");
    assert_failure(tri_value_set_double(of(TRI_KIND_INT8), &room, 128.0), TRI_E_BOUNDS,
                   "expected Int8 (-128 to 127), got 128");
    assert_failure(tri_value_set_double(of(TRI_KIND_INT64), &room, 0x1p63), TRI_E_BOUNDS,
                   "expected Int64 (-9223372036854775808 to 9223372036854775807), got "
                   "9223372036854775808");
    assert_failure(tri_value_set_double(of(TRI_KIND_UINT64), &room, 1e300), TRI_E_BOUNDS,
                   "expected UInt64 (0 to 18446744073709551615), got 1e+300");
    assert_failure(tri_value_set_double(of(TRI_KIND_UINT8), &room, 1.5), TRI_E_TYPE_MISMATCH,
                   "expected UInt8, got 1.5, which is no whole number");
    assert_failure(tri_value_set_int64(of(TRI_KIND_STRING), &room, 5), TRI_E_TYPE_MISMATCH,
                   "expected String, got 5");
    assert_failure(tri_value_set_int64(of(TRI_KIND_BOOLEAN), &room, 1), TRI_E_TYPE_MISMATCH,
                   "expected Boolean, got 1");
    assert_int_equal(tri_value_set_double(of(TRI_KIND_INT32), &room, (double)NAN), TRI_E_TYPE_MISMATCH);
    assert_int_equal(tri_value_set_double(of(TRI_KIND_INT32), &room, (double)INFINITY), TRI_E_BOUNDS);
    assert_int_equal(tri_value_set_double(of(TRI_KIND_INT32), &room, -(double)INFINITY), TRI_E_BOUNDS);
    assert_int_equal(room, 0);
}

static void test_doubles_to_integers(void **state)
{
    (void)state;
    int64_t signed64 = 0;
    uint64_t unsigned64 = 0;
    assert_ok(tri_value_set_double(of(TRI_KIND_INT64), &signed64, -0x1p63));
    assert_int_equal(signed64, INT64_MIN);
    assert_ok(tri_value_set_double(of(TRI_KIND_UINT64), &unsigned64, 0x1p63));
    assert_true(unsigned64 == UINT64_C(1) << 63);
    assert_ok(tri_value_set_double(of(TRI_KIND_UINT64), &unsigned64, 18446744073709549568.0));
    assert_true(unsigned64 == UINT64_C(18446744073709549568));
    assert_ok(tri_value_set_double(of(TRI_KIND_UINT64), &unsigned64, -0.0));
    assert_true(unsigned64 == 0);
    assert_int_equal(tri_value_set_double(of(TRI_KIND_UINT64), &unsigned64, 0x1p64), TRI_E_BOUNDS);
}

static void test_floating_point(void **state)
{
    (void)state;
    float single = 0;
    double wide = 0;
    assert_ok(tri_value_set_double(of(TRI_KIND_DOUBLE), &wide, 0.1));
    assert_true(wide == 0.1);
    assert_ok(tri_value_set_double(of(TRI_KIND_SINGLE), &single, 0.1));
    assert_true(single == 0.1f);
    assert_ok(tri_value_set_double(of(TRI_KIND_SINGLE), &single, (double)INFINITY));
    assert_true(isinf(single));
    assert_ok(tri_value_set_double(of(TRI_KIND_SINGLE), &single, (double)NAN));
    assert_true(isnan(single));
    assert_int_equal(tri_value_set_double(of(TRI_KIND_SINGLE), &single, 1e39), TRI_E_BOUNDS);
    // Whole numbers come as exact ones, and must stay so.
    assert_ok(tri_value_set_int64(of(TRI_KIND_DOUBLE), &wide, INT64_MIN));
    assert_true(wide == -0x1p63);
    assert_failure(tri_value_set_int64(of(TRI_KIND_DOUBLE), &wide, INT64_MAX), TRI_E_BOUNDS,
                   "expected Double, got 9223372036854775807, which it cannot hold exactly");
    assert_failure(tri_value_set_int64(of(TRI_KIND_SINGLE), &single, 16777217), TRI_E_BOUNDS,
                   "expected Single, got 16777217, which it cannot hold exactly");
    assert_ok(tri_value_set_int64(of(TRI_KIND_SINGLE), &single, -16777216));
    assert_true(single == -16777216.0f);
}

static void test_enums(void **state)
{
    (void)state;
    int32_t value = 0;
    assert_ok(tri_value_set_int64(&color_type, &value, -3));
    assert_int_equal(value, -3);
    static const char *const blue[] = {"SkyBlue", "skyBlue", "sky_blue", "SKY_BLUE"};
    for (size_t i = 0; i < 4; i++) {
        value = 0;
        assert_ok(tri_value_set_text(&color_type, &value, blue[i], strlen(blue[i])));
        assert_int_equal(value, 2);
    }
    assert_failure(tri_value_set_text(&color_type, &value, "green", 5), TRI_E_UNKNOWN_NAME,
                   "expected Color (DarkRed, SkyBlue, UTF8Green), got 'green'");
    assert_failure(tri_value_set_text(&color_type, &value, "", 0), TRI_E_UNKNOWN_NAME,
                   "expected Color (DarkRed, SkyBlue, UTF8Green), got ''");
    assert_failure(tri_value_set_int64(&color_type, &value, 0), TRI_E_UNKNOWN_NAME,
                   "expected Color (DarkRed, SkyBlue, UTF8Green), got 0");
    assert_int_equal(tri_value_set_int64(&color_type, &value, INT64_C(0x100000002)), TRI_E_UNKNOWN_NAME);
    assert_int_equal(tri_value_set_double(&color_type, &value, 1e30), TRI_E_UNKNOWN_NAME);
    assert_int_equal(tri_value_set_double(&color_type, &value, 1.5), TRI_E_TYPE_MISMATCH);
    assert_int_equal(tri_value_set_text(&color_type, &value, "\xff", 1), TRI_E_INVALID_UTF8);
    assert_int_equal(value, 2);
    assert_string_equal(tri_enum_find(&color_type, 1)->name, "DarkRed");
    assert_null(tri_enum_find(&color_type, 7));
    assert_null(tri_enum_find(of(TRI_KIND_INT32), 1));
}

static void test_long_unknown_enumerator_is_cut_at_a_character(void **state)
{
    (void)state;
    char text[200];
    int32_t value = 0;
    for (size_t i = 0; i + 1 < sizeof text; i += 2) {
        memcpy(text + i, "\xc3\xa4", 2); // an umlaut
    }
    assert_int_equal(tri_value_set_text(&color_type, &value, text, 199 & ~1u), TRI_E_UNKNOWN_NAME);
    const char *message = tri_error_message(TRI_E_UNKNOWN_NAME);
    assert_int_equal(tri__utf8_valid(message, strlen(message)), strlen(message));
    assert_non_null(strstr(message, "..."));
}

static void test_timespans(void **state)
{
    (void)state;
    int64_t ticks = 0;
    assert_ok(tri_value_set_timespan(&ticks, 1.5, TRI_TICKS_PER_SECOND));
    assert_int_equal(ticks, 15000000);
    assert_ok(tri_value_set_timespan(&ticks, 0.1, TRI_TICKS_PER_SECOND));
    assert_int_equal(ticks, 1000000);
    assert_ok(tri_value_set_timespan(&ticks, 0.00006, TRI_TICKS_PER_MS));
    assert_int_equal(ticks, 1);
    assert_ok(tri_value_set_timespan(&ticks, -0.00006, TRI_TICKS_PER_MS));
    assert_int_equal(ticks, -1);
    assert_ok(tri_value_set_timespan(&ticks, 0.00004, TRI_TICKS_PER_MS));
    assert_int_equal(ticks, 0);
    assert_failure(tri_value_set_timespan(&ticks, 1e12, TRI_TICKS_PER_SECOND), TRI_E_BOUNDS,
                   "expected TimeSpan (up to 29247 years), got 1e+12");
    assert_int_equal(tri_value_set_timespan(&ticks, (double)INFINITY, 1), TRI_E_BOUNDS);
    assert_failure(tri_value_set_timespan(&ticks, (double)NAN, 1), TRI_E_TYPE_MISMATCH,
                   "expected TimeSpan, got not a number");
}

static void test_strings(void **state)
{
    (void)state;
    tri_string *text = NULL;
    const tri_type *type = of(TRI_KIND_STRING);
    assert_ok(tri_value_set_text(type, &text, "a\0b", 3)); // a NUL inside is legal
    assert_int_equal(text->length, 3);
    assert_memory_equal(text->data, "a\0b", 4);
    const char *c = NULL;
    assert_failure(tri_c_string(tri_core_host(), text, "path", &c), TRI_E_INVALIDARG,
                   "argument 'path': expected text without a NUL, got one at byte 1");
    tri_string *copy = NULL;
    assert_ok(tri_value_copy(type, &copy, &text));
    assert_ptr_equal(copy, text);
    assert_ok(tri_value_set_text(type, &text, "gr\xc3\xbc\xc3\x9f", 6)); // drops the old one
    assert_string_equal(copy->data + 2, "b");
    assert_int_equal(tri_live_count(TRI_LIVE_STRING), 2);
    assert_int_equal(tri_value_set_text(type, &text, "\x80", 1), TRI_E_INVALID_UTF8);
    assert_string_equal(text->data, "gr\xc3\xbc\xc3\x9f"); // a refused text changes nothing
    assert_ok(tri_value_set_text(type, &text, NULL, 0));
    assert_null(text);
    tri_value_clear(type, &copy);
    assert_null(copy);
    assert_int_equal(tri_live_count(TRI_LIVE_STRING), 0);
}

typedef struct utf8_case {
    const char *bytes;
    size_t length;
    size_t valid; // the byte at which it breaks
} utf8_case;

#define UTF8(text, valid) {text, sizeof(text) - 1, valid}
static const utf8_case utf8_cases[] = {
    UTF8("", 0),
    UTF8("plain ASCII, longer than a word of eight", 40),
    UTF8("\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80\xef\xbf\xbf\xf0\x90\x80\x80\xf4\x8f\xbf\xbf", 19),
    UTF8("\xed\x9f\xbf\xee\x80\x80", 6), // around the surrogates
    UTF8("\x80", 0),                     // a continuation alone
    UTF8("12345678\xff", 8),
    UTF8("1234567\xff" "9", 7),
    UTF8("a\xc0\x80", 1),             // an overlong NUL
    UTF8("a\xc1\xbf", 1),             // overlong
    UTF8("a\xe0\x9f\xbf", 1),         // overlong
    UTF8("a\xf0\x8f\xbf\xbf", 1),     // overlong
    UTF8("ab\xed\xa0\x80", 2),        // a surrogate
    UTF8("ab\xf4\x90\x80\x80", 2),    // above U+10FFFF
    UTF8("ab\xf5\x80\x80\x80", 2),
    UTF8("abc\xe2\x82", 3),           // cut off
    UTF8("abc\xf0\x9f\x98", 3),
    UTF8("abc\xc3", 3),
    UTF8("abc\xe2\x28\xa1", 3),       // no continuation
    UTF8("abc\xe2\x82\x28", 3),
};

static void test_utf8(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof utf8_cases / sizeof utf8_cases[0]; i++) {
        const utf8_case *c = &utf8_cases[i];
        // On the heap, so that a sanitizer sees a byte too many.
        char *exact = malloc(c->length ? c->length : 1);
        assert_non_null(exact);
        memcpy(exact, c->bytes, c->length);
        assert_int_equal(tri__utf8_valid(exact, c->length), c->valid);
        tri_string *string = NULL;
        HRESULT hr = tri_string_new(tri_core_host(), exact, c->length, &string);
        assert_int_equal(hr, c->valid == c->length ? TRI_S_OK : TRI_E_INVALID_UTF8);
        assert_int_equal(string != NULL, c->valid == c->length);
        tri_string_release(string);
        free(exact);
    }
    tri_string *string = NULL;
    assert_failure(tri_string_new(tri_core_host(), "ab\xff", 3, &string), TRI_E_INVALID_UTF8,
                   "expected UTF-8, got the byte 0xff at position 2");
}

static void test_bytes(void **state)
{
    (void)state;
    tri_c_UInt8Array array = {0};
    tri_buffer *buffer = NULL;
    const tri_type *bytes = tri__type_array(TRI_KIND_UINT8);
    assert_ok(tri_value_set_bytes(bytes, &array, "\1\2\3", 3));
    assert_int_equal(array.length, 3);
    assert_memory_equal(array.data, "\1\2\3", 3);
    assert_ok(tri_value_set_bytes(bytes, &array, NULL, 0));
    assert_null(array.data);
    assert_ok(tri_value_set_bytes(of(TRI_KIND_BUFFER), &buffer, "\1\2\3", 3));
    assert_int_equal(buffer->length, 3);
    assert_memory_equal(buffer->data, "\1\2\3", 3);
    tri_buffer *copy = NULL;
    assert_ok(tri_value_copy(of(TRI_KIND_BUFFER), &copy, &buffer));
    assert_ptr_equal(copy, buffer);
    tri_value_clear(of(TRI_KIND_BUFFER), &buffer);
    assert_int_equal(tri_live_count(TRI_LIVE_BUFFER), 1);
    tri_value_clear(of(TRI_KIND_BUFFER), &copy);
    assert_int_equal(tri_live_count(TRI_LIVE_BUFFER), 0);
    tri_string *text = NULL;
    assert_failure(tri_value_set_bytes(of(TRI_KIND_STRING), &text, "x", 1), TRI_E_TYPE_MISMATCH,
                   "expected String, got bytes");
    assert_failure(tri_value_set_text(bytes, &array, "x", 1), TRI_E_TYPE_MISMATCH,
                   "expected UInt8[], got text");
    assert_failure(tri_value_mismatch(of(TRI_KIND_UINT8), "a list"), TRI_E_TYPE_MISMATCH,
                   "expected UInt8, got a list");
}

static void test_arrays_of_strings(void **state)
{
    (void)state;
    const tri_type *type = tri__type_array(TRI_KIND_STRING);
    tri_c_StringArray array = {0}, copy = {0};
    void *elements = NULL;
    assert_ok(tri_value_set_array(type, &array, 3, &elements));
    assert_ptr_equal(elements, array.data);
    assert_null(array.data[2]); // all zero
    for (size_t i = 0; i < 2; i++) {
        assert_ok(tri_value_set_text(type->element, &array.data[i], "abc", i + 1));
    }
    assert_ok(tri_value_copy(type, &copy, &array));
    assert_ptr_not_equal(copy.data, array.data);
    assert_ptr_equal(copy.data[1], array.data[1]);
    assert_ok(tri_value_set_array(type, &array, 0, &elements)); // drops what was there
    assert_null(elements);
    assert_string_equal(copy.data[1]->data, "ab");
    tri_value_clear(type, &copy);
    assert_int_equal(copy.length, 0);
    assert_int_equal(tri_live_count(TRI_LIVE_STRING), 0);
    assert_int_equal(tri_value_set_array(type, &array, SIZE_MAX / 2, &elements), TRI_E_OUTOFMEMORY);
    assert_int_equal(tri_value_set_array(of(TRI_KIND_INT8), &array, 1, &elements), TRI_E_TYPE_MISMATCH);
}

static int allocations_left;

static bool gate(void)
{
    return allocations_left-- > 0;
}

// Each allocation of storing and copying fails once: no leak, and the target is empty or unchanged.
static void test_without_memory(void **state)
{
    (void)state;
    const tri_type *type = tri__type_array(TRI_KIND_STRING);
    tri_c_StringArray array = {0}, copy;
    HRESULT hr = TRI_E_OUTOFMEMORY;
    int rounds = 0;
    for (; hr == TRI_E_OUTOFMEMORY; rounds++) {
        void *elements = NULL;
        tri_buffer *buffer = NULL;
        memset(&copy, 0x55, sizeof copy);
        allocations_left = rounds;
        tri__alloc_set_gate(gate);
        hr = tri_value_set_array(type, &array, 2, &elements);
        if (TRI_SUCCEEDED(hr)) {
            hr = tri_value_set_text(type->element, &array.data[1], "abc", 3);
        }
        if (TRI_SUCCEEDED(hr)) {
            hr = tri_value_copy(type, &copy, &array);
            if (TRI_FAILED(hr)) {
                assert_int_equal(copy.length, 0);
                assert_null(copy.data);
            }
        }
        if (TRI_SUCCEEDED(hr)) {
            hr = tri_value_set_bytes(of(TRI_KIND_BUFFER), &buffer, "x", 1);
            tri_value_clear(type, &copy);
        }
        tri__alloc_set_gate(NULL);
        tri_value_clear(type, &array);
        tri_value_clear(of(TRI_KIND_BUFFER), &buffer);
        assert_int_equal(tri_live_count(TRI_LIVE_STRING), 0);
        assert_int_equal(tri_live_count(TRI_LIVE_BUFFER), 0);
    }
    assert_ok(hr);
    assert_int_equal(rounds, 5); // four allocations, each refused once, and the round that went through
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_integers_at_their_limits),
        cmocka_unit_test(test_integer_messages),
        cmocka_unit_test(test_doubles_to_integers),
        cmocka_unit_test(test_floating_point),
        cmocka_unit_test(test_enums),
        cmocka_unit_test(test_long_unknown_enumerator_is_cut_at_a_character),
        cmocka_unit_test(test_timespans),
        cmocka_unit_test(test_strings),
        cmocka_unit_test(test_utf8),
        cmocka_unit_test(test_bytes),
        cmocka_unit_test(test_arrays_of_strings),
        cmocka_unit_test(test_without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
