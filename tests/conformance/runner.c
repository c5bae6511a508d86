// Runs the scenarios and rows of the directory that is its argument: conformance DIRECTORY [NAME].
// With a name, only what has that in its own.
#include "call.h"
#include "rows.h"
#include "stage.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int scenarios, passed, failed;

// Steps from lines[first] up to the next scenario. Returns where that begins.
static size_t run_scenario(const script *t, size_t first, const char *face)
{
    stage s;
    bool good = true;
    size_t i = first;
    alarm(20); // a hang is a failure too
    stage_begin(&s, t->path, face);
    for (; i < t->count && !word_is(&t->lines[i].words[0], "scenario"); i++) {
        good = good && stage_step(&s, &t->lines[i]);
    }
    good = stage_end(&s) && good;
    scenarios++;
    passed += good;
    failed += !good;
    if (!good) {
        printf("FAILED: %s:%d: %s%s%s\n", t->path, t->lines[first - 1].number,
               t->lines[first - 1].words[1].text, face ? ", " : "", face ? face : "");
    }
    return i;
}

static size_t run_faces(const script *t, size_t at)
{
    static const char *const faces[] = {"Action", "Operation", "ActionWithProgress",
                                        "OperationWithProgress"};
    const line *head = &t->lines[at];
    bool all = false, progress = false;
    for (size_t i = 2; i < head->count; i++) {
        all = all || word_is(&head->words[i], "all_faces");
        progress = progress || word_is(&head->words[i], "progress_faces");
    }
    if (!all && !progress) {
        return run_scenario(t, at + 1, NULL);
    }
    size_t next = at;
    for (size_t i = all ? 0 : 2; i < 4; i++) {
        next = run_scenario(t, at + 1, faces[i]);
    }
    return next;
}

static void run_file(const char *path, const char *filter)
{
    script t = text_read(path);
    for (size_t i = 0; i < t.count;) {
        const line *l = &t.lines[i];
        bool wanted = l->for_language && (!filter || l->count < 2 || strstr(l->words[1].text, filter));
        if (rows_is(l)) {
            int bad = 0;
            int cases = wanted ? rows_run(l, path, &bad) : 0;
            scenarios += cases;
            failed += bad;
            passed += cases - bad;
            i++;
        } else if (!word_is(&l->words[0], "scenario")) {
            fprintf(stderr, "%s:%d: expected 'scenario' or a row\n", path, l->number);
            exit(2);
        } else if (wanted) {
            i = run_faces(&t, i);
        } else {
            for (i++; i < t.count && !word_is(&t.lines[i].words[0], "scenario");) {
                i++;
            }
        }
    }
    text_free(&t);
}

static int is_text(const struct dirent *entry)
{
    const char *end = strrchr(entry->d_name, '.');
    return end && strcmp(end, ".txt") == 0;
}

int main(int argc, char **argv)
{
    struct dirent **files;
    int count = argc > 1 ? scandir(argv[1], &files, is_text, alphasort) : -1;
    if (count < 0) {
        fprintf(stderr, "usage: conformance DIRECTORY [NAME]\n");
        return 2;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    for (int i = 0; i < count; i++) {
        char path[4096];
        snprintf(path, sizeof path, "%s/%s", argv[1], files[i]->d_name);
        run_file(path, argc > 2 ? argv[2] : NULL);
        free(files[i]);
    }
    free(files);
    if (tri_live_count(TRI_LIVE_STRING) > 1 || tri_live_count(TRI_LIVE_BUFFER) > 1) {
        // One may be left: the result of the last synchronous call.
        printf("%d strings and %d buffers are left over\n", (int)tri_live_count(TRI_LIVE_STRING),
               (int)tri_live_count(TRI_LIVE_BUFFER));
        failed++;
    }
    printf("conformance: %d scenarios\n%d passed, %d failed\n", scenarios, passed, failed);
    return failed ? 1 : 0;
}
