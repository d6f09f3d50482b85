"""PTX that Numba makes of Python functions, through libNVVM and without a GPU: python numba_kernels.py FOLDER"""

import math
import pathlib
import sys

from numba import complex64, cuda, float32, float64, int32, int64, uint8, uint32, uint64
from numba.cuda.random import xoroshiro128p_type, xoroshiro128p_normal_float32, xoroshiro128p_uniform_float64

CAPABILITIES = [(7, 5), (8, 0), (8, 6), (9, 0), (10, 0), (12, 0)]
TILE = 16


def saxpy(a, x, y):
    i = cuda.grid(1)
    if i < x.size:
        y[i] = a * x[i] + y[i]


def strided(x, out):
    # Arrays of any layout: strides are read from the array.
    for i in range(cuda.grid(1), x.shape[0], cuda.gridsize(1)):
        for j in range(x.shape[1]):
            out[i] += x[i, j] / (j + 1)


def matmul(a, b, c):
    left = cuda.shared.array((TILE, TILE), float32)
    right = cuda.shared.array((TILE, TILE), float32)
    row, column = cuda.grid(2)
    i, j = cuda.threadIdx.x, cuda.threadIdx.y
    total = float32(0.0)
    for start in range(0, a.shape[1], TILE):
        left[i, j] = a[row, start + j] if row < a.shape[0] and start + j < a.shape[1] else 0.0
        right[i, j] = b[start + i, column] if start + i < b.shape[0] and column < b.shape[1] else 0.0
        cuda.syncthreads()
        for k in range(TILE):
            total += left[i, k] * right[k, j]
        cuda.syncthreads()
    if row < c.shape[0] and column < c.shape[1]:
        c[row, column] = total


def reduce(x, out):
    partial = cuda.shared.array(0, float64)
    i = cuda.threadIdx.x
    partial[i] = x[cuda.grid(1)]
    step = cuda.blockDim.x // 2
    while step > 0:
        cuda.syncthreads()
        if i < step:
            partial[i] += partial[i + step]
        step //= 2
    if i == 0:
        cuda.atomic.add(out, 0, partial[0])


def warps(x, out):
    lane = cuda.laneid
    value = x[cuda.grid(1)]
    for step in (16, 8, 4, 2, 1):
        value += cuda.shfl_down_sync(0xFFFFFFFF, value, step)
    votes = cuda.ballot_sync(0xFFFFFFFF, value > 3)
    alike = cuda.match_any_sync(0xFFFFFFFF, value)
    if cuda.any_sync(0xFFFFFFFF, lane == 3) and cuda.all_sync(0xFFFFFFFF, lane < 32):
        out[cuda.grid(1)] = cuda.popc(votes) + cuda.clz(alike) + cuda.brev(value) + cuda.ffs(value)
    cuda.syncwarp()


def atomics(counts, best, locks):
    i = cuda.grid(1)
    cuda.atomic.add(counts, i % counts.size, 1)
    cuda.atomic.sub(counts, i % 7, 1)
    cuda.atomic.max(best, 0, float64(i))
    cuda.atomic.nanmin(best, 1, float64(i))
    cuda.atomic.inc(locks, 0, 9)
    cuda.atomic.dec(locks, 1, 9)
    cuda.atomic.exch(locks, 2, i)
    cuda.atomic.and_(locks, 3, i)
    cuda.atomic.or_(locks, 4, i)
    cuda.atomic.xor(locks, 5, i)
    while cuda.atomic.cas(locks, 6, 0, 1) != 0:
        pass
    cuda.threadfence()
    locks[6] = 0


def maths(x, out):
    i = cuda.grid(1)
    v = x[i]
    out[i] = math.sin(v) + math.cos(v) * math.tan(v) + math.exp(v) + math.log(v) + math.pow(v, 1.5) + math.sqrt(v)
    out[i] += math.erf(v) + math.gamma(v) + math.lgamma(v) + math.fmod(v, 3.0) + math.atan2(v, 2.0) + math.hypot(v, 1.0)
    out[i] += math.floor(v) + math.ceil(v) + math.fabs(v) + math.copysign(v, -1.0) + math.log1p(v) + math.expm1(v)
    out[i] += cuda.fma(v, v, v) + cuda.cbrt(v) + round(v, 2) + v // 3 + v % 3 + v**3


def integers(a, b, out):
    i = cuda.grid(1)
    # Division by zero is an exception, which a kernel in debug mode stores.
    out[i] = a[i] // b[i] + a[i] % b[i] + (a[i] << 3) + (a[i] >> 2) + (a[i] ^ b[i]) + abs(a[i]) + min(a[i], b[i])
    out[i] += cuda.selp(a[i] > b[i], a[i], b[i])


def mandelbrot(image, left, top, step):
    x, y = cuda.grid(2)
    if x < image.shape[1] and y < image.shape[0]:
        c = complex(left + x * step, top + y * step)
        z = complex(0.0, 0.0)
        count = 0
        while count < 100 and z.real * z.real + z.imag * z.imag < 4:
            z = z * z + c
            count += 1
        image[y, x] = count


def products(a, b, out):
    i = cuda.grid(1)
    out[i] = a[i] * b[i] + a[i] / b[i] - abs(b[i])


def walks(states, out):
    i = cuda.grid(1)
    place = xoroshiro128p_normal_float32(states, i)
    for _ in range(10):
        place += xoroshiro128p_uniform_float64(states, i)
    out[i] = place


def medians(x, out):
    window = cuda.local.array(9, float32)
    i = cuda.grid(1)
    for k in range(9):
        window[k] = x[(i + k) % x.size]
    for k in range(1, 9):
        at = k
        while at > 0 and window[at - 1] > window[at]:
            window[at - 1], window[at] = window[at], window[at - 1]
            at -= 1
    out[i] = window[4]


def speaks(x):
    i = cuda.grid(1)
    if i < 2:
        print("thread", i, "has", x[i])


def whole_grid(x):
    grid = cuda.cg.this_grid()
    for _ in range(4):
        x[cuda.grid(1)] += x[(cuda.grid(1) + 1) % x.size]
        grid.sync()


@cuda.jit(device=True)
def fibonacci(n):
    return n if n < 2 else fibonacci(n - 1) + fibonacci(n - 2)


def recursion(x):
    x[cuda.grid(1)] = fibonacci(x[cuda.grid(1)])


KERNELS = {
    saxpy: (float32, float32[::1], float32[::1]),
    strided: (float64[:, :], float64[:]),
    matmul: (float32[:, ::1], float32[:, ::1], float32[:, ::1]),
    reduce: (float64[::1], float64[::1]),
    warps: (int32[::1], int32[::1]),
    atomics: (int32[::1], float64[::1], uint32[::1]),
    maths: (float64[::1], float64[::1]),
    integers: (int64[::1], int64[::1], int64[::1]),
    mandelbrot: (uint8[:, ::1], float64, float64, float64),
    products: (complex64[::1], complex64[::1], complex64[::1]),
    walks: (xoroshiro128p_type[::1], float32[::1]),
    medians: (float32[::1], float32[::1]),
    speaks: (float32[::1],),
    whole_grid: (uint64[::1],),
    recursion: (int64[::1],),
}
VARIANTS = {"": {}, "_fast": {"fastmath": True}, "_lines": {"lineinfo": True}, "_debug": {"debug": True, "opt": False}}


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for capability in CAPABILITIES:
        for kernel, signature in KERNELS.items():
            for suffix, options in VARIANTS.items():
                name = f"{kernel.__name__}{suffix}_{capability[0]}{capability[1]}"
                try:
                    ptx, _ = cuda.compile_ptx(kernel, signature, cc=capability, **options)
                except Exception as error:
                    print(f"Numba cannot compile {name}: {str(error)[:300]}", file=sys.stderr)
                    continue
                (folder / f"{name}.ptx").write_text(ptx)


main()
