// Kernels that go wrong, each in the line that says so: `source_lines KERNEL` launches one.
#include <cassert>
#include <cstdio>
#include <cstring>

__device__ __forceinline__ void put(int *to, int value)
{
    *to = value; // inlined
}

__global__ void out_of_bounds(int *a)
{
    int i = threadIdx.x;
    a[i + (1 << 20)] = i; // out_of_bounds
}

__global__ void inlined(int *a)
{
    put(a + (1 << 20), 1);
}

__global__ void misaligned(int *a)
{
    *reinterpret_cast<volatile int *>(reinterpret_cast<char *>(a) + 1) = 7; // misaligned
}

__global__ void trapped(int *a)
{
    if (a != nullptr)
        __trap(); // trapped
}

__global__ void asserted(int *a)
{
    assert(a == nullptr); // asserted
}

__global__ void unsupported(int *a)
{
    asm volatile("multimem.st.relaxed.sys.global.u32 [%0], %1;" ::"l"(a), "r"(1) : "memory"); // unsupported
}

int main(int count, char **arguments)
{
    const struct {
        const char *name;
        void (*kernel)(int *);
    } kernels[] = {{"out_of_bounds", out_of_bounds}, {"inlined", inlined},   {"misaligned", misaligned},
                   {"trapped", trapped},             {"asserted", asserted}, {"unsupported", unsupported}};
    int *memory;
    cudaMalloc(&memory, 64);
    for (const auto &each : kernels)
        if (count > 1 && !strcmp(each.name, arguments[1]))
            each.kernel<<<1, 1>>>(memory);
    cudaError_t launched = cudaGetLastError();
    cudaError_t ended = cudaDeviceSynchronize();
    printf("%s\n", cudaGetErrorName(launched != cudaSuccess ? launched : ended));
}
