"""PTX that Warp makes of its kernels, through the NVRTC that it brings: python warp_kernels.py FOLDER"""

import pathlib
import sys

import warp as wp

CAPABILITIES = [75, 80, 86, 90, 100, 120]


@wp.kernel
def saxpy(a: float, x: wp.array(dtype=float), y: wp.array(dtype=float)):
    i = wp.tid()
    y[i] = a * x[i] + y[i]


@wp.kernel
def springs(x: wp.array(dtype=wp.vec3), ends: wp.array(dtype=wp.vec2i), force: wp.array(dtype=wp.vec3), k: float):
    i = wp.tid()
    first = ends[i][0]
    second = ends[i][1]
    away = x[second] - x[first]
    pull = wp.normalize(away) * (wp.length(away) - 1.0) * k
    wp.atomic_add(force, first, pull)
    wp.atomic_sub(force, second, pull)


@wp.kernel
def rotations(q: wp.array(dtype=wp.quat), m: wp.array(dtype=wp.mat33), v: wp.array(dtype=wp.vec3)):
    i = wp.tid()
    v[i] = wp.quat_rotate(q[i], v[i]) + m[i] * v[i] + wp.transpose(wp.inverse(m[i])) * wp.cross(v[i], v[0])


@wp.kernel
def numbers(x: wp.array(dtype=float), y: wp.array(dtype=wp.float64), out: wp.array2d(dtype=float)):
    i, j = wp.tid()
    state = wp.rand_init(42, i)
    value = wp.sin(x[i]) + wp.exp(x[j]) + wp.pow(x[i], 2.5) + wp.randf(state) + wp.noise(state, x[j])
    for k in range(8):
        value += float(wp.sqrt(y[k]))
        if value > 100.0:
            break
    out[i, j] = value


@wp.kernel
def queries(mesh: wp.uint64, grid: wp.uint64, points: wp.array(dtype=wp.vec3), out: wp.array(dtype=float)):
    i = wp.tid()
    found = wp.mesh_query_point(mesh, points[i], 1.0)
    if found.result:
        out[i] = wp.length(wp.mesh_eval_position(mesh, found.face, found.u, found.v) - points[i])
    near = wp.hash_grid_query(grid, points[i], 0.1)
    other = int(0)
    while wp.hash_grid_query_next(near, other):
        out[i] += 1.0


def main():
    folder = pathlib.Path(sys.argv[1])
    module = wp.get_module(__name__)
    wp.compile_aot_module(module, arch=CAPABILITIES, module_dir=str(folder), use_ptx=True)


main()
