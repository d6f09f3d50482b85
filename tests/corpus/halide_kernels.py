"""Objects with the PTX that Halide makes of its kernels: python halide_kernels.py FOLDER"""

import pathlib
import sys

import halide as hl

# Halide knows devices by name of what they can; without a capability it writes PTX 3.2 for sm_20.
TARGETS = ["cuda", "cuda-cuda_capability_30", "cuda-cuda_capability_50", "cuda-cuda_capability_70", "cuda-cuda_capability_80"]


def blur():
    source = hl.ImageParam(hl.Float(32), 2, "source")
    inside = hl.BoundaryConditions.repeat_edge(source)
    x, y, xo, yo, xi, yi = (hl.Var(name) for name in ["x", "y", "xo", "yo", "xi", "yi"])
    across, out = hl.Func("across"), hl.Func("blur")
    across[x, y] = (inside[x - 1, y] + inside[x, y] + inside[x + 1, y]) / 3
    out[x, y] = (across[x, y - 1] + across[x, y] + across[x, y + 1]) / 3
    out.gpu_tile(x, y, xo, yo, xi, yi, 16, 16)
    across.compute_at(out, xo).gpu_threads(x, y)
    return out, [source]


def histogram():
    source = hl.ImageParam(hl.UInt(8), 2, "source")
    x, outer, inner = hl.Var("x"), hl.Var("outer"), hl.Var("inner")
    r = hl.RDom([(0, source.width()), (0, source.height())])
    out = hl.Func("histogram")
    out[x] = hl.u32(0)
    out[hl.i32(source[r.x, r.y])] += hl.u32(1)
    out.gpu_tile(x, outer, inner, 64)
    return out, [source]


def matmul():
    a, b = hl.ImageParam(hl.Float(32), 2, "a"), hl.ImageParam(hl.Float(32), 2, "b")
    x, y, xo, yo, xi, yi = (hl.Var(name) for name in ["x", "y", "xo", "yo", "xi", "yi"])
    k = hl.RDom([(0, a.width())])
    total, out = hl.Func("total"), hl.Func("matmul")
    total[x, y] = 0.0
    total[x, y] += a[k.x, y] * b[x, k.x]
    out[x, y] = hl.sqrt(hl.abs(total[x, y])) + hl.sin(total[x, y])
    out.gpu_tile(x, y, xo, yo, xi, yi, 16, 16)
    total.compute_at(out, xi)
    return out, [a, b]


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for target in TARGETS:
        for make in [blur, histogram, matmul]:
            function, arguments = make()
            path = folder / f"{make.__name__}_{target}.o"
            function.compile_to_object(str(path), arguments, make.__name__, hl.Target("x86-64-linux-" + target))


main()
