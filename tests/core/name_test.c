// How names are spelled in the three languages.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../core/src/method.h"

typedef struct spelling {
    const char *name;
    const char *snake;
    const char *camel;
    const char *upper;
} spelling;

static const spelling spellings[] = {
    {"HashFile", "hash_file", "hashFile", "HASH_FILE"},
    {"Delay", "delay", "delay", "DELAY"},
    {"Sha256", "sha256", "sha256", "SHA256"},
    {"SHA256", "sha256", "sha256", "SHA256"},
    {"Sha256Sum", "sha256_sum", "sha256Sum", "SHA256_SUM"},
    {"MoveNext", "move_next", "moveNext", "MOVE_NEXT"},
    {"FilesDone", "files_done", "filesDone", "FILES_DONE"},
    {"UTF8Name", "utf8_name", "utf8Name", "UTF8_NAME"},
    {"IOError", "io_error", "ioError", "IO_ERROR"},
    {"HTTPServer2", "http_server2", "httpServer2", "HTTP_SERVER2"},
    {"GetURL", "get_url", "getURL", "GET_URL"},
    {"URLs", "urls", "urls", "URLS"},
    {"IDsFound", "ids_found", "idsFound", "IDS_FOUND"},
    {"IsOpen", "is_open", "isOpen", "IS_OPEN"},
    {"AsText", "as_text", "asText", "AS_TEXT"},
    {"ReadUInt8", "read_uint8", "readUInt8", "READ_UINT8"},
    {"UInt64Max", "uint64_max", "uint64Max", "UINT64_MAX"},
    {"UInteresting", "u_interesting", "uInteresting", "U_INTERESTING"},
    {"Draw2D", "draw2d", "draw2d", "DRAW2D"},
    {"Draw2DText", "draw2d_text", "draw2dText", "DRAW2D_TEXT"},
    {"H264ToVP9", "h264_to_vp9", "h264ToVP9", "H264_TO_VP9"},
    {"X", "x", "x", "X"},
    {"XCoordinate", "x_coordinate", "xCoordinate", "X_COORDINATE"},
    {"path", "path", "path", "PATH"},
    {"readSize", "read_size", "readSize", "READ_SIZE"},
    {"hash_file", "hash_file", "hashFile", "HASH_FILE"},
    {"MAX_SIZE", "max_size", "maxSize", "MAX_SIZE"},
    {"Max_Size", "max_size", "maxSize", "MAX_SIZE"},
    {"_Hidden", "_hidden", "_hidden", "_HIDDEN"},
    {"Class_", "class_", "class_", "CLASS_"},
    {"", "", "", ""},
};

static void check(tri_name_style style, const char *name, const char *expected)
{
    char out[TRI__NAME_ROOM];
    size_t length = tri_name_project(style, name, out, sizeof out);
    assert_string_equal(out, expected);
    assert_int_equal(length, strlen(expected));
    // Exactly as much room as it takes is enough; one byte less is not.
    assert_int_equal(tri_name_project(style, name, out, length + 1), length);
    assert_int_equal(tri_name_project(style, name, out, length), 0);
    assert_true(length <= 2 * strlen(name));
}

static void test_spellings(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof spellings / sizeof spellings[0]; i++) {
        check(TRI_NAME_SNAKE, spellings[i].name, spellings[i].snake);
        check(TRI_NAME_CAMEL, spellings[i].name, spellings[i].camel);
        check(TRI_NAME_UPPER, spellings[i].name, spellings[i].upper);
        check(TRI_NAME_PASCAL, spellings[i].name, spellings[i].name);
    }
}

// What a projection gives, projected again, stays: so a language may hand back its own spelling.
static void test_projecting_twice_changes_nothing(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof spellings / sizeof spellings[0]; i++) {
        check(TRI_NAME_SNAKE, spellings[i].snake, spellings[i].snake);
        check(TRI_NAME_UPPER, spellings[i].upper, spellings[i].upper);
        check(TRI_NAME_CAMEL, spellings[i].camel, spellings[i].camel);
    }
}

static void test_no_room(void **state)
{
    (void)state;
    char out[4] = "xyz";
    assert_int_equal(tri_name_project(TRI_NAME_SNAKE, "HashFile", out, 0), 0);
    assert_string_equal(out, "xyz");
    assert_int_equal(tri_name_project(TRI_NAME_SNAKE, "HashFile", out, sizeof out), 0);
}

static void test_name_is(void **state)
{
    (void)state;
    assert_true(tri__name_is(TRI_NAME_UPPER, "Sha256", "SHA256", 6));
    assert_false(tri__name_is(TRI_NAME_UPPER, "Sha256", "SHA25", 5));
    assert_false(tri__name_is(TRI_NAME_SNAKE, "Sha256", "SHA256", 6));
    assert_false(tri__name_is(TRI_NAME_SNAKE, "Sha256", "", 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_spellings),
        cmocka_unit_test(test_projecting_twice_changes_nothing),
        cmocka_unit_test(test_no_room),
        cmocka_unit_test(test_name_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
