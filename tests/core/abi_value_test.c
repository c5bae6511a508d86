// Values at the raw vtables, looked at by slot number, as a client does that knows nothing of Trivium.
#include "described.h"

#include "../../core/src/abi_value.h"

typedef HRESULT TRI_STDCALL query_fn(void *, const tri_guid *, void **);
typedef uint32_t TRI_STDCALL count_fn(void *);
typedef HRESULT TRI_STDCALL iids_fn(void *, uint32_t *, tri_guid **);
typedef HRESULT TRI_STDCALL name_fn(void *, tri_hstring *);
typedef HRESULT TRI_STDCALL number_fn(void *, uint32_t *);
typedef HRESULT TRI_STDCALL put_fn(void *, uint32_t);
typedef HRESULT TRI_STDCALL bytes_fn(void *, uint8_t **);
typedef HRESULT TRI_STDCALL array_fn(void *, uint32_t *, void **);

#define CALL(type, object, slot) ((type *)(*(void ***)(object))[slot])

static const tri_guid iid_IBuffer = {
    0x905A0FE0, 0xBC53, 0x11DF, {0x8C, 0x49, 0x00, 0x1E, 0x4F, 0xC6, 0x86, 0xDA}};
static const tri_guid iid_IBufferByteAccess = {
    0x905A0FEF, 0xBC53, 0x11DF, {0x8C, 0x49, 0x00, 0x1E, 0x4F, 0xC6, 0x86, 0xDA}};

static void check_name(void *object, const char *expected)
{
    tri_hstring name = NULL;
    uint32_t length = 0;
    assert_ok(CALL(name_fn, object, 4)(object, &name));
    const uint16_t *units = tri_hstring_data(name, &length);
    assert_int_equal(length, strlen(expected));
    for (uint32_t i = 0; i < length; i++) {
        assert_int_equal(units[i], expected[i]);
    }
    tri_hstring_release(name);
}

static void test_buffer(void **state)
{
    (void)state;
    tri_buffer *buffer = NULL;
    void *box = NULL, *same = NULL, *access = NULL;
    uint32_t number = 0;
    uint8_t *bytes = NULL;
    const tri_type *type = tri_type_builtin(TRI_KIND_BUFFER);
    assert_ok(tri_value_set_bytes(type, &buffer, "abc", 3));
    assert_ok(tri__abi_copy(type, &box, &buffer));
    tri_value_clear(type, &buffer); // the box keeps it
    check_name(box, "Windows.Storage.Streams.IBuffer");
    assert_ok(CALL(number_fn, box, 6)(box, &number)); // Capacity
    assert_int_equal(number, 3);
    assert_ok(CALL(put_fn, box, 8)(box, 2)); // Length
    assert_ok(CALL(number_fn, box, 7)(box, &number));
    assert_int_equal(number, 2);
    assert_int_equal(CALL(put_fn, box, 8)(box, 4), TRI_E_INVALIDARG);
    assert_ok(CALL(query_fn, box, 0)(box, &iid_IBufferByteAccess, &access));
    assert_ok(CALL(bytes_fn, access, 3)(access, &bytes));
    assert_memory_equal(bytes, "abc", 3);
    assert_ok(CALL(query_fn, access, 0)(access, &iid_IBuffer, &same)); // one identity
    assert_ptr_equal(same, box);
    assert_int_equal(CALL(query_fn, box, 0)(box, &tri_IID_IAsyncInfo, &same), TRI_E_NOINTERFACE);
    assert_null(same);
    assert_int_equal(CALL(count_fn, access, 2)(access), 2);
    assert_int_equal(CALL(count_fn, box, 2)(box), 1);
    assert_int_equal(tri_live_count(TRI_LIVE_BUFFER), 1);
    tri__abi_clear(type, &box);
    assert_null(box);
    assert_int_equal(tri_live_count(TRI_LIVE_BUFFER), 0);
    assert_ok(tri__abi_copy(type, &box, &buffer)); // NULL is NULL
    assert_null(box);
    tri__abi_clear(type, &box);
}

static void test_array_of_bytes(void **state)
{
    (void)state;
    const tri_type *type = tri__type_array(TRI_KIND_UINT8);
    tri_c_UInt8Array array = {0};
    void *room[2] = {NULL, &room}; // one pointer is written, and no more
    uint32_t length = 0, count = 0;
    void *elements = NULL;
    tri_guid iid, *iids = NULL;
    assert_int_equal(tri__abi_size(type), sizeof(void *));
    assert_ok(tri_value_set_bytes(type, &array, "\1\2\3", 3));
    assert_ok(tri__abi_copy(type, room, &array));
    assert_ptr_equal(room[1], &room);
    tri_value_clear(type, &array);
    check_name(room[0], "Windows.Foundation.IReferenceArray`1<UInt8>");
    assert_ok(CALL(array_fn, room[0], 6)(room[0], &length, &elements));
    assert_int_equal(length, 3);
    assert_memory_equal(elements, "\1\2\3", 3);
    free(elements);
    tri__iid_of_array(type, &iid);
    void *same = NULL;
    assert_ok(CALL(query_fn, room[0], 0)(room[0], &iid, &same));
    assert_ptr_equal(same, room[0]);
    CALL(count_fn, same, 2)(same);
    assert_ok(CALL(iids_fn, room[0], 3)(room[0], &count, &iids));
    assert_int_equal(count, 1);
    assert_memory_equal(&iids[0], &iid, sizeof iid);
    free(iids);
    tri__abi_clear(type, room);
}

static void test_array_of_strings(void **state)
{
    (void)state;
    const tri_type *type = tri__type_array(TRI_KIND_STRING);
    tri_c_StringArray array = {0};
    void *box = NULL, *elements = NULL;
    uint32_t length = 0, units = 0;
    assert_ok(tri_value_set_array(type, &array, 2, &elements));
    assert_ok(tri_value_set_text(type->element, &array.data[1], "\xc3\xa4", 2));
    assert_ok(tri__abi_copy(type, &box, &array));
    tri_value_clear(type, &array);
    assert_ok(CALL(array_fn, box, 6)(box, &length, &elements));
    assert_int_equal(length, 2);
    tri_hstring *strings = elements;
    assert_null(strings[0]);
    assert_int_equal(tri_hstring_data(strings[1], &units)[0], 0xE4);
    tri_hstring_release(strings[1]);
    free(elements);
    tri__abi_clear(type, &box);
    assert_int_equal(tri_live_count(TRI_LIVE_STRING), 0);
}

typedef struct mixed {
    uint8_t flag;
    tri_string *name;
    tri_buffer *bytes;
} mixed;

static const tri_type *mixed_type(void)
{
    static tri_type_field fields[3];
    static tri_type type;
    fields[0] = (tri_type_field){"Flag", tri_type_builtin(TRI_KIND_UINT8), offsetof(mixed, flag)};
    fields[1] = (tri_type_field){"Name", tri_type_builtin(TRI_KIND_STRING), offsetof(mixed, name)};
    fields[2] = (tri_type_field){"Bytes", tri_type_builtin(TRI_KIND_BUFFER), offsetof(mixed, bytes)};
    type = (tri_type){.kind = TRI_KIND_STRUCT, .size = sizeof(mixed), .name = "Mixed", .full_name = "Test.Mixed",
                      .doc = "", .fields = fields, .field_count = 3, .invoke = tri__invoke_pointer};
    return &type;
}

static void test_struct(void **state)
{
    (void)state;
    const tri_type *type = mixed_type();
    mixed value = {.flag = 7};
    struct {
        uint8_t flag;
        tri_hstring name;
        void *bytes;
    } abi;
    uint32_t number = 0;
    assert_int_equal(tri__abi_size(type), sizeof abi);
    assert_ok(tri_value_set_text(type->fields[1].type, &value.name, "xy", 2));
    assert_ok(tri_value_set_bytes(type->fields[2].type, &value.bytes, "b", 1));
    assert_ok(tri__abi_copy(type, &abi, &value));
    tri_value_clear(type, &value);
    assert_int_equal(abi.flag, 7);
    assert_int_equal(tri_hstring_data(abi.name, &number)[1], 'y');
    assert_ok(CALL(number_fn, abi.bytes, 7)(abi.bytes, &number));
    assert_int_equal(number, 1);
    tri__abi_clear(type, &abi);
    assert_null(abi.name);
    assert_int_equal(tri_live_count(TRI_LIVE_BUFFER), 0);

    tri_type_field field = {"Items", tri__type_array(TRI_KIND_UINT8), 0};
    tri_type other = *type;
    tri_c_UInt8Array items = {0};
    other.fields = &field;
    other.field_count = 1;
    other.size = sizeof items;
    assert_int_equal(tri__abi_copy(&other, &items, &items), TRI_E_NOTIMPL);
}

// A Progress delegate, and what it was given.
typedef struct listener {
    void *const *vtbl;
    void *sender;
    double number;
    int64_t ticks;
    uint16_t unit;
    uint32_t length;
} listener;

static HRESULT TRI_STDCALL on_double(void *self, void *sender, double value)
{
    ((listener *)self)->sender = sender;
    ((listener *)self)->number = value;
    return TRI_S_FALSE;
}

static HRESULT TRI_STDCALL on_timespan(void *self, void *sender, int64_t value)
{
    ((listener *)self)->sender = sender;
    ((listener *)self)->ticks = value;
    return TRI_S_OK;
}

static HRESULT TRI_STDCALL on_string(void *self, void *sender, tri_hstring value)
{
    uint32_t length = 0;
    ((listener *)self)->sender = sender;
    ((listener *)self)->unit = tri_hstring_data(value, &length)[0];
    return TRI_S_OK;
}

static HRESULT TRI_STDCALL on_array(void *self, void *sender, void *value)
{
    void *elements = NULL;
    ((listener *)self)->sender = sender;
    HRESULT hr = CALL(array_fn, value, 6)(value, &((listener *)self)->length, &elements);
    free(elements);
    return hr;
}

static void test_progress_by_value(void **state)
{
    (void)state;
    void *slots[4] = {0};
    listener heard = {.vtbl = slots};
    double number = 2.5;
    int64_t ticks = -7;
    tri_string *text = NULL;
    tri_c_UInt8Array bytes = {0};
    slots[3] = (void *)on_double;
    assert_int_equal(tri__abi_invoke(tri_type_builtin(TRI_KIND_DOUBLE), &heard, &number, &number), TRI_S_FALSE);
    assert_true(heard.number == 2.5);
    assert_ptr_equal(heard.sender, &number);
    slots[3] = (void *)on_timespan;
    assert_ok(tri__abi_invoke(tri_type_builtin(TRI_KIND_TIMESPAN), &heard, &ticks, &ticks));
    assert_int_equal(heard.ticks, -7);
    slots[3] = (void *)on_string;
    assert_ok(tri_value_set_text(tri_type_builtin(TRI_KIND_STRING), &text, "\xe2\x82\xac", 3));
    assert_ok(tri__abi_invoke(tri_type_builtin(TRI_KIND_STRING), &heard, &text, &text));
    assert_int_equal(heard.unit, 0x20AC);
    tri_value_clear(tri_type_builtin(TRI_KIND_STRING), &text);
    slots[3] = (void *)on_array;
    assert_ok(tri_value_set_bytes(tri__type_array(TRI_KIND_UINT8), &bytes, "abcd", 4));
    assert_ok(tri__abi_invoke(tri__type_array(TRI_KIND_UINT8), &heard, &bytes, &bytes));
    assert_int_equal(heard.length, 4);
    tri_value_clear(tri__type_array(TRI_KIND_UINT8), &bytes);
}

static int allocations_left;

static bool gate(void)
{
    return allocations_left-- > 0;
}

static void test_without_memory(void **state)
{
    (void)state;
    const tri_type *type = mixed_type();
    mixed value = {0};
    char abi[sizeof(mixed)];
    assert_ok(tri_value_set_text(type->fields[1].type, &value.name, "xy", 2));
    assert_ok(tri_value_set_bytes(type->fields[2].type, &value.bytes, "b", 1));
    HRESULT hr = TRI_E_OUTOFMEMORY;
    int rounds = 0;
    for (; hr == TRI_E_OUTOFMEMORY; rounds++) {
        allocations_left = rounds;
        tri__alloc_set_gate(gate);
        hr = tri__abi_copy(type, abi, &value);
        tri__alloc_set_gate(NULL);
    }
    assert_ok(hr);
    assert_int_equal(rounds, 3);
    tri__abi_clear(type, abi);
    tri_value_clear(type, &value);
    assert_int_equal(tri_live_count(TRI_LIVE_BUFFER), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_buffer),
        cmocka_unit_test(test_array_of_bytes),
        cmocka_unit_test(test_array_of_strings),
        cmocka_unit_test(test_struct),
        cmocka_unit_test(test_progress_by_value),
        cmocka_unit_test(test_without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
