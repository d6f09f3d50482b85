"""PTX that NVRTC makes of kernels given as strings: python nvrtc_strings.py LIBNVRTC FOLDER"""

import ctypes
import pathlib
import sys

CAPABILITIES = [75, 80, 86, 90, 100, 120]

KERNELS = {
    "saxpy": r"""
extern "C" __global__ void saxpy(float a, const float *x, float *y, int n) {
    for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x) y[i] = a * x[i] + y[i];
}""",
    "reduce": r"""
template <typename T> __device__ T total(T value) {
    for (int step = 16; step; step >>= 1) value += __shfl_down_sync(~0u, value, step);
    return value;
}
template <typename T> __global__ void reduce(const T *in, T *out, int n) {
    __shared__ T partial[32];
    T value = 0;
    for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x) value += in[i];
    value = total(value);
    if (threadIdx.x % 32 == 0) partial[threadIdx.x / 32] = value;
    __syncthreads();
    if (threadIdx.x < 32) {
        value = total(threadIdx.x < blockDim.x / 32 ? partial[threadIdx.x] : T(0));
        if (threadIdx.x == 0) atomicAdd(out, value);
    }
}
template __global__ void reduce<float>(const float *, float *, int);
template __global__ void reduce<double>(const double *, double *, int);
template __global__ void reduce<int>(const int *, int *, int);""",
    "maths": r"""
extern "C" __global__ void maths(const float *x, const double *y, float *f, double *d) {
    int i = threadIdx.x;
    float v = x[i];
    double w = y[i];
    f[i] = sinf(v) + cosf(v) * tanf(v) + expf(v) + logf(v) + powf(v, 1.5f) + sqrtf(v) + rsqrtf(v) + erff(v) + tgammaf(v)
         + fmodf(v, 3.f) + atan2f(v, 2.f) + cbrtf(v) + j0f(v) + __sinf(v) + __expf(v) + __fdividef(v, 3.f);
    d[i] = sin(w) + cos(w) * tan(w) + exp(w) + log(w) + pow(w, 1.5) + sqrt(w) + rsqrt(w) + erf(w) + tgamma(w)
         + fmod(w, 3.) + atan2(w, 2.) + cbrt(w) + j0(w) + lgamma(w);
}""",
    "integers": r"""
extern "C" __global__ void integers(unsigned *a, unsigned long long *b, int *s) {
    int i = threadIdx.x;
    unsigned v = a[i], u = a[i + 1];
    unsigned long long w = b[i];
    a[i] = __popc(v) + __clz(v) + __brev(v) + __ffs(v) + __byte_perm(v, u, 0x1234) + __funnelshift_l(v, u, 5) + v / u
         + __umulhi(v, u) + __vadd4(v, u) + __vabsdiffu4(v, u) + __vcmpgtu2(v, u) + __dp4a(v, u, 7u) + __usad(v, u, 3);
    b[i] = __popcll(w) + __clzll(w) + __brevll(w) + w / 10 + __umul64hi(w, 12345) + w % 97;
    s[i] = __mul24(s[i], 3) + atomicCAS(&s[0], 1, 2) + atomicExch(&s[1], 3) + atomicMin(&s[2], 4) + atomicInc(a, 5)
         + __ballot_sync(~0u, v > u) + __any_sync(~0u, v) + __activemask() + __match_any_sync(~0u, v);
}""",
    "assembly": r"""
extern "C" __global__ void assembly(unsigned *out, const unsigned *in) {
    unsigned v = in[threadIdx.x], r;
    asm("{ .reg .u32 t; add.u32 t, %1, 1; { .reg .pred p; setp.gt.u32 p, t, 7; @p mul.lo.u32 t, t, 3; } mov.u32 %0, t; }"
        : "=r"(r) : "r"(v));
    asm volatile("bar.sync 1, 64;" ::: "memory");
    asm("prmt.b32 %0, %1, %2, 0x5410;" : "=r"(r) : "r"(r), "r"(v));
    asm("lop3.b32 %0, %1, %2, %2, 0x96;" : "=r"(r) : "r"(r), "r"(v));
    out[threadIdx.x] = r;
}""",
    "calls": r"""
typedef float (*Function)(float);
__device__ __noinline__ float twice(float x) { return x * 2; }
__device__ __noinline__ float square(float x) { return x * x; }
__device__ Function table[] = {twice, square};
__constant__ int choice[4] = {0, 1, 1, 0};
__device__ int depth(int n) { return n < 2 ? n : depth(n - 1) + depth(n - 2); }
extern "C" __global__ void calls(float *out, int n) {
    out[threadIdx.x] = table[choice[threadIdx.x % 4]](out[threadIdx.x]) + depth(n);
    printf("%d %f\n", threadIdx.x, out[threadIdx.x]);
    int *heap = (int *)malloc(16);
    heap[n] = n;
    free(heap);
}""",
}


class Nvrtc:
    """The few functions of NVRTC that are needed."""

    def __init__(self, path):
        self.library = ctypes.CDLL(path)

    def check(self, answer, what):
        if answer:
            raise RuntimeError(f"{what}: NVRTC error {answer}")

    def compile(self, source, options):
        program = ctypes.c_void_p()
        create = self.library.nvrtcCreateProgram
        self.check(create(ctypes.byref(program), source.encode(), b"kernel.cu", 0, None, None), "nvrtcCreateProgram")
        texts = (ctypes.c_char_p * len(options))(*[option.encode() for option in options])
        answer = self.library.nvrtcCompileProgram(program, len(options), texts)
        if answer:
            raise RuntimeError(self.read(program, "nvrtcGetProgramLog"))
        return self.read(program, "nvrtcGetPTX")

    def read(self, program, function):
        size = ctypes.c_size_t()
        self.check(getattr(self.library, function + "Size")(program, ctypes.byref(size)), function)
        text = ctypes.create_string_buffer(size.value)
        self.check(getattr(self.library, function)(program, text), function)
        return text.value.decode()


def main():
    nvrtc = Nvrtc(sys.argv[1])
    folder = pathlib.Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    variants = {"": [], "_fast": ["--use_fast_math"], "_debug": ["-G"], "_lines": ["-lineinfo"]}
    for capability in CAPABILITIES:
        for name, source in KERNELS.items():
            for suffix, options in variants.items():
                try:
                    ptx = nvrtc.compile(source, [f"--gpu-architecture=compute_{capability}", *options])
                except RuntimeError as error:
                    print(f"NVRTC cannot compile {name}{suffix} for {capability}: {error}", file=sys.stderr)
                    continue
                (folder / f"{name}{suffix}_{capability}.ptx").write_text(ptx)


main()
