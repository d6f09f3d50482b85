// Two streams that work side by side, events that order and time them, a function on the host in between.
#include "check.cuh"
#include <cstring>

constexpr int N = 4096;

__global__ void fill(int *out, int value) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    out[i] = value + i;
}

__global__ void combine(const int *a, const int *b, int *out) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    out[i] = 2 * a[i] - b[i];
}

static void CUDART_CB note(void *flag) { *static_cast<volatile int *>(flag) = 1; }

int main() {
    cudaStream_t first, second;
    cudaEvent_t start, filled, end;
    CHECK(cudaStreamCreate(&first));
    CHECK(cudaStreamCreateWithFlags(&second, cudaStreamNonBlocking));
    CHECK(cudaEventCreate(&start));
    CHECK(cudaEventCreateWithFlags(&filled, cudaEventDisableTiming));
    CHECK(cudaEventCreate(&end));
    int *pinned, flag = 0;
    CHECK(cudaMallocHost(&pinned, N * sizeof(int)));
    std::memset(pinned, 0, N * sizeof(int));
    Device<int> a(N), b(N), out(N);
    size_t wrong = 0;

    for (int round = 0; round < 3; round++) {
        CHECK(cudaEventRecord(start, first));
        fill<<<N / 256, 256, 0, second>>>(b.data, round);
        CHECK(cudaEventRecord(filled, second));
        fill<<<N / 256, 256, 0, first>>>(a.data, 100 * round);
        CHECK(cudaStreamWaitEvent(first, filled, 0));
        combine<<<N / 256, 256, 0, first>>>(a.data, b.data, out.data);
        CHECK(cudaMemcpyAsync(pinned, out.data, N * sizeof(int), cudaMemcpyDeviceToHost, first));
        CHECK(cudaLaunchHostFunc(first, note, &flag));
        CHECK(cudaEventRecord(end, first));
        CHECK(cudaEventSynchronize(end));
        wrong += flag != 1 || cudaEventQuery(end) != cudaSuccess;
        flag = 0;
        float milliseconds = -1.0f;
        CHECK(cudaEventElapsedTime(&milliseconds, start, end));
        wrong += !(milliseconds > 0.0f);
        for (int i = 0; i < N; i++) {
            wrong += pinned[i] != 2 * (100 * round + i) - (round + i);
        }
    }
    CHECK(cudaStreamSynchronize(second));
    wrong += cudaStreamQuery(second) != cudaSuccess;

    CHECK(cudaFreeHost(pinned));
    CHECK(cudaEventDestroy(start));
    CHECK(cudaEventDestroy(filled));
    CHECK(cudaEventDestroy(end));
    CHECK(cudaStreamDestroy(first));
    CHECK(cudaStreamDestroy(second));
    return verdict("streams_events", wrong, 3 * (N + 2) + 1);
}
