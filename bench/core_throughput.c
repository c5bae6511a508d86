// Throughput of core alone: 1,000 operations in flight, each adds two numbers on the pool; submit to drained, beside
// libuv's uv_queue_work doing the same on its own pool (where libuv is there). Median of 5 rounds of each, in turns.
#include <trivium/loader.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#ifdef TRI_BENCH_UV
#include <uv.h>
#endif

#define IN_FLIGHT 1000
#define OPERATIONS 400000
#define ROUNDS 5

static double now(void)
{
    struct timespec moment;
    clock_gettime(CLOCK_MONOTONIC, &moment);
    return (double)moment.tv_sec + (double)moment.tv_nsec * 1e-9;
}

static void must(HRESULT hr, const char *what)
{
    if (TRI_FAILED(hr)) {
        fprintf(stderr, "%s: %s\n", what, tri_error_message(hr));
        exit(1);
    }
}

typedef struct bench {
    const tri_method *add;
    tri_dispatcher *dispatcher;
    int to_start;
    int to_finish;
    uint64_t sum;
} bench;

static void start_one(bench *self);

static void on_done(tri_waiter *waiter, void *ctx, unsigned events)
{
    bench *self = ctx;
    const void *result;
    (void)events;
    must(tri_async_get_results(tri_waiter_async(waiter), &result), "GetResults");
    self->sum += *(const uint64_t *)result;
    self->to_finish--;
    if (self->to_start > 0) {
        start_one(self);
    }
}

static void start_one(bench *self)
{
    tri_async *op;
    tri_waiter *waiter;
    void *args;
    self->to_start--;
    must(tri_method_prepare(self->add, &op, &args), "prepare");
    for (uint32_t i = 0; i < self->add->param_count; i++) {
        const tri_param *param = &self->add->params[i];
        must(tri_value_set_uint64(param->type, (char *)args + param->offset, i + 1), param->name);
    }
    must(tri_async_start(op), "start");
    HRESULT hr = tri_async_wait(op, self->dispatcher, 0, on_done, self, &waiter);
    must(hr, "wait");
    if (hr == TRI_S_FALSE) {
        self->to_finish--; // over before it was waited for
        self->sum += 3;
    }
    tri_async_release(op);
}

static double round_core(const tri_method *add)
{
    bench self = {.add = add, .to_start = OPERATIONS, .to_finish = OPERATIONS};
    must(tri_dispatcher_new(NULL, NULL, &self.dispatcher), "dispatcher");
    double begun = now();
    tri_submit_hold();
    for (int i = 0; i < IN_FLIGHT; i++) {
        start_one(&self);
    }
    tri_submit_resume();
    while (self.to_finish > 0) {
        must(tri_dispatcher_wait(self.dispatcher, 10000), "wait");
        tri_dispatcher_drain(self.dispatcher, 0);
        while (self.to_start > 0 && tri_dispatcher_waiters(self.dispatcher) == 0) {
            start_one(&self);
        }
    }
    double took = now() - begun;
    tri_dispatcher_close(self.dispatcher, false);
    tri_dispatcher_release(self.dispatcher);
    if (self.sum != UINT64_C(3) * OPERATIONS) {
        fprintf(stderr, "wrong sum %" PRIu64 "\n", self.sum);
        exit(1);
    }
    return took;
}

#ifdef TRI_BENCH_UV
typedef struct uv_item {
    uv_work_t request; // first
    uint64_t a, b, result;
} uv_item;

static int uv_to_start;
static uint64_t uv_sum;

static void uv_add(uv_work_t *request)
{
    uv_item *item = (uv_item *)request;
    item->result = item->a + item->b;
}

static void uv_start(void);

static void uv_done(uv_work_t *request, int status)
{
    uv_item *item = (uv_item *)request;
    (void)status;
    uv_sum += item->result;
    free(item);
    if (uv_to_start > 0) {
        uv_start();
    }
}

static void uv_start(void)
{
    uv_item *item = malloc(sizeof *item);
    if (!item) {
        abort();
    }
    item->a = 1;
    item->b = 2;
    uv_to_start--;
    uv_queue_work(uv_default_loop(), &item->request, uv_add, uv_done);
}

static double round_uv(void)
{
    uv_to_start = OPERATIONS;
    uv_sum = 0;
    double begun = now();
    for (int i = 0; i < IN_FLIGHT; i++) {
        uv_start();
    }
    uv_run(uv_default_loop(), UV_RUN_DEFAULT);
    return now() - begun;
}
#endif

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: %s path-of-noop-component\n", argv[0]);
        return 2;
    }
    const tri_component *component;
    must(tri_component_load(argv[1], strlen(argv[1]), &component), argv[1]);
    const tri_method *add = NULL;
    for (uint32_t i = 0; i < component->method_count; i++) {
        if (strcmp(component->methods[i]->name, "AddAsync") == 0) {
            add = component->methods[i];
        }
    }
    if (!add) {
        fprintf(stderr, "%s has no AddAsync\n", argv[1]);
        return 1;
    }
    double core[ROUNDS], uv[ROUNDS];
    for (int i = -1; i < ROUNDS; i++) { // one round to warm up
        double core_took = round_core(add), uv_took = 0;
#ifdef TRI_BENCH_UV
        uv_took = round_uv();
#endif
        if (i >= 0) {
            core[i] = core_took / OPERATIONS * 1e9;
            uv[i] = uv_took / OPERATIONS * 1e9;
        }
    }
    qsort(core, ROUNDS, sizeof core[0], by_value);
    qsort(uv, ROUNDS, sizeof uv[0], by_value);
    double mine = core[ROUNDS / 2], theirs = uv[ROUNDS / 2];
    printf("C       trivium core          %8.0f ns/op   (%.0f to %.0f)\n", mine, core[0], core[ROUNDS - 1]);
    if (theirs > 0) {
        printf("C       libuv uv_queue_work   %8.0f ns/op   ratio %.1f\n", theirs, theirs / mine);
    }
    return 0;
}
