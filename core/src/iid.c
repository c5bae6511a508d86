// Interface ids of closed generics: UUIDs (version 5) of a signature. The fixed ones are in async_abi.c.
#include "method.h"
#include "sha1.h"
#include "value.h"

#define IBUFFER "{905a0fe0-bc53-11df-8c49-001e4fc686da}"
#define IREFERENCE_ARRAY "{61c17707-2d65-11e0-9ae8-d48564015472}"

static const char *const builtin_signatures[] = {
    [TRI_KIND_BOOLEAN] = "b1",  [TRI_KIND_INT8] = "i1",   [TRI_KIND_UINT8] = "u1",
    [TRI_KIND_INT16] = "i2",    [TRI_KIND_UINT16] = "u2", [TRI_KIND_INT32] = "i4",
    [TRI_KIND_UINT32] = "u4",   [TRI_KIND_INT64] = "i8",  [TRI_KIND_UINT64] = "u8",
    [TRI_KIND_SINGLE] = "f4",   [TRI_KIND_DOUBLE] = "f8", [TRI_KIND_STRING] = "string",
    [TRI_KIND_BUFFER] = IBUFFER,
    [TRI_KIND_TIMESPAN] = "struct(Windows.Foundation.TimeSpan;i8)",
};

static void iid_add(tri__sha1 *sha1, const char *text)
{
    tri__sha1_add(sha1, text, strlen(text));
}

static void iid_add_guid(tri__sha1 *sha1, const tri_guid *guid)
{
    char text[40];
    const uint8_t *d = guid->data4;
    snprintf(text, sizeof text, "{%08x-%04x-%04x-%02x%02x-%02x%02x%02x%02x%02x%02x}",
             (unsigned)guid->data1, guid->data2, guid->data3, d[0], d[1], d[2], d[3], d[4], d[5], d[6], d[7]);
    iid_add(sha1, text);
}

static void iid_add_type(tri__sha1 *sha1, const tri_type *type)
{
    switch (type->kind) {
    case TRI_KIND_ENUM:
        iid_add(sha1, "enum(");
        iid_add(sha1, type->full_name);
        iid_add(sha1, ";i4)");
        break;
    case TRI_KIND_STRUCT:
        iid_add(sha1, "struct(");
        iid_add(sha1, type->full_name);
        for (uint32_t i = 0; i < type->field_count; i++) {
            iid_add(sha1, ";");
            iid_add_type(sha1, type->fields[i].type);
        }
        iid_add(sha1, ")");
        break;
    case TRI_KIND_ARRAY: // T[] is no type argument in the Windows Runtime; its boxed form is
        iid_add(sha1, "pinterface(" IREFERENCE_ARRAY ";");
        iid_add_type(sha1, type->element);
        iid_add(sha1, ")");
        break;
    default:
        iid_add(sha1, builtin_signatures[type->kind]);
        break;
    }
}

static void iid_begin(tri__sha1 *sha1)
{
    static const unsigned char name_space[16] = {0x11, 0xf4, 0x7a, 0xd5, 0x7b, 0x73, 0x42, 0xc0,
                                                 0xab, 0xae, 0x87, 0x8b, 0x1e, 0x16, 0xad, 0xee};
    tri__sha1_init(sha1);
    tri__sha1_add(sha1, name_space, sizeof name_space);
}

static void iid_finish(tri__sha1 *sha1, tri_guid *out)
{
    unsigned char digest[20];
    tri__sha1_finish(sha1, digest);
    digest[6] = (unsigned char)((digest[6] & 0x0F) | 0x50);
    digest[8] = (unsigned char)((digest[8] & 0x3F) | 0x80);
    out->data1 = (uint32_t)digest[0] << 24 | (uint32_t)digest[1] << 16 | (uint32_t)digest[2] << 8 | digest[3];
    out->data2 = (uint16_t)(digest[4] << 8 | digest[5]);
    out->data3 = (uint16_t)(digest[6] << 8 | digest[7]);
    memcpy(out->data4, digest + 8, sizeof out->data4);
}

void tri__iid_of_signature(const char *signature, size_t length, tri_guid *out)
{
    tri__sha1 sha1;
    iid_begin(&sha1);
    tri__sha1_add(&sha1, signature, length);
    iid_finish(&sha1, out);
}

void tri__iid_of_array(const tri_type *array, tri_guid *out)
{
    tri__sha1 sha1;
    iid_begin(&sha1);
    iid_add_type(&sha1, array);
    iid_finish(&sha1, out);
}

void tri__iid_of(tri_face face, const tri_type *result, const tri_type *progress, tri_guid *out)
{
    const tri_guid *generic = NULL;
    bool has_result = face == TRI_FACE_OPERATION || face == TRI_FACE_OPERATION_WITH_PROGRESS;
    bool has_progress = face == TRI_FACE_ACTION_WITH_PROGRESS || face == TRI_FACE_OPERATION_WITH_PROGRESS;
    switch (face) {
    case TRI_FACE_ACTION_WITH_PROGRESS:
        generic = &tri_IID_IAsyncActionWithProgress_1;
        break;
    case TRI_FACE_OPERATION:
        generic = &tri_IID_IAsyncOperation_1;
        break;
    case TRI_FACE_OPERATION_WITH_PROGRESS:
        generic = &tri_IID_IAsyncOperationWithProgress_2;
        break;
    default:
        *out = tri_IID_IAsyncAction;
        return;
    }
    tri__sha1 sha1;
    iid_begin(&sha1);
    iid_add(&sha1, "pinterface(");
    iid_add_guid(&sha1, generic);
    if (has_result) {
        iid_add(&sha1, ";");
        iid_add_type(&sha1, result);
    }
    if (has_progress) {
        iid_add(&sha1, ";");
        iid_add_type(&sha1, progress);
    }
    iid_add(&sha1, ")");
    iid_finish(&sha1, out);
}

// How a type is called inside a class name; the two parts go in front and behind.
static const char *iid_class_argument(const tri_type *type, const char **front, const char **behind)
{
    *front = *behind = "";
    switch (type->kind) {
    case TRI_KIND_TIMESPAN:
        return "Windows.Foundation.TimeSpan";
    case TRI_KIND_BUFFER:
        return "Windows.Storage.Streams.IBuffer";
    case TRI_KIND_ARRAY: {
        const char *inner_front, *inner_behind;
        *front = "Windows.Foundation.IReferenceArray`1<";
        *behind = ">";
        return iid_class_argument(type->element, &inner_front, &inner_behind);
    }
    default:
        return type->full_name;
    }
}

size_t tri__class_name_of_type(const tri_type *type, char *out, size_t size)
{
    const char *front, *behind;
    const char *name = iid_class_argument(type, &front, &behind);
    int used = snprintf(out, size, "%s%s%s", front, name, behind);
    return used > 0 && (size_t)used < size ? (size_t)used : 0;
}

size_t tri__class_name_of(tri_face face, const tri_type *result, const tri_type *progress, char *out,
                          size_t size)
{
    static const char *const names[] = {
        [TRI_FACE_SYNC] = "",
        [TRI_FACE_ACTION] = "IAsyncAction",
        [TRI_FACE_ACTION_WITH_PROGRESS] = "IAsyncActionWithProgress`1",
        [TRI_FACE_OPERATION] = "IAsyncOperation`1",
        [TRI_FACE_OPERATION_WITH_PROGRESS] = "IAsyncOperationWithProgress`2",
    };
    const char *rf, *rb, *pf, *pb;
    const char *r = iid_class_argument(result, &rf, &rb);
    const char *p = iid_class_argument(progress, &pf, &pb);
    int used;
    switch (face) {
    case TRI_FACE_ACTION_WITH_PROGRESS:
        used = snprintf(out, size, "Windows.Foundation.%s<%s%s%s>", names[face], pf, p, pb);
        break;
    case TRI_FACE_OPERATION:
        used = snprintf(out, size, "Windows.Foundation.%s<%s%s%s>", names[face], rf, r, rb);
        break;
    case TRI_FACE_OPERATION_WITH_PROGRESS:
        used = snprintf(out, size, "Windows.Foundation.%s<%s%s%s, %s%s%s>", names[face], rf, r, rb, pf, p, pb);
        break;
    default:
        used = snprintf(out, size, "Windows.Foundation.%s", names[TRI_FACE_ACTION]);
        break;
    }
    return used > 0 && (size_t)used < size ? (size_t)used : 0;
}
