"""PTX that Taichi makes of Python functions: regauge run -- python taichi_kernels.py FOLDER

Taichi asks the driver for the device's compute capability and writes PTX as it compiles for a launch, so it needs a
driver; the kernels are launched, and what they compute is checked on the way.
"""

import os
import pathlib
import sys

import taichi as ti

N = 64


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    # This is where Taichi writes the texts.
    os.chdir(folder)
    ti.init(arch=ti.cuda, print_kernel_asm=True, offline_cache=False, log_level=ti.WARN, default_fp=ti.f32)
    assert ti.cfg.arch == ti.cuda, "there is no CUDA device"

    x, y = ti.field(ti.f32, N), ti.field(ti.f32, N)
    image = ti.field(ti.f32, (N, N))
    count = ti.field(ti.i32, 16)
    position, velocity = ti.Vector.field(3, ti.f32, N), ti.Vector.field(3, ti.f32, N)
    sparse = ti.field(ti.f32)
    ti.root.pointer(ti.i, 8).dense(ti.i, 8).place(sparse)

    @ti.kernel
    def fill():
        for i in x:
            x[i] = i
            y[i] = 1

    @ti.kernel
    def saxpy(a: ti.f32):
        for i in x:
            y[i] = a * x[i] + y[i]

    @ti.kernel
    def total() -> ti.f32:
        result = 0.0
        for i in x:
            result += x[i]
        return result

    @ti.kernel
    def largest() -> ti.f32:
        result = -1.0
        for i in x:
            ti.atomic_max(result, x[i])
        return result

    @ti.kernel
    def histogram():
        for i in x:
            count[ti.cast(x[i], ti.i32) % 16] += 1

    @ti.kernel
    def julia(t: ti.f32):
        for i, j in image:
            c = ti.Vector([-0.8, ti.cos(t) * 0.2])
            z = ti.Vector([i / N - 0.5, j / N - 0.5]) * 2
            steps = 0
            while z.norm() < 20 and steps < 50:
                z = ti.Vector([z[0] ** 2 - z[1] ** 2, z[1] * z[0] * 2]) + c
                steps += 1
            image[i, j] = 1 - steps * 0.02

    @ti.kernel
    def stencil():
        for i, j in ti.ndrange((1, N - 1), (1, N - 1)):
            image[i, j] = 0.25 * (image[i - 1, j] + image[i + 1, j] + image[i, j - 1] + image[i, j + 1])

    @ti.kernel
    def bodies(dt: ti.f32):
        for i in position:
            force = ti.Vector([0.0, 0.0, 0.0])
            for j in range(N):
                away = position[j] - position[i]
                force += away / (away.norm_sqr() + 0.01) ** 1.5
            velocity[i] += dt * force
        for i in position:
            position[i] += dt * velocity[i]

    @ti.kernel
    def decompose() -> ti.f32:
        result = 0.0
        for i in range(N):
            m = ti.Matrix([[1.0 + i, 2.0, 0.5], [0.0, 3.0, 1.0], [0.3, 0.1, 2.0]])
            u, s, v = ti.svd(m)
            result += s[0, 0] + m.determinant() + m.inverse().trace() + (u @ v.transpose())[0, 0]
        return result

    @ti.kernel
    def maths(a: ti.types.ndarray(dtype=ti.f64, ndim=1)):
        for i in a:
            v = a[i]
            a[i] = ti.sin(v) + ti.cos(v) * ti.tan(v) + ti.exp(v) + ti.log(v + 1) + ti.sqrt(v) + ti.atan2(v, 2.0)
            a[i] += ti.asin(v / 64) + ti.acos(v / 64) + ti.tanh(v) + v**3 + ti.floor(v) + ti.round(v) + v // 3 + v % 3

    @ti.kernel
    def integers(a: ti.types.ndarray(dtype=ti.i32, ndim=1)):
        for i in a:
            v = a[i]
            a[i] = (v << 2) ^ (v >> 1) | (v // 3) & (v % 7) + ti.bit_shr(v, 3) + ti.math.popcnt(v) + ti.math.clz(v)

    @ti.kernel
    def halves(a: ti.types.ndarray(dtype=ti.f16, ndim=1)):
        for i in a:
            a[i] = ti.f16(a[i] * 2 + 1)

    @ti.kernel
    def activate():
        for i in range(N // 3):
            sparse[3 * i] = 1

    @ti.kernel
    def count_active() -> ti.i32:
        result = 0
        for _ in sparse:
            result += 1
        return result

    @ti.kernel
    def shared(a: ti.types.ndarray(dtype=ti.f32, ndim=1)):
        ti.loop_config(block_dim=64)
        for i in range(256):
            tile = ti.simt.block.SharedArray((64,), ti.f32)
            tile[i % 64] = a[i]
            ti.simt.block.sync()
            a[i] = tile[63 - i % 64]

    @ti.kernel
    def warps(a: ti.types.ndarray(dtype=ti.i32, ndim=1)):
        ti.loop_config(block_dim=32)
        for i in range(32):
            a[i] += ti.simt.warp.shfl_down_i32(ti.u32(0xFFFFFFFF), a[i], 1)
            a[i] += ti.simt.warp.all_nonzero(ti.u32(0xFFFFFFFF), i)

    @ti.kernel
    def random() -> ti.f32:
        result = 0.0
        for _ in range(1000):
            result += ti.random()
        return result

    @ti.kernel
    def speaks():
        for i in range(2):
            print("thread", i)

    @ti.kernel
    def asserts(n: ti.i32):
        for i in range(n):
            assert i < N

    fill()
    saxpy(2.0)
    assert y[3] == 7 and total() == N * (N - 1) / 2 and largest() == N - 1
    histogram()
    assert count[5] == N / 16
    julia(0.5)
    stencil()
    bodies(0.01)
    decompose()
    maths(ti.ndarray(ti.f64, N))
    integers(ti.ndarray(ti.i32, N))
    doubled = ti.ndarray(ti.f16, N)
    halves(doubled)
    assert doubled[1] == 1
    activate()
    assert count_active() == N
    turned = ti.ndarray(ti.f32, 256)
    turned[0] = 3.0
    shared(turned)
    assert turned[63] == 3
    warps(ti.ndarray(ti.i32, 32))
    assert 400 < random() < 600
    speaks()
    asserts(N)
    ti.sync()


main()
