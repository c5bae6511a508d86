// Example.Letters: a component of somebody else's, in a directory of its own.
//
//     cc -std=c11 -shared -fPIC -I DIRECTORY letters.c -o letters.so
//
// where DIRECTORY/trivium/component.h is all of Trivium that there is.
#include <trivium/component.h>

TRI_ENUM(Kind, "What counts as a letter.", (Vowel, 0), (Consonant, 1), (Any, 2));
TRI_STRUCT(Tally, "The letters of a text.", (UInt32, Vowels), (UInt32, Consonants));

TRI_ARGS(text_args, (String, text));
TRI_ARGS(count_args, (String, text), (Kind, kind));
TRI_FUNCTION(reverse, text_args, String);
TRI_ACTION(check, text_args);
TRI_ACTION_WITH_PROGRESS(spell, text_args, UInt32);
TRI_OPERATION(count, count_args, UInt32);
TRI_OPERATION_WITH_PROGRESS(tally, text_args, Tally, Double);

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_vowel(char c)
{
    return c != '\0' && strchr("aeiouAEIOU", c) != NULL;
}

static size_t length_of(const tri_string *text)
{
    return text ? text->length : 0; // NULL is the empty string
}

static HRESULT reverse(tri_call *call, const text_args *args, tri_string **result)
{
    size_t length = length_of(args->text);
    char *back = tri_alloc(call->host, length + 1);
    if (!back) {
        return TRI_E_OUTOFMEMORY;
    }
    for (size_t i = 0; i < length; i++) {
        back[i] = args->text->data[length - 1 - i];
    }
    HRESULT hr = tri_string_new(call->host, back, length, result); // refuses what is no UTF-8 backwards
    tri_free(call->host, back);
    return hr;
}

static HRESULT check(tri_operation *op, const text_args *args)
{
    for (size_t i = 0; i < length_of(args->text); i++) {
        if (!is_letter(args->text->data[i])) {
            return tri_error(op->host, TRI_E_INVALIDARG, "argument 'text': no letter at byte %zu", i);
        }
    }
    return TRI_S_OK;
}

static HRESULT spell(tri_operation *op, const text_args *args)
{
    for (size_t i = 0; i < length_of(args->text) && !tri_canceled(op); i++) {
        spell_progress(op, (uint8_t)args->text->data[i]);
    }
    return TRI_S_OK;
}

static HRESULT count(tri_operation *op, const count_args *args)
{
    uint32_t found = 0;
    for (size_t i = 0; i < length_of(args->text); i++) {
        char c = args->text->data[i];
        found += is_letter(c) && (args->kind == Kind_Any || is_vowel(c) == (args->kind == Kind_Vowel));
    }
    return count_complete(op, found);
}

static HRESULT tally(tri_operation *op, const text_args *args)
{
    Tally found = {0, 0};
    size_t length = length_of(args->text);
    for (size_t i = 0; i < length && !tri_canceled(op); i++) {
        char c = args->text->data[i];
        found.Vowels += is_vowel(c);
        found.Consonants += is_letter(c) && !is_vowel(c);
        tally_progress(op, (double)(i + 1) / (double)length);
    }
    return tally_complete(op, found);
}

static const tri_type_def *const types[] = {&Kind_type, &Tally_type};
static const tri_member_def members[] = {
    TRI_METHOD(reverse, "String Reverse(String text)", "The text, backwards."),
    TRI_METHOD_WITH(check, TRI_INLINE, "IAsyncAction CheckAsync(String text)",
                    "Fails if there is anything but letters."),
    TRI_METHOD(spell, "IAsyncActionWithProgress<UInt32> SpellAsync(String text)",
               "Reports one letter after the other."),
    TRI_METHOD(count, "IAsyncOperation<UInt32> CountAsync(String text, Kind kind = Kind.Vowel)",
               "How many letters of a kind there are."),
    TRI_METHOD(tally, "IAsyncOperationWithProgress<Tally, Double> TallyAsync(String text)",
               "Counts both kinds; progress is the part that is done."),
};

TRI_COMPONENT("Example.Letters", "1.0", "What is in a text.", types, members, NULL, NULL);
