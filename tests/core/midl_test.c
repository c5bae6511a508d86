// The parser of member strings: what it takes, and where it says that something is wrong.
#include "described.h"

static tri__arena arena;

static tri__midl_member *parse(const char *source)
{
    tri__midl_member *member = NULL;
    assert_ok(tri__midl_parse(&arena, source, &member));
    assert_non_null(member);
    return member;
}

static int forget(void **state)
{
    (void)state;
    tri__arena_free(&arena);
    return 0;
}

static void test_smallest(void **state)
{
    (void)state;
    const tri__midl_member *m = parse("Void Stop()");
    assert_int_equal(m->kind, TRI__MIDL_METHOD);
    assert_string_equal(m->type->name, "Void");
    assert_int_equal(m->type->argument_count, 0);
    assert_false(m->type->is_array);
    assert_string_equal(m->name, "Stop");
    assert_int_equal(m->position, 5);
    assert_null(m->params);
    assert_int_equal(m->param_count, 0);
}

static void test_everything(void **state)
{
    (void)state;
    const tri__midl_member *m =
        parse(" Windows.Foundation.IAsyncOperationWithProgress < UInt8 [] ,UInt64>\n\tHashAsync ( String path,\n"
              "  Algorithm algorithm = Trivium.Hashing.Algorithm.Sha256, Boolean deep=false) ; ");
    assert_string_equal(m->type->name, "Windows.Foundation.IAsyncOperationWithProgress");
    assert_int_equal(m->type->argument_count, 2);
    assert_string_equal(m->type->arguments->name, "UInt8");
    assert_true(m->type->arguments->is_array);
    assert_string_equal(m->type->arguments->next->name, "UInt64");
    assert_null(m->type->arguments->next->next);
    assert_int_equal(m->param_count, 3);
    const tri__midl_param *p = m->params;
    assert_string_equal(p->type->name, "String");
    assert_string_equal(p->name, "path");
    assert_null(p->value);
    p = p->next;
    assert_int_equal(p->value->kind, TRI__MIDL_VALUE_NAME);
    assert_string_equal(p->value->text, "Trivium.Hashing.Algorithm.Sha256");
    p = p->next;
    assert_int_equal(p->value->kind, TRI__MIDL_VALUE_BOOLEAN);
    assert_int_equal(p->value->integer, 0);
    assert_null(p->next);
}

static const tri__midl_value *default_of(const char *text)
{
    char source[200];
    snprintf(source, sizeof source, "Void F(X x = %s)", text);
    char *kept = tri__arena_text(&arena, source, strlen(source));
    return parse(kept)->params->value;
}

static void test_numbers(void **state)
{
    (void)state;
    assert_true(default_of("0")->integer == 0);
    assert_true(default_of("18446744073709551615")->integer == UINT64_MAX);
    assert_true(default_of("0xFFffFFffFFffFFff")->integer == UINT64_MAX);
    assert_true(default_of("0X1f")->integer == 31);
    assert_true(default_of("-9223372036854775808")->negative);
    static const struct {
        const char *text;
        double real;
    } reals[] = {{"0.1", 0.1},   {"1.5", 1.5},       {"3.14159265358979", 3.14159265358979},
                 {"1e-3", 1e-3}, {"2E+5", 2e5},      {"6.02e22", 6.02e22},
                 {"1e22", 1e22}, {"0.000001", 1e-6}, {"123.456e2", 12345.6}};
    for (size_t i = 0; i < sizeof reals / sizeof reals[0]; i++) {
        const tri__midl_value *value = default_of(reals[i].text);
        assert_int_equal(value->kind, TRI__MIDL_VALUE_REAL);
        assert_true(value->real == reals[i].real);
    }
    assert_true(default_of("- 2.5")->negative);
}

static void test_texts(void **state)
{
    (void)state;
    const tri__midl_value *value = default_of("\"a \\\"b\\\" \\\\ \\n\\t\\r \xc3\xa4, )\"");
    assert_int_equal(value->kind, TRI__MIDL_VALUE_TEXT);
    assert_string_equal(value->text, "a \"b\" \\ \n\t\r \xc3\xa4, )");
    assert_int_equal(value->length, strlen(value->text));
    assert_int_equal(default_of("\"\"")->length, 0);
    assert_int_equal(default_of("null")->kind, TRI__MIDL_VALUE_NULL);
}

typedef struct error_case {
    const char *source;
    const char *message;
} error_case;

static const error_case errors[] = {
    {"", "column 1: expected the type that the method returns, got the end\n  \n  ^"},
    {"IAsyncAction DelayAsync(TimeSpan duration x)",
     "column 43: expected '=', ',' or ')', got 'x'\n"
     "  IAsyncAction DelayAsync(TimeSpan duration x)\n"
     "                                            ^"},
    {"Void F(", "column 8: expected the type of a parameter, got the end\n  Void F(\n         ^"},
    {"Void F", "column 7: expected '(' of a method, got the end\n  Void F\n        ^"},
    {"Void F { get; }", "column 8: expected '(' of a method, got '{'\n  Void F { get; }\n         ^"},
    {"Void", "column 5: expected the name of the method, got the end\n  Void\n      ^"},
    {"Void F(String)",
     "column 14: expected the name of a parameter, got ')'\n  Void F(String)\n               ^"},
    {"Void F(String a,)",
     "column 17: expected the type of a parameter, got ')'\n  Void F(String a,)\n                  ^"},
    {"Void F(String a = )",
     "column 19: expected a default value, got ')'\n  Void F(String a = )\n                    ^"},
    {"Void F(Int32 a = -x)",
     "column 19: expected a number after '-', got 'x'\n  Void F(Int32 a = -x)\n                    ^"},
    {"Void F(Int32 a = 1 2)",
     "column 20: expected ',' or ')', got '2'\n  Void F(Int32 a = 1 2)\n                     ^"},
    {"Void F(Int32 a = 18446744073709551616)",
     "column 18: expected a number of at most 64 bits\n  Void F(Int32 a = 18446744073709551616)\n"
     "                   ^"},
    {"Void F(Int32 a = 12x)",
     "column 20: expected a digit, got 'x'\n  Void F(Int32 a = 12x)\n                     ^"},
    {"Void F(Int32 a = 0x)",
     "column 20: expected a hexadecimal digit\n  Void F(Int32 a = 0x)\n                     ^"},
    {"Void F(Double a = 1.)",
     "column 21: expected a digit after the decimal point\n  Void F(Double a = 1.)\n                      ^"},
    {"Void F(Double a = 1e)",
     "column 21: expected a digit of an exponent\n  Void F(Double a = 1e)\n                      ^"},
    {"Void F(Double a = 1e999)",
     "column 19: expected a number of at most 15 digits, between 1e-22 and 1e22\n"
     "  Void F(Double a = 1e999)\n                    ^"},
    {"Void F(Double a = 1e99999999999999999999999)",
     "column 19: expected a number of at most 15 digits, between 1e-22 and 1e22\n"
     "  Void F(Double a = 1e99999999999999999999999)\n                    ^"},
    {"Void F(String a = \"x)",
     "column 22: expected '\"' at the end of a text\n  Void F(String a = \"x)\n                       ^"},
    {"Void F(String a = \"\\x\")",
     "column 21: expected \", \\, n, t or r after \\\n  Void F(String a = \"\\x\")\n"
     "                      ^"},
    {"Void F(String a, UInt8 a)",
     "column 24: expected a new name, got a second parameter 'a'\n  Void F(String a, UInt8 a)\n"
     "                         ^"},
    {"Void F() G", "column 10: expected the end of the member, got 'G'\n  Void F() G\n           ^"},
    {"Void F();;", "column 10: expected the end of the member, got ';'\n  Void F();;\n           ^"},
    {"IAsyncOperation<UInt8 F()",
     "column 23: expected ',' or '>', got 'F'\n  IAsyncOperation<UInt8 F()\n                        ^"},
    {"IAsyncOperation<> F()",
     "column 17: expected a type, got '>'\n  IAsyncOperation<> F()\n                  ^"},
    {"UInt8[4] F()", "column 7: expected ']', got '4'\n  UInt8[4] F()\n        ^"},
    {"UInt8[][] F()",
     "column 8: expected a name, got an array of arrays, which cannot be described\n  UInt8[][] F()\n         ^"},
    {"A. F()", "column 5: expected the name of the method, got '('\n  A. F()\n      ^"},
    {"A.1 F()", "column 3: expected a name after '.', got '1'\n  A.1 F()\n    ^"},
    {"Void F(@)", "column 8: expected the type of a parameter, got '@'\n  Void F(@)\n         ^"},
    // Columns count characters; a character is named whole.
    {"Void F(String \xc3\xa4)",
     "column 15: expected the name of a parameter, got '\xc3\xa4'\n  Void F(String \xc3\xa4)\n"
     "                ^"},
    {"Void F(String a = \"\xc3\xa4\xc3\xb6\" x)",
     "column 24: expected ',' or ')', got 'x'\n  Void F(String a = \"\xc3\xa4\xc3\xb6\" x)\n"
     "                         ^"},
    {"Void F(String a,\n\tUInt8 b c)",
     "line 2, column 10: expected '=', ',' or ')', got 'c'\n   UInt8 b c)\n           ^"},
    {"A<A<A<A<A<A<A<A<A<A>>>>>>>>>> F()",
     "column 18: expected at most 8 generics in one another\n  A<A<A<A<A<A<A<A<A<A>>>>>>>>>> F()\n"
     "                   ^"},
};

static void test_errors(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++) {
        tri__midl_member *member = (tri__midl_member *)&member;
        assert_failure(tri__midl_parse(&arena, errors[i].source, &member), TRI_E_INVALID_DATA,
                       errors[i].message);
        assert_null(member);
    }
    tri__midl_member *member = NULL;
    assert_failure(tri__midl_parse(&arena, "Void F\xff()", &member), TRI_E_INVALID_UTF8,
                   "expected UTF-8, got the byte 0xff at position 6");
}

// The caret stands below the character, also in a line that is too long to show.
static void test_caret_in_a_long_line(void **state)
{
    (void)state;
    char source[600];
    size_t used = (size_t)snprintf(source, sizeof source, "Void F(");
    for (int i = 0; i < 25; i++) {
        used += (size_t)snprintf(source + used, sizeof source - used, "String name%02d, ", i);
    }
    snprintf(source + used, sizeof source - used, "String ?, String more, String and_more, String and_even_more, "
                                                  "String and_the_last_of_them)");
    tri__midl_member *member = NULL;
    assert_int_equal(tri__midl_parse(&arena, source, &member), TRI_E_INVALID_DATA);
    const char *message = tri_error_message(TRI_E_INVALID_DATA);
    const char *line = strchr(message, '\n');
    assert_non_null(line);
    const char *caret_line = strchr(line + 1, '\n');
    assert_non_null(caret_line);
    const char *caret = strchr(caret_line, '^');
    assert_non_null(caret);
    assert_int_equal(line[caret - caret_line], '?');
    assert_true(strlen(message) < 350);
}

static void test_long_names(void **state)
{
    (void)state;
    char source[400], name[TRI__NAME_MAX + 2];
    tri__midl_member *member = NULL;
    memset(name, 'n', sizeof name);
    name[TRI__NAME_MAX] = '\0';
    snprintf(source, sizeof source, "Void %s()", name);
    assert_string_equal(parse(source)->name, name);
    name[TRI__NAME_MAX] = 'n';
    name[TRI__NAME_MAX + 1] = '\0';
    snprintf(source, sizeof source, "Void %s()", name);
    assert_int_equal(tri__midl_parse(&arena, source, &member), TRI_E_INVALID_DATA);
    assert_non_null(strstr(tri_error_message(TRI_E_INVALID_DATA),
                           "column 6: expected a name of at most 120 characters, got 121"));
    snprintf(source, sizeof source, "%.100s.%.100s.%.100s F()", name, name, name);
    assert_int_equal(tri__midl_parse(&arena, source, &member), TRI_E_INVALID_DATA);
    assert_non_null(strstr(tri_error_message(TRI_E_INVALID_DATA), "expected a name of at most 239"));
}

// Every beginning of a good member is refused or understood, and never read past its end.
static void test_every_prefix(void **state)
{
    (void)state;
    static const char whole[] = "IAsyncOperationWithProgress<UInt8[], UInt64> HashFileAsync(String path = \"x\\n\", "
                                "Algorithm a = Algorithm.Sha256, Double d = -1.5e3, UInt8 h = 0x1f);";
    for (size_t length = 0; length < sizeof whole; length++) {
        char *exact = malloc(length + 1);
        assert_non_null(exact);
        memcpy(exact, whole, length);
        exact[length] = '\0';
        tri__midl_member *member = NULL;
        HRESULT hr = tri__midl_parse(&arena, exact, &member);
        assert_int_equal(hr, length >= sizeof whole - 2 ? TRI_S_OK : TRI_E_INVALID_DATA);
        tri__arena_free(&arena);
        free(exact);
    }
}

static int allocations_left;

static bool gate(void)
{
    return allocations_left-- > 0;
}

static void test_without_memory(void **state)
{
    (void)state;
    HRESULT hr = TRI_E_OUTOFMEMORY;
    int rounds = 0;
    char source[9000];
    // Long enough for several chunks of the arena.
    memset(source, ' ', sizeof source);
    memcpy(source, "Void F(String a = \"", 19);
    memcpy(source + sizeof source - 3, "\")", 3);
    for (; hr == TRI_E_OUTOFMEMORY && rounds < 100; rounds++) {
        tri__midl_member *member = NULL;
        allocations_left = rounds;
        tri__alloc_set_gate(gate);
        hr = tri__midl_parse(&arena, source, &member);
        tri__alloc_set_gate(NULL);
        tri__arena_free(&arena);
    }
    assert_ok(hr);
    assert_in_range(rounds, 3, 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_smallest, forget),
        cmocka_unit_test_teardown(test_everything, forget),
        cmocka_unit_test_teardown(test_numbers, forget),
        cmocka_unit_test_teardown(test_texts, forget),
        cmocka_unit_test_teardown(test_errors, forget),
        cmocka_unit_test_teardown(test_caret_in_a_long_line, forget),
        cmocka_unit_test_teardown(test_long_names, forget),
        cmocka_unit_test_teardown(test_every_prefix, forget),
        cmocka_unit_test_teardown(test_without_memory, forget),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
