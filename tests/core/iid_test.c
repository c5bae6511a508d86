// Interface ids and class names of closed generics, against the values in Microsoft's own headers.
#include "described.h"

#include "../../core/src/sha1.h"

static const char *show(const tri_guid *g)
{
    static char text[40];
    snprintf(text, sizeof text, "%08x-%04x-%04x-%02x%02x-%02x%02x%02x%02x%02x%02x", (unsigned)g->data1,
             g->data2, g->data3, g->data4[0], g->data4[1], g->data4[2], g->data4[3], g->data4[4],
             g->data4[5], g->data4[6], g->data4[7]);
    return text;
}

typedef struct sha1_case {
    const char *text;
    const char *digest;
} sha1_case;

// FIPS 180 examples, and lengths around the end of a block.
static const sha1_case sha1_cases[] = {
    {"", "da39a3ee5e6b4b0d3255bfef95601890afd80709"},
    {"abc", "a9993e364706816aba3e25717850c26c9cd0d89d"},
    {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
     "84983e441c3bd26ebaae4aa1f95129e5e54670f1"},
    {"1234567890123456789012345678901234567890123456789012345", "827a683fdfdbef225a2421078b7789b134c7eafa"},
    {"1234567890123456789012345678901234567890123456789012345678901234",
     "c71490fc24aa3d19e11282da77032dd9cdb33103"},
};

static void test_sha1(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof sha1_cases / sizeof sha1_cases[0]; i++) {
        tri__sha1 sha1;
        unsigned char digest[20];
        char text[41];
        tri__sha1_init(&sha1);
        tri__sha1_add(&sha1, sha1_cases[i].text, strlen(sha1_cases[i].text));
        tri__sha1_finish(&sha1, digest);
        for (int k = 0; k < 20; k++) {
            snprintf(text + 2 * k, 3, "%02x", digest[k]);
        }
        assert_string_equal(text, sha1_cases[i].digest);
    }
}

#define ACTION_P "{1f6db258-e803-48a1-9546-eb7353398884}"
#define ACTION_P_PROGRESS "{6d844858-0cff-4590-ae89-95a5a5c8b4b8}"
#define ACTION_P_COMPLETED "{9c029f91-cc84-44fd-ac26-0a6c4e555281}"
#define OPERATION "{9fc2b0bb-e446-44e2-aa61-9cab8f636af2}"
#define OPERATION_COMPLETED "{fcdcf02c-e5d8-4478-915a-4d90b74b83a5}"
#define OPERATION_P "{b5d036d7-e297-498f-ba60-0289e76e23dd}"
#define OPERATION_P_PROGRESS "{55690902-0aab-421a-8778-f8ce5026d758}"
#define OPERATION_P_COMPLETED "{e85df41d-6aa7-46e3-a8e2-f009d840c627}"
#define URI "rc(Windows.Foundation.Uri;{9e365e57-48b2-4160-956f-c7385120bbfc})"
#define TRANSACTION "rc(Windows.Storage.StorageStreamTransaction;{f67cf363-a53d-4d94-ae2c-67232d93acdd})"
#define IINPUTSTREAM "{905a0fe2-bc53-11df-8c49-001e4fc686da}"
#define IRANDOMACCESSSTREAM "{905a0fe1-bc53-11df-8c49-001e4fc686da}"
#define TRANSCODE "rc(Windows.Media.Transcoding.PrepareTranscodeResult;{05f25dce-994f-4a34-9d68-97ccce1730d6})"
#define IBUFFER_ "{905a0fe0-bc53-11df-8c49-001e4fc686da}"
#define TRANSFER "struct(Windows.Web.Syndication.TransferProgress;u4;u4;u4;u4)"
#define REFERENCE_U8 "pinterface({61c17706-2d65-11e0-9ae8-d48564015472};u8)"
#define HTTP                                                                                       \
    "struct(Windows.Web.Http.HttpProgress;enum(Windows.Web.Http.HttpProgressStage;i4);u8;"         \
    REFERENCE_U8 ";u8;" REFERENCE_U8 ";u4)"

static const struct {
    const char *signature;
    const char *iid;
} vectors[] = {
    {"pinterface(" OPERATION ";b1)", "cdb5efb3-5788-509d-9be1-71ccb8a3362a"},
    {"pinterface(" OPERATION_COMPLETED ";b1)", "c1d3d1a2-ae17-5a5f-b5a2-bdcc8844889a"},
    {"pinterface(" OPERATION ";u4)", "ef60385f-be78-584b-aaef-7829ada2b0de"},
    {"pinterface(" OPERATION_COMPLETED ";u4)", "9343b6e7-e3d2-5e4a-ab2d-2bce4919a6a4"},
    {"pinterface(" OPERATION ";string)", "3e1fe603-f897-5263-b328-0806426b8a79"},
    {"pinterface(" OPERATION_COMPLETED ";string)", "b79a741f-7fb5-50ae-9e99-911201ec3d41"},
    {"pinterface(" OPERATION ";cinterface(IInspectable))", "abf53c57-ee50-5342-b52a-26e3b8cc024f"},
    {"pinterface(" OPERATION ";g16)", "6607bc41-294b-5975-9c3f-4b49836d0916"},
    {"pinterface(" OPERATION ";" URI ")", "641cb9dd-a28d-59e2-b8db-a227eda6cf2e"},
    {"pinterface(" OPERATION ";" TRANSACTION ")", "0d81405a-9bd3-5e87-82f4-9b4128a887eb"},
    {"pinterface(" OPERATION_COMPLETED ";" TRANSACTION ")", "d11739e6-2995-5d33-bfff-51b6041f68c1"},
    {"pinterface(" OPERATION ";" IINPUTSTREAM ")", "a8fe0732-556d-5841-b7ee-b3450fb52666"},
    {"pinterface(" OPERATION_COMPLETED ";" IINPUTSTREAM ")", "d0bd0125-9049-57a3-bd66-e2525d98c814"},
    {"pinterface(" OPERATION ";" IRANDOMACCESSSTREAM ")", "430ecece-1418-5d19-81b2-5ddb381603cc"},
    {"pinterface(" OPERATION ";" TRANSCODE ")", "f5f07c13-3047-5bab-8eb7-6e5d7d14afae"},
    {"pinterface(" OPERATION_P ";u4;u4)", "eccb574a-c684-5572-a679-6b0842cfb57f"},
    {"pinterface(" OPERATION_P_PROGRESS ";u4;u4)", "ea0fe405-d432-5ac7-9ef8-5a65e1f97d7e"},
    {"pinterface(" OPERATION_P_COMPLETED ";u4;u4)", "1e466dc5-840f-54f9-b877-5e3a9f4b6c74"},
    {"pinterface(" OPERATION_P ";u8;u8)", "8f1db6e3-6556-5516-825c-1021ee27cd0c"},
    {"pinterface(" OPERATION_P_PROGRESS ";u8;u8)", "ffb2b65d-4120-5d13-826d-107851e6bb1c"},
    {"pinterface(" OPERATION_P_COMPLETED ";u8;u8)", "d2024e41-5500-5b5a-ba46-cb7009596a2f"},
    {"pinterface(" OPERATION_P ";" IBUFFER_ ";u4)", "d26b2819-897f-5c7d-84d6-56d796561431"},
    {"pinterface(" OPERATION_P_PROGRESS ";" IBUFFER_ ";u4)", "bf666554-7605-5d9a-b14e-18d8c8472afe"},
    {"pinterface(" OPERATION_P_COMPLETED ";" IBUFFER_ ";u4)", "06386a7a-e009-5b0b-ab68-a8e48b516647"},
    {"pinterface(" ACTION_P ";f8)", "4f1430a6-a825-56ca-b047-1a9bad52ba67"},
    {"pinterface(" ACTION_P_PROGRESS ";f8)", "44825c7c-0da9-5691-b2b4-914f231eeced"},
    {"pinterface(" ACTION_P_COMPLETED ";f8)", "94d64ac6-4491-53ef-8be8-36481f3ff1e8"},
    {"pinterface(" ACTION_P_COMPLETED ";" TRANSFER ")", "f1c031c8-90bf-5cae-adf6-155b4aedfb60"},
    {"pinterface(" ACTION_P_PROGRESS ";" TRANSFER ")", "c1610085-94d0-5706-9ac6-10179d7deb92"},
    {"pinterface(" OPERATION_P_PROGRESS ";string;" HTTP ")", "cf0a03f6-a80a-5b46-9c80-f4ad9ed6e2d6"},
    {"pinterface(" OPERATION_P_COMPLETED ";string;" HTTP ")", "98ab9acb-38db-588f-a5f9-9f484b2200cd"},
    {"pinterface(" OPERATION_P_PROGRESS ";" IBUFFER_ ";" HTTP ")", "9eb2b852-e019-5440-8f88-0dd7d56fea47"},
    {"pinterface(" ACTION_P ";u4)", "429f47f0-1388-5b75-b44c-44ddc4f525c0"},
    {"pinterface(" ACTION_P_PROGRESS ";u4)", "b7f0b891-6d95-5c32-a91f-65f7a311b0e9"},
    {"pinterface(" ACTION_P_COMPLETED ";u4)", "1f29e65e-49e0-577d-ac96-bcf0087e563d"},
    {"pinterface(" OPERATION ";i4)", "968b9665-06ed-5774-8f53-8edeabd5f7b5"},
    {"pinterface(" OPERATION_COMPLETED ";i4)", "d60cae9d-88cb-59f1-8576-3fba44796be8"},
    {"pinterface(" OPERATION ";u8)", "2a70d630-0767-5f0a-a1c2-deb08126e26e"},
    {"pinterface(" OPERATION ";f8)", "18fe2c63-365c-5fa3-9733-8cf683985867"},
    {"pinterface(" OPERATION_COMPLETED ";cinterface(IInspectable))", "3f08262e-a2e1-5134-9297-e9211f481a2d"},
    {"pinterface(" ACTION_P ";" TRANSFER ")", "b7eb83f5-a746-50f2-b91f-31803161ccc7"},
};

static void test_signatures(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
        tri_guid iid;
        tri__iid_of_signature(vectors[i].signature, strlen(vectors[i].signature), &iid);
        assert_string_equal(show(&iid), vectors[i].iid);
    }
}

static const tri_type_field transfer_fields[] = {
    {"BytesSent", NULL, 0}, {"TotalBytesToSend", NULL, 4}, {"BytesRetrieved", NULL, 8},
    {"TotalBytesToRetrieve", NULL, 12}};

static void check(tri_face face, const tri_type *result, const tri_type *progress, const char *iid,
                  const char *name)
{
    tri_guid got;
    char text[200];
    const tri_type *none = tri_type_builtin(TRI_KIND_VOID);
    tri__iid_of(face, result ? result : none, progress ? progress : none, &got);
    if (iid) {
        assert_string_equal(show(&got), iid);
    }
    size_t length =
        tri__class_name_of(face, result ? result : none, progress ? progress : none, text, sizeof text);
    assert_string_equal(text, name);
    assert_int_equal(length, strlen(name));
    assert_int_equal(tri__class_name_of(face, result ? result : none, progress ? progress : none, text,
                                        length), 0); // no room for the NUL
}

static void test_faces(void **state)
{
    (void)state;
    const tri_type *u32 = tri_type_builtin(TRI_KIND_UINT32);
    const tri_type *u64 = tri_type_builtin(TRI_KIND_UINT64);
    tri_type_field fields[4];
    memcpy(fields, transfer_fields, sizeof fields);
    for (int i = 0; i < 4; i++) {
        fields[i].type = u32;
    }
    tri_type transfer = {.kind = TRI_KIND_STRUCT,
                         .size = 16,
                         .name = "TransferProgress",
                         .full_name = "Windows.Web.Syndication.TransferProgress",
                         .fields = fields,
                         .field_count = 4};
    tri_type status = {.kind = TRI_KIND_ENUM, .name = "AsyncStatus",
                       .full_name = "Windows.Foundation.AsyncStatus"};
    check(TRI_FACE_ACTION, NULL, NULL, "5a648006-843a-4da9-865b-9d26e5dfad7b",
          "Windows.Foundation.IAsyncAction");
    check(TRI_FACE_ACTION_WITH_PROGRESS, NULL, tri_type_builtin(TRI_KIND_DOUBLE),
          "4f1430a6-a825-56ca-b047-1a9bad52ba67", "Windows.Foundation.IAsyncActionWithProgress`1<Double>");
    check(TRI_FACE_ACTION_WITH_PROGRESS, NULL, &transfer, "b7eb83f5-a746-50f2-b91f-31803161ccc7",
          "Windows.Foundation.IAsyncActionWithProgress`1<Windows.Web.Syndication.TransferProgress>");
    check(TRI_FACE_OPERATION, u32, NULL, "ef60385f-be78-584b-aaef-7829ada2b0de",
          "Windows.Foundation.IAsyncOperation`1<UInt32>");
    check(TRI_FACE_OPERATION, tri_type_builtin(TRI_KIND_STRING), NULL,
          "3e1fe603-f897-5263-b328-0806426b8a79", "Windows.Foundation.IAsyncOperation`1<String>");
    check(TRI_FACE_OPERATION_WITH_PROGRESS, u32, u32, "eccb574a-c684-5572-a679-6b0842cfb57f",
          "Windows.Foundation.IAsyncOperationWithProgress`2<UInt32, UInt32>");
    check(TRI_FACE_OPERATION_WITH_PROGRESS, u64, u64, "8f1db6e3-6556-5516-825c-1021ee27cd0c",
          "Windows.Foundation.IAsyncOperationWithProgress`2<UInt64, UInt64>");
    check(TRI_FACE_OPERATION_WITH_PROGRESS, tri_type_builtin(TRI_KIND_BUFFER), u32,
          "d26b2819-897f-5c7d-84d6-56d796561431",
          "Windows.Foundation.IAsyncOperationWithProgress`2<Windows.Storage.Streams.IBuffer, UInt32>");
    check(TRI_FACE_OPERATION, tri_type_builtin(TRI_KIND_TIMESPAN), NULL, NULL,
          "Windows.Foundation.IAsyncOperation`1<Windows.Foundation.TimeSpan>");
    check(TRI_FACE_OPERATION, tri__type_array(TRI_KIND_UINT8), NULL, NULL,
          "Windows.Foundation.IAsyncOperation`1<Windows.Foundation.IReferenceArray`1<UInt8>>");
    check(TRI_FACE_OPERATION, &status, NULL, NULL,
          "Windows.Foundation.IAsyncOperation`1<Windows.Foundation.AsyncStatus>");
}

// Each built-in type, through its signature as the grammar has it.
static void test_types(void **state)
{
    (void)state;
    static const char *const signatures[] = {
        [TRI_KIND_BOOLEAN] = "b1", [TRI_KIND_INT8] = "i1", [TRI_KIND_UINT8] = "u1", [TRI_KIND_INT16] = "i2",
        [TRI_KIND_UINT16] = "u2",  [TRI_KIND_INT32] = "i4", [TRI_KIND_UINT32] = "u4", [TRI_KIND_INT64] = "i8",
        [TRI_KIND_UINT64] = "u8",  [TRI_KIND_SINGLE] = "f4", [TRI_KIND_DOUBLE] = "f8",
        [TRI_KIND_STRING] = "string", [TRI_KIND_BUFFER] = IBUFFER_,
        [TRI_KIND_TIMESPAN] = "struct(Windows.Foundation.TimeSpan;i8)"};
    for (int kind = TRI_KIND_BOOLEAN; kind <= TRI_KIND_TIMESPAN; kind++) {
        char text[200], expected[40];
        tri_guid iid;
        snprintf(text, sizeof text, "pinterface(" OPERATION ";%s)", signatures[kind]);
        tri__iid_of_signature(text, strlen(text), &iid);
        strcpy(expected, show(&iid));
        tri__iid_of(TRI_FACE_OPERATION, tri_type_builtin((tri_kind)kind), tri_type_builtin(TRI_KIND_VOID), &iid);
        assert_string_equal(show(&iid), expected);
        const tri_type *array = tri__type_array((tri_kind)kind);
        if (array) {
            snprintf(text, sizeof text,
                     "pinterface(" OPERATION ";pinterface({61c17707-2d65-11e0-9ae8-d48564015472};%s))",
                     signatures[kind]);
            tri__iid_of_signature(text, strlen(text), &iid);
            strcpy(expected, show(&iid));
            tri__iid_of(TRI_FACE_OPERATION, array, tri_type_builtin(TRI_KIND_VOID), &iid);
            assert_string_equal(show(&iid), expected);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sha1),
        cmocka_unit_test(test_signatures),
        cmocka_unit_test(test_faces),
        cmocka_unit_test(test_types),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
