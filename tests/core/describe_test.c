// From a definition to types and methods: good ones, and each way in which one can be wrong.
#include "described.h"

TRI_ENUM(Algorithm, "Which digest.", (Sha256, 0), (Sha512, 1), (Blake2b512, 7));
TRI_STRUCT(TreeProgress, "How far.", (UInt64, FilesDone), (UInt64, BytesDone));
TRI_STRUCT(Named, "With a reference.", (UInt8, Flag), (String, Name), (TreeProgress, Progress));

typedef tri__array tri_c_AlgorithmArray; // what an author writes for an array of his own type

TRI_ARGS(hash_args, (String, path), (Algorithm, algorithm));
TRI_OPERATION_WITH_PROGRESS(hash, hash_args, UInt8Array, UInt64);
TRI_ARGS(tree_args, (String, root), (TimeSpan, limit), (Double, ratio), (Boolean, deep), (Buffer, rest));
TRI_ACTION_WITH_PROGRESS(tree, tree_args, TreeProgress);
TRI_OPERATION(count, hash_args, Named);
TRI_ACTION(stop, tri_no_args);
TRI_FUNCTION(algorithms, tri_no_args, AlgorithmArray);
TRI_PROCEDURE(reset, tri_no_args);
TRI_ARGS(numbers_args, (UInt8, a), (Int64, b), (Single, c));
TRI_PROCEDURE(numbers, numbers_args);

static HRESULT hash(tri_operation *op, const hash_args *args)
{
    (void)op;
    (void)args;
    return TRI_E_NOTIMPL;
}

static HRESULT tree(tri_operation *op, const tree_args *args)
{
    (void)op;
    (void)args;
    return TRI_E_NOTIMPL;
}

static HRESULT count(tri_operation *op, const hash_args *args)
{
    (void)op;
    (void)args;
    return TRI_E_NOTIMPL;
}

static HRESULT stop(tri_operation *op, const tri_no_args *args)
{
    (void)op;
    (void)args;
    return TRI_S_OK;
}

static HRESULT algorithms(tri_call *call, const tri_no_args *args, tri_c_AlgorithmArray *result)
{
    (void)call;
    (void)args;
    (void)result;
    return TRI_E_NOTIMPL;
}

static HRESULT reset(tri_call *call, const tri_no_args *args)
{
    (void)call;
    (void)args;
    return TRI_S_OK;
}

static HRESULT numbers(tri_call *call, const numbers_args *args)
{
    (void)call;
    (void)args;
    return TRI_S_OK;
}

static const tri_type_def *const types[] = {&Named_type, &Algorithm_type, &TreeProgress_type};

static tri_component_def definition(const tri_member_def *members, uint32_t member_count)
{
    return (tri_component_def){.size = sizeof(tri_component_def),
                               .abi_version = 1,
                               .name_space = "Test.Hashing",
                               .version = "1.2",
                               .doc = "For the test.",
                               .types = types,
                               .type_count = 3,
                               .members = members,
                               .member_count = member_count,
                               .member_stride = sizeof(tri_member_def)};
}

#define TREE                                                                                       \
    "IAsyncActionWithProgress<TreeProgress> TreeAsync(String root = \"/tmp\", TimeSpan limit = 50, " \
    "Double ratio = -0.5, Boolean deep = true, Buffer rest = null)"

static const tri_member_def good_members[] = {
    TRI_METHOD(hash,
               "IAsyncOperationWithProgress<UInt8[], UInt64> HashFileAsync(String path, Algorithm algorithm = "
               "Algorithm.Sha512)",
               "Digest of a file."),
    TRI_METHOD_WITH(tree, TRI_BLOCKING, TREE, "A tree."),
    TRI_METHOD(count, "IAsyncOperation<Test.Hashing.Named> Count(String path, Algorithm algorithm);", NULL),
    TRI_METHOD_WITH(stop, TRI_INLINE, "IAsyncAction StopAsync()", "Stops."),
    TRI_METHOD(algorithms, "Algorithm[] HashFile()", "The synchronous sibling, so called for the test."),
    TRI_METHOD(reset, "void Reset()", ""),
};

static void test_good(void **state)
{
    (void)state;
    described made;
    tri_component_def def = definition(good_members, 6);
    assert_ok(described_make(&made, &def));
    const tri_component *c = &made.component.pub;
    assert_string_equal(c->name_space, "Test.Hashing");
    assert_string_equal(c->version, "1.2");
    assert_int_equal(c->method_count, 6);
    assert_int_equal(c->type_count, 3);

    const tri_method *m = c->methods[0];
    assert_string_equal(m->name, "HashFileAsync");
    assert_string_equal(m->short_name, "HashFile");
    assert_string_equal(m->doc, "Digest of a file.");
    assert_int_equal(m->face, TRI_FACE_OPERATION_WITH_PROGRESS);
    assert_ptr_equal(m->result, tri__type_array(TRI_KIND_UINT8));
    assert_ptr_equal(m->progress, tri_type_builtin(TRI_KIND_UINT64));
    assert_int_equal(m->param_count, 2);
    assert_int_equal(m->required_count, 1);
    assert_int_equal(m->args_size, sizeof(hash_args));
    assert_string_equal(m->params[1].name, "algorithm");
    assert_int_equal(m->params[1].offset, offsetof(hash_args, algorithm));
    assert_true(m->params[1].optional);
    assert_int_equal(*(const int32_t *)m->params[1].default_value, Algorithm_Sha512);
    assert_ptr_equal(m->component, c);

    m = c->methods[1];
    assert_int_equal(m->face, TRI_FACE_ACTION_WITH_PROGRESS);
    assert_int_equal(m->required_count, 0);
    assert_string_equal((*(tri_string *const *)m->params[0].default_value)->data, "/tmp");
    assert_int_equal(*(const int64_t *)m->params[1].default_value, 50);
    assert_true(*(const double *)m->params[2].default_value == -0.5);
    assert_int_equal(*(const uint8_t *)m->params[3].default_value, 1);
    assert_null(*(tri_buffer *const *)m->params[4].default_value);
    assert_int_equal(((const tri__method *)m)->options, TRI_BLOCKING);
    assert_string_equal(m->progress->full_name, "Test.Hashing.TreeProgress");

    m = c->methods[2];
    assert_string_equal(m->name, "Count");
    assert_string_equal(m->short_name, "Count");
    assert_string_equal(m->doc, "");
    assert_false(m->result->plain);

    m = c->methods[4];
    assert_string_equal(m->name, "HashFile");
    assert_string_equal(m->short_name, "HashFileSync");
    assert_string_equal(m->result->name, "Algorithm[]");
    assert_string_equal(m->result->full_name, "Test.Hashing.Algorithm[]");
    assert_int_equal(m->face, TRI_FACE_SYNC);
    assert_int_equal(c->methods[5]->result->kind, TRI_KIND_VOID);
    assert_string_equal(c->methods[5]->short_name, "Reset");
    assert_int_equal(tri_live_count(TRI_LIVE_STRING), 0); // a default is none that counts
    described_free(&made);
}

static void test_struct_type(void **state)
{
    (void)state;
    described made;
    tri_component_def def = definition(good_members, 6);
    assert_ok(described_make(&made, &def));
    const tri_type *named = made.component.pub.types[0];
    assert_int_equal(named->kind, TRI_KIND_STRUCT);
    assert_int_equal(named->size, sizeof(Named));
    assert_int_equal(named->field_count, 3);
    assert_string_equal(named->fields[2].name, "Progress");
    assert_int_equal(named->fields[2].offset, offsetof(Named, Progress));
    assert_ptr_equal(named->fields[2].type, made.component.pub.types[2]);
    assert_true(named->fields[2].type->plain);
    // Copies and clears go through all fields.
    Named value = {.Flag = 1}, copy;
    assert_ok(tri_value_set_text(named->fields[1].type, &value.Name, "n", 1));
    value.Progress.BytesDone = 5;
    assert_ok(tri_value_copy(named, &copy, &value));
    tri_value_clear(named, &value);
    assert_null(value.Name);
    assert_int_equal(value.Flag, 0);
    assert_string_equal(copy.Name->data, "n");
    assert_int_equal(copy.Progress.BytesDone, 5);
    tri_value_clear(named, &copy);
    assert_int_equal(tri_live_count(TRI_LIVE_STRING), 0);
    described_free(&made);
}

// Defaults go into a block of arguments, and out of it.
static void test_arguments(void **state)
{
    (void)state;
    described made;
    tri_component_def def = definition(good_members, 6);
    assert_ok(described_make(&made, &def));
    const tri_method *m = made.component.pub.methods[1];
    for (int round = 0; round < 2; round++) {
        tree_args args;
        memset(&args, 0x55, sizeof args);
        assert_ok(tri_method_args_init(m, &args));
        assert_string_equal(args.root->data, "/tmp");
        assert_int_equal(args.limit, 50);
        assert_int_equal(args.deep, 1);
        assert_null(args.rest);
        assert_ok(tri_value_set_text(m->params[0].type, &args.root, "x", 1));
        assert_ok(tri_value_set_bytes(m->params[4].type, &args.rest, "x", 1));
        tri_method_args_clear(m, &args);
        assert_null(args.root);
        assert_int_equal(args.limit, 0);
        assert_int_equal(tri_live_count(TRI_LIVE_STRING) + tri_live_count(TRI_LIVE_BUFFER), 0);
    }
    described_free(&made);
}

typedef struct member_case {
    const tri_shape *shape;
    const char *signature;
    const char *message;
} member_case;

static const member_case bad_members[] = {
    {&hash_shape, "IAsyncOperationWithProgress<UInt8[], UInt64> HashAsync(String path)",
     "member 'HashAsync': it has 1 parameter but the C struct 'hash_args' has 'Algorithm algorithm' too"},
    {&hash_shape,
     "IAsyncOperationWithProgress<UInt8[], UInt64> HashAsync(String path, Algorithm algorithm, UInt8 x)",
     "member 'HashAsync': parameter 3 is 'UInt8 x' but the C struct 'hash_args' has only 2"},
    {&hash_shape, "IAsyncOperationWithProgress<UInt8[], UInt64> HashAsync(String path, UInt32 count)",
     "member 'HashAsync': parameter 2 is 'UInt32 count' but the C struct 'hash_args' has 'Algorithm "
     "algorithm'"},
    {&hash_shape, "IAsyncOperationWithProgress<UInt8[], UInt64> HashAsync(String file, Algorithm algorithm)",
     "member 'HashAsync': parameter 1 is 'String file' but the C struct 'hash_args' has 'String path'"},
    {&hash_shape, "IAsyncOperationWithProgress<String, UInt64> HashAsync(String path, Algorithm algorithm)",
     "member 'HashAsync': the result is 'String' but the C function 'hash' has 'UInt8[]'"},
    {&hash_shape, "IAsyncOperationWithProgress<UInt8[], UInt32> HashAsync(String path, Algorithm algorithm)",
     "member 'HashAsync': the progress is 'UInt32' but the C function 'hash' has 'UInt64'"},
    {&hash_shape, "IAsyncOperation<UInt8[]> HashAsync(String path, Algorithm algorithm)",
     "member 'HashAsync': returns 'IAsyncOperation' but the C function 'hash' is "
     "'IAsyncOperationWithProgress'"},
    {&hash_shape, "UInt8[] Hash(String path, Algorithm algorithm)",
     "member 'Hash': returns 'UInt8[]' but the C function 'hash' is 'IAsyncOperationWithProgress'"},
    {&stop_shape, "Void Stop()", "member 'Stop': returns 'Void' but the C function 'stop' is 'IAsyncAction'"},
    {&reset_shape, "IAsyncAction ResetAsync()",
     "member 'ResetAsync': returns 'IAsyncAction' but the C function 'reset' is 'synchronous'"},
    {&reset_shape, "Void Reset(",
     "member 1: column 12: expected the type of a parameter, got the end\n  Void Reset(\n             ^"},
    {&reset_shape, "Task ResetAsync()",
     "member 'ResetAsync': column 1: 'ResetAsync' is asynchronous: expected IAsyncAction, "
     "IAsyncActionWithProgress<P>, IAsyncOperation<R> or IAsyncOperationWithProgress<R, P>, got 'Task'\n"
     "  Task ResetAsync()\n  ^"},
    {&reset_shape, "Promise<String> Reset()",
     "member 'Reset': column 1: 'Reset' is asynchronous: expected IAsyncAction, "
     "IAsyncActionWithProgress<P>, IAsyncOperation<R> or IAsyncOperationWithProgress<R, P>, got 'Promise'\n"
     "  Promise<String> Reset()\n  ^"},
    {&reset_shape, "IAsyncOperation ResetAsync()",
     "member 'ResetAsync': column 1: expected IAsyncOperation with 1 type argument, got 0\n"
     "  IAsyncOperation ResetAsync()\n  ^"},
    {&reset_shape, "IAsyncAction<Void> ResetAsync()",
     "member 'ResetAsync': column 1: expected IAsyncAction with 0 type arguments, got 1\n"
     "  IAsyncAction<Void> ResetAsync()\n  ^"},
    {&reset_shape, "IAsyncAction[] ResetAsync()",
     "member 'ResetAsync': column 1: expected IAsyncAction with 0 type arguments, got 0 and '[]'\n"
     "  IAsyncAction[] ResetAsync()\n  ^"},
    {&reset_shape, "IAsyncOperation<Void> ResetAsync()",
     "member 'ResetAsync': column 17: expected a type that has a value, got 'Void'\n"
     "  IAsyncOperation<Void> ResetAsync()\n                  ^"},
    {&reset_shape, "IAsyncOperation<Strng> ResetAsync()",
     "member 'ResetAsync': column 17: expected a type, got the unknown name 'Strng'\n"
     "  IAsyncOperation<Strng> ResetAsync()\n                  ^"},
    {&reset_shape, "String<UInt8> Reset()",
     "member 'Reset': column 1: expected a type, got 'String' with '<', which takes no type arguments\n"
     "  String<UInt8> Reset()\n  ^"},
    {&reset_shape, "Buffer[] Reset()",
     "member 'Reset': column 1: expected a type, got 'Buffer[]', which cannot be\n  Buffer[] Reset()\n  ^"},
    {&reset_shape, "Void Reset(Void x)",
     "member 'Reset': column 12: expected a type that has a value, got 'Void'\n  Void Reset(Void x)\n"
     "             ^"},
    {&numbers_shape, "Void F(UInt8 a = 256, Int64 b = 0, Single c = 0)",
     "member 'F': column 18: expected UInt8 (0 to 255), got 256\n"
     "  Void F(UInt8 a = 256, Int64 b = 0, Single c = 0)\n                   ^"},
    {&numbers_shape, "Void F(UInt8 a = -1, Int64 b = 0, Single c = 0)",
     "member 'F': column 18: expected UInt8 (0 to 255), got -1\n"
     "  Void F(UInt8 a = -1, Int64 b = 0, Single c = 0)\n                   ^"},
    {&numbers_shape, "Void F(UInt8 a = 0.5, Int64 b = 0, Single c = 0)",
     "member 'F': column 18: expected UInt8, got 0.5, which is no whole number\n"
     "  Void F(UInt8 a = 0.5, Int64 b = 0, Single c = 0)\n                   ^"},
    {&numbers_shape, "Void F(UInt8 a = 1, Int64 b, Single c)",
     "member 'F': column 27: expected a default for 'b', because the parameter before it has one\n"
     "  Void F(UInt8 a = 1, Int64 b, Single c)\n                            ^"},
    {&numbers_shape, "Void F(UInt8 a, Int64 b, Single c = \"x\")",
     "member 'F': column 37: expected a default for Single, got a text\n"
     "  Void F(UInt8 a, Int64 b, Single c = \"x\")\n                                      ^"},
    {&numbers_shape, "Void F(UInt8 a, Int64 b, Single c = null)",
     "member 'F': column 37: expected a default for Single, got null\n"
     "  Void F(UInt8 a, Int64 b, Single c = null)\n                                      ^"},
    {&numbers_shape, "Void F(UInt8 a, Int64 b, Algorithm c = Algorithm.Md5)",
     "member 'F': column 40: expected an enumerator such as Algorithm.Sha256, got 'Algorithm.Md5'\n"
     "  Void F(UInt8 a, Int64 b, Algorithm c = Algorithm.Md5)\n"
     "                                         ^"},
    {&numbers_shape, "Void F(UInt8 a, Int64 b, Algorithm c = Sha256)",
     "member 'F': column 40: expected an enumerator such as Algorithm.Sha256, got 'Sha256'\n"
     "  Void F(UInt8 a, Int64 b, Algorithm c = Sha256)\n                                         ^"},
    {&numbers_shape, "Void F(UInt8 a, Int64 b, Algorithm c = 0)",
     "member 'F': column 40: expected an enumerator such as Algorithm.Sha256, got 'a literal'\n"
     "  Void F(UInt8 a, Int64 b, Algorithm c = 0)\n                                         ^"},
    {NULL, "Void F()", "member 'F': expected the shape of a C function, got NULL"},
    {&reset_shape, NULL, "member 1: expected a member in MIDL 3.0, got NULL"},
};

static void test_bad_members(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof bad_members / sizeof bad_members[0]; i++) {
        described made;
        tri_member_def member = {sizeof member, 0, bad_members[i].signature, bad_members[i].shape, ""};
        tri_component_def def = definition(&member, 1);
        assert_failure(described_make(&made, &def), TRI_E_INVALID_DATA, bad_members[i].message);
    }
}

// The same shape with one thing changed.
static void refuse_shape(tri_shape shape, const char *message)
{
    described made;
    tri_member_def member = {sizeof member, 0, "Void F(UInt8 a, Int64 b, Single c)", &shape, ""};
    tri_component_def def = definition(&member, 1);
    assert_failure(described_make(&made, &def), TRI_E_INVALID_DATA, message);
}

static void refuse_field(uint32_t index, uint32_t offset, uint32_t size, const char *message)
{
    tri_field fields[3];
    memcpy(fields, numbers_args_fields, sizeof fields);
    fields[index].offset = offset;
    fields[index].size = size;
    tri_layout layout = {"numbers_args", sizeof(numbers_args), 3, fields};
    tri_shape shape = numbers_shape;
    shape.args = &layout;
    refuse_shape(shape, message);
}

static void test_bad_shapes(void **state)
{
    (void)state;
    tri_shape shape = numbers_shape;
    shape.call = NULL;
    refuse_shape(shape, "member 'F': the C function 'numbers' is NULL");
    shape = numbers_shape;
    shape.args = NULL;
    refuse_shape(shape, "member 'F': the shape of the C function 'numbers' is incomplete");
    shape = numbers_shape;
    shape.result_size = 4;
    refuse_shape(shape, "member 'F': the result is 'Void' of 0 bytes but the C function 'numbers' has 4");
    shape = numbers_shape;
    shape.face = 9;
    refuse_shape(shape, "member 'F': returns 'Void' but the C function 'numbers' is 'synchronous'");
    shape = numbers_shape;
    shape.size = 8;
    char message[120];
    snprintf(message, sizeof message, "member 'F': tri_shape: expected a size of at least %zu bytes, got 8",
             sizeof(tri_shape));
    refuse_shape(shape, message);
    refuse_field(1, 8, 4, "member 'F': parameter 2 is 'Int64 b' of 8 bytes but the C struct 'numbers_args' of "
                          "24 bytes has 4 bytes at 8");
    refuse_field(1, 0, 8, "member 'F': parameter 2 is 'Int64 b' of 8 bytes but the C struct 'numbers_args' of "
                          "24 bytes has 8 bytes at 0");
    refuse_field(2, 24, 4, "member 'F': parameter 3 is 'Single c' of 4 bytes but the C struct 'numbers_args' "
                           "of 24 bytes has 4 bytes at 24");
    refuse_field(2, UINT32_MAX, 4, "member 'F': parameter 3 is 'Single c' of 4 bytes but the C struct "
                                   "'numbers_args' of 24 bytes has 4 bytes at 4294967295");
}

static const tri_member_def one_member[] = {TRI_METHOD(reset, "Void Reset()", "")};

static void refuse_types(const tri_type_def *const *list, uint32_t length, const char *message)
{
    described made;
    tri_component_def def = definition(one_member, 1);
    def.types = list;
    def.type_count = length;
    assert_failure(described_make(&made, &def), TRI_E_INVALID_DATA, message);
}

static void test_bad_types(void **state)
{
    (void)state;
    const tri_type_def *twice[] = {&Algorithm_type, &Algorithm_type};
    refuse_types(twice, 2, "two types are 'Algorithm'");
    const tri_type_def *alone[] = {&Named_type};
    refuse_types(alone, 1, "struct 'Named': field 'Progress' has the unknown type 'TreeProgress'");

    tri_type_def def = Algorithm_type;
    const tri_type_def *list[] = {&def, &TreeProgress_type};
    def.name = "9lives";
    refuse_types(list, 1, "expected the name of a type, got '9lives'");
    def.name = "String";
    refuse_types(list, 1, "two types are 'String'");
    def = Algorithm_type;
    def.enumerator_count = 0;
    refuse_types(list, 1, "enum 'Algorithm': expected an enumerator, got none");
    tri_enumerator same[] = {{"A", 1}, {"A", 2}};
    def.enumerators = same;
    def.enumerator_count = 2;
    refuse_types(list, 1, "enum 'Algorithm': enumerators 'A' and 'A' would have the same name in a script");
    same[0].name = "MoveNext";
    same[1].name = "MOVE_NEXT";
    refuse_types(list, 1,
                 "enum 'Algorithm': enumerators 'MoveNext' and 'MOVE_NEXT' would have the same name in a script");
    same[0].name = "A";
    same[1].name = "a b";
    refuse_types(list, 1, "enum 'Algorithm': enumerator 2: expected a name, got 'a b'");
    def.kind = 3;
    refuse_types(list, 1, "type 'Algorithm': expected an enum or a struct, got kind 3");
    def = TreeProgress_type;
    def.name = "Other";
    def.invoke = NULL;
    refuse_types(list, 1, "struct 'Other': expected a function 'invoke', got NULL");
    def.invoke = TreeProgress_invoke;
    tri_field fields[2];
    memcpy(fields, TreeProgress_fields, sizeof fields);
    tri_layout layout = {"Other", 16, 2, fields};
    def.layout = &layout;
    fields[1].offset = 4;
    refuse_types(list, 1, "struct 'Other': field 'BytesDone' of 8 bytes at 4 is no 'UInt64' of 8 bytes after 8");
    fields[1].offset = 8;
    fields[1].name = "FilesDone";
    refuse_types(list, 1,
                 "struct 'Other': fields 'FilesDone' and 'FilesDone' would have the same name in a script");
    fields[1].name = "files_done";
    refuse_types(list, 1,
                 "struct 'Other': fields 'FilesDone' and 'files_done' would have the same name in a script");
    fields[1].name = "BytesDone";
    fields[1].offset = 12;
    layout.size = 24;
    refuse_types(list, 1, "struct 'Other': field 'BytesDone' at 12 is not aligned for a 'UInt64'");
    layout.size = 0xFFFFFFF0u;
    refuse_types(list, 1, "struct 'Other': expected at most 65536 bytes, got 4294967280");
    layout.size = 16;
    fields[1].offset = 8;
    fields[1].name = NULL;
    refuse_types(list, 1, "struct 'Other': field 2: expected a name and a type");
    fields[0] = (tri_field){"Self", "Other", 0, 16};
    layout.count = 1;
    refuse_types(list, 1, "struct 'Other' contains itself");
    def.size = 4;
    char message[120];
    snprintf(message, sizeof message, "tri_type_def: expected a size of at least %zu bytes, got 4",
             offsetof(tri_type_def, enumerator_count) + 4);
    refuse_types(list, 1, message);
}

static void test_bad_headers(void **state)
{
    (void)state;
    described made;
    tri_component_def def = definition(one_member, 1);
    static const char *const spaces[] = {"", ".", "A.", ".A", "A..B", "A B", "1A", NULL};
    for (int i = 0; i < 8; i++) {
        def.name_space = spaces[i];
        assert_int_equal(described_make(&made, &def), TRI_E_INVALID_DATA);
    }
    def = definition(one_member, 0);
    assert_failure(described_make(&made, &def), TRI_E_INVALID_DATA, "expected a member, got none");
    def = definition(one_member, 1);
    def.doc = "\xff";
    assert_failure(described_make(&made, &def), TRI_E_INVALID_UTF8,
                   "doc: expected UTF-8, got the byte 0xff at position 0");
    tri_member_def member = one_member[0];
    member.options = 0x100;
    def = definition(&member, 1);
    assert_failure(described_make(&made, &def), TRI_E_INVALID_DATA,
                   "member 'Reset': expected options that ABI 1 knows, got 0x100");
    tri_member_def two[2] = {one_member[0], one_member[0]};
    def = definition(two, 2);
    assert_failure(described_make(&made, &def), TRI_E_INVALID_DATA,
                   "members 'Reset' and 'Reset' would both be called 'reset'");
    two[1].signature = "Void reset()";
    assert_failure(described_make(&made, &def), TRI_E_INVALID_DATA,
                   "members 'Reset' and 'reset' would both be called 'reset'");
}

// A component of a later version: its structs are longer, which must not matter.
static void test_longer_structs(void **state)
{
    (void)state;
    struct {
        tri_member_def member;
        uint64_t later;
    } rows[2] = {{one_member[0], 1}, {one_member[0], 2}};
    struct {
        tri_shape shape;
        uint64_t later;
    } shape = {reset_shape, 3};
    struct {
        tri_type_def type;
        uint64_t later;
    } type = {Algorithm_type, 4};
    shape.shape.size = sizeof shape;
    type.type.size = sizeof type;
    for (int i = 0; i < 2; i++) {
        rows[i].member.size = sizeof rows[0];
        rows[i].member.shape = &shape.shape;
    }
    rows[1].member.signature = "Void Second()";
    const tri_type_def *list[] = {&type.type};
    tri_component_def def = definition(&rows[0].member, 2);
    def.member_stride = sizeof rows[0];
    def.types = list;
    def.type_count = 1;
    described made;
    assert_ok(described_make(&made, &def));
    assert_string_equal(made.component.pub.methods[1]->name, "Second");
    described_free(&made);
    def.member_stride = 8;
    assert_int_equal(described_make(&made, &def), TRI_E_INVALID_DATA);
    def.member_stride = sizeof(tri_member_def);
    assert_int_equal(described_make(&made, &def), TRI_E_INVALID_DATA); // a row is longer than its place
}

static int allocations_left;

static bool gate(void)
{
    return allocations_left-- > 0;
}

// A component that needs many chunks, with each allocation failing once. The leak checker sees what stays.
static void test_without_memory(void **state)
{
    (void)state;
    enum { COUNT = 60 };
    static char signatures[COUNT][320];
    tri_member_def many[COUNT];
    for (int i = 0; i < COUNT; i++) {
        snprintf(signatures[i], sizeof signatures[i],
                 "IAsyncActionWithProgress<TreeProgress> Member%dAsync(String root = \"/tmp\", TimeSpan limit = 50, "
                 "Double ratio = -0.5, Boolean deep = true, Buffer rest = null)", i);
        many[i] = good_members[1];
        many[i].signature = signatures[i];
    }
    tri_component_def def = definition(many, COUNT);
    HRESULT hr = TRI_E_OUTOFMEMORY;
    int rounds = 0;
    for (; hr == TRI_E_OUTOFMEMORY && rounds < 1000; rounds++) {
        described made;
        allocations_left = rounds;
        tri__alloc_set_gate(gate);
        hr = described_make(&made, &def);
        tri__alloc_set_gate(NULL);
        if (TRI_SUCCEEDED(hr)) {
            assert_int_equal(made.component.pub.method_count, COUNT);
            described_free(&made);
        } else {
            assert_null(made.arena.chunks);
            assert_string_equal(tri_error_message(hr), "out of memory");
        }
    }
    assert_ok(hr);
    assert_in_range(rounds, 15, 999);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),
        cmocka_unit_test(test_struct_type),
        cmocka_unit_test(test_arguments),
        cmocka_unit_test(test_bad_members),
        cmocka_unit_test(test_bad_shapes),
        cmocka_unit_test(test_bad_types),
        cmocka_unit_test(test_bad_headers),
        cmocka_unit_test(test_longer_structs),
        cmocka_unit_test(test_without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
