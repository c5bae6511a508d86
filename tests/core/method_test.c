// The messages about arguments, which every language shows as they are.
#include "described.h"

TRI_ENUM(Algorithm, "", (Sha256, 0));
TRI_ARGS(hash_args, (String, path), (Algorithm, algorithm));
TRI_ACTION(hash, hash_args);
TRI_ARGS(one_args, (UInt8, readSize));
TRI_PROCEDURE(one, one_args);
TRI_PROCEDURE(none, tri_no_args);
TRI_PROCEDURE(pair, hash_args);

static HRESULT hash(tri_operation *op, const hash_args *args)
{
    (void)op;
    (void)args;
    return TRI_S_OK;
}

static HRESULT one(tri_call *call, const one_args *args)
{
    return call && args ? TRI_S_OK : TRI_E_POINTER;
}

static HRESULT none(tri_call *call, const tri_no_args *args)
{
    return call && args ? TRI_S_OK : TRI_E_POINTER;
}

static HRESULT pair(tri_call *call, const hash_args *args)
{
    return call && args ? TRI_S_OK : TRI_E_POINTER;
}

static const tri_type_def *const types[] = {&Algorithm_type};
static const tri_member_def members[] = {
    TRI_METHOD(hash, "IAsyncAction HashFileAsync(String path, Algorithm algorithm = Algorithm.Sha256)", ""),
    TRI_METHOD(one, "Void ReadOne(UInt8 readSize)", ""),
    TRI_METHOD(none, "Void Reset()", ""),
    TRI_METHOD(pair, "Void HashFile(String path, Algorithm algorithm)", ""),
};
static const tri_component_def definition = {
    sizeof definition, 1, "Test.Method", "1.0", "", types, 1, 4, members, sizeof(tri_member_def), NULL, NULL};

static described made;
enum { HASH, ONE, NONE, PAIR };

static const tri_method *method(int index)
{
    return made.component.pub.methods[index];
}

static int describe(void **state)
{
    (void)state;
    return described_make(&made, &definition) == TRI_S_OK ? 0 : -1;
}

static int forget(void **state)
{
    (void)state;
    described_free(&made);
    return 0;
}

static void test_count(void **state)
{
    (void)state;
    assert_int_equal(tri_method_check_count(method(HASH), TRI_NAME_SNAKE, 1), TRI_S_OK);
    assert_int_equal(tri_method_check_count(method(HASH), TRI_NAME_SNAKE, 2), TRI_S_OK);
    assert_failure(tri_method_check_count(method(HASH), TRI_NAME_SNAKE, 3), TRI_E_BAD_PARAM_COUNT,
                   "hash_file() takes 1 to 2 arguments, got 3");
    assert_failure(tri_method_check_count(method(HASH), TRI_NAME_CAMEL, 0), TRI_E_BAD_PARAM_COUNT,
                   "hashFile() takes 1 to 2 arguments, got 0");
    assert_failure(tri_method_check_count(method(ONE), TRI_NAME_SNAKE, 0), TRI_E_BAD_PARAM_COUNT,
                   "read_one() takes 1 argument, got 0");
    assert_failure(tri_method_check_count(method(NONE), TRI_NAME_SNAKE, 1), TRI_E_BAD_PARAM_COUNT,
                   "reset() takes no arguments, got 1");
    assert_failure(tri_method_check_count(method(PAIR), TRI_NAME_CAMEL, 9), TRI_E_BAD_PARAM_COUNT,
                   "hashFileSync() takes 2 arguments, got 9");
}

static void test_missing_and_unexpected(void **state)
{
    (void)state;
    assert_failure(tri_method_missing(method(HASH), TRI_NAME_SNAKE, 0), TRI_E_BAD_PARAM_COUNT,
                   "hash_file() argument 'path': expected String, got nothing");
    assert_failure(tri_method_missing(method(ONE), TRI_NAME_SNAKE, 0), TRI_E_BAD_PARAM_COUNT,
                   "read_one() argument 'read_size': expected UInt8, got nothing");
    assert_failure(tri_method_unexpected(method(HASH), TRI_NAME_SNAKE, "file"), TRI_E_BAD_PARAM_COUNT,
                   "hash_file() has no argument 'file'; it takes 'path', 'algorithm'");
    assert_failure(tri_method_unexpected(method(NONE), TRI_NAME_PASCAL, "x"), TRI_E_BAD_PARAM_COUNT,
                   "Reset() has no argument 'x'; it takes none");
}

static void test_blame(void **state)
{
    (void)state;
    hash_args args = {0};
    assert_int_equal(tri_value_mismatch(method(HASH)->params[0].type, "a list"), TRI_E_TYPE_MISMATCH);
    assert_failure(tri_method_blame(method(HASH), TRI_NAME_SNAKE, 0), TRI_E_TYPE_MISMATCH,
                   "hash_file() argument 'path': expected String, got a list");
    assert_int_equal(tri_value_set_text(method(HASH)->params[1].type, &args.algorithm, "md5", 3),
                     TRI_E_UNKNOWN_NAME);
    assert_failure(tri_method_blame(method(HASH), TRI_NAME_CAMEL, 1), TRI_E_UNKNOWN_NAME,
                   "hashFile() argument 'algorithm': expected Algorithm (Sha256), got 'md5'");
}

static void test_argument_block_of_plain_values(void **state)
{
    (void)state;
    one_args args = {.readSize = 5};
    assert_true(((const tri__method *)method(ONE))->args_plain);
    assert_ok(tri_method_args_init(method(ONE), &args));
    assert_int_equal(args.readSize, 0);
    args.readSize = 5;
    tri_method_args_clear(method(ONE), &args);
    assert_int_equal(args.readSize, 0);
    tri_no_args nothing = {1};
    assert_ok(tri_method_args_init(method(NONE), &nothing));
    assert_int_equal(nothing.unused, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_count),
        cmocka_unit_test(test_missing_and_unexpected),
        cmocka_unit_test(test_blame),
        cmocka_unit_test(test_argument_block_of_plain_values),
    };
    return cmocka_run_group_tests(tests, describe, forget);
}
