//! CUDA arrays, textures and surfaces from a C program's side.

use super::*;

const UNSIGNED_INT8: usize = 1;
const FLOAT: usize = 32;
const LAYERED: usize = 1;
const SURFACE_LDST: usize = 2;
const CUBEMAP: usize = 4;
const GATHER: usize = 8;

/// `CUDA_ARRAY3D_DESCRIPTOR`
fn descriptor(size: [usize; 3], format: usize, channels: usize, flags: usize) -> [usize; 5] {
    [size[0], size[1], size[2], format | channels << 32, flags]
}

fn array(size: [usize; 3], format: usize, channels: usize, flags: usize) -> usize {
    let descriptor = descriptor(size, format, channels, flags);
    made("cuArray3DCreate_v2", &[descriptor.as_ptr() as usize])
}

/// One end of `CUDA_MEMCPY3D`: at x (in bytes), y, z.
#[derive(Clone, Copy)]
enum End {
    Host(usize, [usize; 2]),
    Array(usize, [usize; 3]),
}

impl End {
    fn words(self) -> [usize; 11] {
        match self {
            End::Host(address, [pitch, height]) => [0, 0, 0, 0, 1, address, 0, 0, 0, pitch, height],
            End::Array(array, [x, y, z]) => [x, y, z, 0, 3, 0, 0, array, 0, 0, 0],
        }
    }
}

fn copy_words(from: End, to: End, extent: [usize; 3]) -> Vec<usize> {
    [&from.words()[..], &to.words()[..], &extent[..]].concat()
}

fn copy(from: End, to: End, extent: [usize; 3]) -> c_int {
    call("cuMemcpy3D_v2", &[copy_words(from, to, extent).as_ptr() as usize])
}

/// `CUDA_RESOURCE_DESC`
fn resource(kind: usize, union: &[usize]) -> [usize; 18] {
    let mut words = [0; 18];
    words[0] = kind;
    words[1..=union.len()].copy_from_slice(union);
    words
}

/// `CUDA_TEXTURE_DESC`: clamped, and whatever the flags say.
fn reading(flags: u32) -> [u32; 26] {
    let mut words = [0; 26];
    words[..3].fill(1);
    words[4] = flags;
    words
}

fn new_texture(resource: &[usize; 18], reading: &[u32; 26]) -> (c_int, usize) {
    let mut texture = 0usize;
    let place = &raw mut texture as usize;
    let answer = call("cuTexObjectCreate", &[place, resource.as_ptr() as usize, reading.as_ptr() as usize, 0]);
    (answer, texture)
}

#[test]
fn arrays_have_the_shapes_of_the_manual_and_no_others() {
    let _context = Context::new();
    let check = |expected: c_int, size, format, channels, flags| {
        let descriptor = descriptor(size, format, channels, flags);
        let mut array = 0usize;
        let answer = call("cuArray3DCreate_v2", &[&raw mut array as usize, descriptor.as_ptr() as usize]);
        assert_eq!(answer, expected, "{descriptor:?}");
        if answer == SUCCESS {
            let mut back = [0usize; 5];
            ok("cuArray3DGetDescriptor_v2", &[back.as_mut_ptr() as usize, array]);
            back[4] &= 0xffff_ffff;
            assert_eq!(back, descriptor);
            ok("cuArrayDestroy", &[array]);
            assert_eq!(call("cuArrayDestroy", &[array]), INVALID_HANDLE);
        }
    };
    check(SUCCESS, [64, 0, 0], FLOAT, 1, 0);
    check(SUCCESS, [64, 8, 0], UNSIGNED_INT8, 4, GATHER);
    check(SUCCESS, [64, 8, 4], FLOAT, 2, SURFACE_LDST);
    check(SUCCESS, [64, 0, 4], FLOAT, 1, LAYERED);
    check(SUCCESS, [8, 8, 6], FLOAT, 1, CUBEMAP);
    check(SUCCESS, [8, 8, 18], FLOAT, 1, CUBEMAP | LAYERED);
    check(INVALID_VALUE, [0, 0, 0], FLOAT, 1, 0);
    check(INVALID_VALUE, [64, 0, 4], FLOAT, 1, 0);
    check(INVALID_VALUE, [64, 8, 0], FLOAT, 3, 0);
    check(INVALID_VALUE, [64, 8, 0], 4, 1, 0);
    check(INVALID_VALUE, [8, 4, 6], FLOAT, 1, CUBEMAP);
    check(INVALID_VALUE, [8, 8, 7], FLOAT, 1, CUBEMAP | LAYERED);
    check(INVALID_VALUE, [1 << 20, 0, 0], FLOAT, 1, 0);
    let plain = [16usize, 4, FLOAT | 1 << 32];
    assert_eq!(call("cuArrayCreate_v2", &[0, plain.as_ptr() as usize]), INVALID_VALUE);
    let made = made("cuArrayCreate_v2", &[plain.as_ptr() as usize]);
    let mut back = [0usize; 3];
    ok("cuArrayGetDescriptor_v2", &[back.as_mut_ptr() as usize, made]);
    assert_eq!(back, plain);
    // What is said of sparse, deferred and planar arrays.
    let mut place = [0usize; 8];
    for name in ["cuArrayGetSparseProperties", "cuArrayGetMemoryRequirements"] {
        assert_eq!(call(name, &[place.as_mut_ptr() as usize, made, 0]), INVALID_VALUE, "{name}");
    }
    assert_eq!(call("cuArrayGetPlane", &[place.as_mut_ptr() as usize, made, 0]), INVALID_VALUE);
}

#[test]
fn copies_reach_every_part_of_an_array_and_nothing_beyond() {
    let _context = Context::new();
    let space = array([4, 3, 2], FLOAT, 1, 0);
    let all: Vec<u32> = (0..24).collect();
    let from_host = |values: &[u32], row: usize, rows: usize| End::Host(values.as_ptr() as usize, [row * 4, rows]);
    assert_eq!(copy(from_host(&all, 4, 3), End::Array(space, [0; 3]), [16, 3, 2]), SUCCESS);
    // A box in the middle.
    let inner = [100u32, 101, 102, 103];
    assert_eq!(copy(from_host(&inner, 2, 2), End::Array(space, [8, 1, 1]), [8, 2, 1]), SUCCESS);
    let mut back = [0u32; 24];
    let to = End::Host(back.as_mut_ptr() as usize, [16, 3]);
    assert_eq!(copy(End::Array(space, [0; 3]), to, [16, 3, 2]), SUCCESS);
    let expected: Vec<u32> = (0..24)
        .map(|i| match i {
            18 => 100,
            19 => 101,
            22 => 102,
            23 => 103,
            i => i,
        })
        .collect();
    assert_eq!(back[..], expected);
    for (at, extent) in
        [([0, 0, 0], [20, 1, 1]), ([0, 1, 0], [4, 3, 1]), ([0, 0, 1], [4, 1, 2]), ([2, 0, 0], [4, 1, 1])]
    {
        assert_eq!(copy(from_host(&all, 5, 3), End::Array(space, at), extent), INVALID_VALUE, "{at:?} {extent:?}");
    }
    assert_eq!(copy(from_host(&all, 4, 3), End::Array(0x1234, [0; 3]), [4, 1, 1]), INVALID_HANDLE);

    // The functions for one dimension, with offsets in bytes.
    let (line, other) = (array([8, 0, 0], FLOAT, 1, 0), array([8, 0, 0], FLOAT, 1, 0));
    ok("cuMemcpyHtoA_v2", &[line, 0, all.as_ptr() as usize, 32]);
    ok("cuMemcpyHtoA_v2", &[line, 8, inner.as_ptr() as usize, 8]);
    ok("cuMemcpyAtoA_v2", &[other, 4, line, 0, 28]);
    let buffer = made("cuMemAlloc_v2", &[32]);
    ok("cuMemcpyAtoD_v2", &[buffer, other, 4, 28]);
    ok("cuMemcpyDtoA_v2", &[other, 0, buffer, 4]);
    let mut line_back = [0u32; 8];
    ok("cuMemcpyAtoH_v2", &[line_back.as_mut_ptr() as usize, other, 0, 32]);
    assert_eq!(line_back, [0, 0, 1, 100, 101, 4, 5, 6]);
    let stream = made("cuStreamCreate", &[0]);
    ok("cuMemcpyHtoAAsync_v2", &[other, 0, all.as_ptr() as usize, 8, stream]);
    ok("cuMemcpyAtoHAsync_v2", &[line_back.as_mut_ptr() as usize, other, 0, 8, stream]);
    ok("cuStreamSynchronize", &[stream]);
    assert_eq!(line_back[..2], [0, 1]);
    assert_eq!(call("cuMemcpyHtoA_v2", &[line, 4, all.as_ptr() as usize, 32]), INVALID_VALUE);
    assert_eq!(call("cuMemcpyHtoA_v2", &[line, 2, all.as_ptr() as usize, 4]), INVALID_VALUE);
    assert_eq!(call("cuMemcpyAtoD_v2", &[0x1234, line, 0, 4]), INVALID_VALUE);
}

#[test]
fn graphs_copy_into_arrays() {
    let context = Context::new();
    let plane = array([4, 2, 0], FLOAT, 1, 0);
    let values: Vec<u32> = (10..18).collect();
    let words = copy_words(End::Host(values.as_ptr() as usize, [16, 2]), End::Array(plane, [0; 3]), [16, 2, 1]);
    let graph = made("cuGraphCreate", &[0]);
    made("cuGraphAddMemcpyNode", &[graph, 0, 0, words.as_ptr() as usize, context.0]);
    let executable = made("cuGraphInstantiateWithFlags", &[graph, 0]);
    ok("cuGraphLaunch", &[executable, 0]);
    let mut back = [0u32; 8];
    assert_eq!(copy(End::Array(plane, [0; 3]), End::Host(back.as_mut_ptr() as usize, [16, 2]), [16, 2, 1]), SUCCESS);
    assert_eq!(back[..], values);
}

#[test]
fn levels_are_arrays_that_live_as_long_as_their_mipmapped_array() {
    let _context = Context::new();
    let wanted = descriptor([10, 3, 0], FLOAT, 1, 0);
    // More levels than there can be become as many as there can be.
    let mipmapped = made("cuMipmappedArrayCreate", &[wanted.as_ptr() as usize, 99]);
    let level = |level: usize| {
        let mut array = 0usize;
        (call("cuMipmappedArrayGetLevel", &[&raw mut array as usize, mipmapped, level]), array)
    };
    let (answer, second) = level(1);
    assert_eq!(answer, SUCCESS);
    assert_eq!(level(1).1, second);
    let mut back = [0usize; 5];
    ok("cuArray3DGetDescriptor_v2", &[back.as_mut_ptr() as usize, second]);
    assert_eq!(back[..3], [5, 1, 0]);
    assert_eq!(level(3).0, SUCCESS);
    assert_eq!(level(4).0, INVALID_VALUE);
    assert_eq!(call("cuArrayDestroy", &[second]), INVALID_HANDLE);
    ok("cuMipmappedArrayDestroy", &[mipmapped]);
    assert_eq!(call("cuArray3DGetDescriptor_v2", &[back.as_mut_ptr() as usize, second]), INVALID_HANDLE);
    assert_eq!(call("cuMipmappedArrayDestroy", &[mipmapped]), INVALID_HANDLE);
}

/// ffmpeg's filters launch a kernel and destroy its textures at once.
#[test]
fn a_texture_is_there_for_kernels_that_were_launched_before_it_was_destroyed() {
    const READ: &str = r"
.version 8.0
.target sm_75
.address_size 64
.visible .entry read(.param .u64 to, .param .u64 texture, .param .u64 surface)
{
    .reg .b64 %to, %texture, %surface;
    .reg .b32 %r<5>;
    ld.param.u64 %to, [to];
    ld.param.u64 %texture, [texture];
    ld.param.u64 %surface, [surface];
    tex.1d.v4.u32.s32 {%r0, %r1, %r2, %r3}, [%texture, {2}];
    suld.b.1d.b32.trap %r4, [%surface, {12}];
    st.global.v2.u32 [%to], {%r0, %r4};
    ret;
}";
    let _context = Context::new();
    let read = function(load(READ), "read");
    let line = array([4, 0, 0], 3, 1, SURFACE_LDST);
    let values = [5u32, 6, 7, 8];
    ok("cuMemcpyHtoA_v2", &[line, 0, values.as_ptr() as usize, 16]);
    let over = resource(0, &[line]);
    let (mut texture, mut surface) =
        (new_texture(&over, &reading(1)).1, made("cuSurfObjectCreate", &[over.as_ptr() as usize]));
    let mut to = made("cuMemAlloc_v2", &[16]);
    ok("cuMemsetD32_v2", &[to, 0, 4]);
    ok("cuCtxSynchronize", &[]);
    let (late, other) = (made("cuStreamCreate", &[1]), made("cuStreamCreate", &[1]));
    ok("cuStreamWaitValue32_v2", &[late, to + 8, 1, 0]);
    let mut parameters = [&raw mut to, &raw mut texture, &raw mut surface];
    let launch = |stream: usize, parameters: &mut [*mut usize]| {
        call("cuLaunchKernel", &[read, 1, 1, 1, 1, 1, 1, 0, stream, parameters.as_mut_ptr() as usize, 0])
    };
    assert_eq!(launch(late, &mut parameters), SUCCESS);
    ok("cuTexObjectDestroy", &[texture]);
    ok("cuSurfObjectDestroy", &[surface]);
    assert_eq!(call("cuTexObjectDestroy", &[texture]), INVALID_VALUE);
    ok("cuStreamWriteValue32_v2", &[other, to + 8, 1, 0]);
    ok("cuStreamSynchronize", &[late]);
    let mut seen = [0u32; 2];
    ok("cuMemcpyDtoH_v2", &[seen.as_mut_ptr() as usize, to, 8]);
    assert_eq!(seen, [7, 8]);
    // A later launch does not find it, which ends the context.
    assert_eq!(launch(late, &mut parameters), SUCCESS);
    assert_ne!(call("cuStreamSynchronize", &[late]), SUCCESS);
}

#[test]
fn texture_objects_are_made_over_what_can_be_read() {
    let _context = Context::new();
    let plane = array([16, 4, 0], FLOAT, 1, 0);
    let over_array = resource(0, &[plane]);
    let (answer, texture) = new_texture(&over_array, &reading(2));
    assert_eq!(answer, SUCCESS);
    let (mut back, mut how) = ([0usize; 18], [0u32; 26]);
    ok("cuTexObjectGetResourceDesc", &[back.as_mut_ptr() as usize, texture]);
    assert_eq!((back[0] as u32, back[1]), (0, plane));
    ok("cuTexObjectGetTextureDesc", &[how.as_mut_ptr() as usize, texture]);
    assert_eq!(how, reading(2));
    // It was made without a view.
    let mut view = [0usize; 16];
    assert_eq!(call("cuTexObjectGetResourceViewDesc", &[view.as_mut_ptr() as usize, texture]), INVALID_VALUE);
    ok("cuTexObjectDestroy", &[texture]);
    assert_eq!(call("cuTexObjectDestroy", &[texture]), INVALID_VALUE);

    let buffer = made("cuMemAlloc_v2", &[4096]);
    let format = FLOAT | 1 << 32;
    let check = |expected: c_int, resource: &[usize; 18], reading: &[u32; 26]| {
        let (answer, texture) = new_texture(resource, reading);
        assert_eq!(answer, expected, "{resource:x?} {reading:?}");
        if answer == SUCCESS {
            ok("cuTexObjectDestroy", &[texture]);
        }
    };
    check(SUCCESS, &resource(2, &[buffer, format, 4096]), &reading(0));
    check(SUCCESS, &resource(3, &[buffer, format, 16, 4, 64]), &reading(0));
    check(INVALID_VALUE, &resource(2, &[buffer + 4, format, 64]), &reading(0));
    check(INVALID_VALUE, &resource(2, &[buffer, format, 8192]), &reading(0));
    check(INVALID_VALUE, &resource(2, &[buffer, FLOAT | 3 << 32, 64]), &reading(0));
    check(INVALID_VALUE, &resource(3, &[buffer, format, 16, 4, 60]), &reading(0));
    check(INVALID_VALUE, &resource(3, &[buffer, format, 32, 4, 64]), &reading(0));
    check(INVALID_VALUE, &resource(3, &[buffer, format, 16, 65, 64]), &reading(0));
    check(INVALID_VALUE, &resource(7, &[plane]), &reading(0));
    check(INVALID_HANDLE, &resource(0, &[0x1234]), &reading(0));
    check(INVALID_VALUE, &over_array, &reading(1 << 20));
    let mut strange = reading(0);
    strange[0] = 9;
    check(INVALID_VALUE, &over_array, &strange);
    assert_eq!(call("cuTexObjectCreate", &[0, over_array.as_ptr() as usize, how.as_ptr() as usize, 0]), INVALID_VALUE);
}

#[test]
fn surfaces_are_made_over_arrays_made_for_them() {
    let _context = Context::new();
    let (plain, stored) = (array([16, 4, 0], FLOAT, 1, 0), array([16, 4, 0], FLOAT, 1, SURFACE_LDST));
    let mut surface = 0usize;
    let place = &raw mut surface as usize;
    assert_eq!(call("cuSurfObjectCreate", &[place, resource(0, &[plain]).as_ptr() as usize]), INVALID_VALUE);
    assert_eq!(call("cuSurfObjectCreate", &[place, resource(2, &[stored]).as_ptr() as usize]), INVALID_VALUE);
    ok("cuSurfObjectCreate", &[place, resource(0, &[stored]).as_ptr() as usize]);
    let mut back = [0usize; 18];
    ok("cuSurfObjectGetResourceDesc", &[back.as_mut_ptr() as usize, surface]);
    assert_eq!((back[0] as u32, back[1]), (0, stored));
    ok("cuSurfObjectDestroy", &[surface]);
    assert_eq!(call("cuSurfObjectDestroy", &[surface]), INVALID_VALUE);
}

#[test]
fn texture_references_remember_how_they_are_set() {
    let _context = Context::new();
    let module = load(
        ".version 8.0\n.target sm_75\n.address_size 64\n.global .texref picture;\n.global .surfref canvas;\n\
         .global .u64 number;\n",
    );
    let reference = |function: &str, name: &str| {
        let name = text(name);
        let mut reference = 0usize;
        (call(function, &[&raw mut reference as usize, module, name.as_ptr() as usize]), reference)
    };
    assert_eq!(reference("cuModuleGetTexRef", "nothing").0, NOT_FOUND);
    assert_eq!(reference("cuModuleGetTexRef", "number").0, NOT_FOUND);
    assert_eq!(reference("cuModuleGetTexRef", "canvas").0, NOT_FOUND);
    let (answer, picture) = reference("cuModuleGetTexRef", "picture");
    assert_eq!(answer, SUCCESS);
    assert_eq!(reference("cuModuleGetTexRef", "picture").1, picture);
    ok("cuTexRefSetFlags", &[picture, 3]);
    ok("cuTexRefSetFilterMode", &[picture, 1]);
    ok("cuTexRefSetAddressMode", &[picture, 1, 2]);
    assert_eq!(call("cuTexRefSetAddressMode", &[picture, 3, 0]), INVALID_VALUE);
    assert_eq!(call("cuTexRefSetFilterMode", &[picture, 7]), INVALID_VALUE);
    let number = |name: &str, more: &[usize]| {
        let mut value = 0usize;
        let mut arguments = vec![&raw mut value as usize, picture];
        arguments.extend(more);
        (call(name, &arguments), value)
    };
    assert_eq!(number("cuTexRefGetFlags", &[]), (SUCCESS, 3));
    assert_eq!(number("cuTexRefGetFilterMode", &[]), (SUCCESS, 1));
    assert_eq!(number("cuTexRefGetAddressMode", &[1]), (SUCCESS, 2));
    assert_eq!(number("cuTexRefGetArray", &[]).0, INVALID_VALUE);
    let plane = array([16, 4, 0], FLOAT, 1, SURFACE_LDST);
    assert_eq!(call("cuTexRefSetArray", &[picture, plane, 0]), INVALID_VALUE);
    ok("cuTexRefSetArray", &[picture, plane, 1]);
    assert_eq!(number("cuTexRefGetArray", &[]), (SUCCESS, plane));
    assert_eq!(number("cuTexRefGetAddress_v2", &[]).0, INVALID_VALUE);
    let buffer = made("cuMemAlloc_v2", &[4096]);
    ok("cuTexRefSetFormat", &[picture, UNSIGNED_INT8, 4]);
    let mut offset = 0usize;
    ok("cuTexRefSetAddress_v2", &[&raw mut offset as usize, picture, buffer + 16, 64]);
    assert_eq!(offset, 16);
    assert_eq!(number("cuTexRefGetAddress_v2", &[]), (SUCCESS, buffer));
    assert_eq!(call("cuTexRefSetAddress_v2", &[0, picture, buffer + 16, 64]), INVALID_VALUE);
    let (answer, canvas) = reference("cuModuleGetSurfRef", "canvas");
    assert_eq!(answer, SUCCESS);
    ok("cuSurfRefSetArray", &[canvas, plane, 0]);
    let mut bound = 0usize;
    ok("cuSurfRefGetArray", &[&raw mut bound as usize, canvas]);
    assert_eq!(bound, plane);
    ok("cuModuleUnload", &[module]);
    assert_eq!(call("cuTexRefSetFlags", &[picture, 0]), INVALID_VALUE);
    let free = made("cuTexRefCreate", &[]);
    ok("cuTexRefDestroy", &[free]);
    assert_eq!(call("cuTexRefDestroy", &[free]), INVALID_VALUE);
}

#[test]
fn arrays_and_textures_end_with_their_context() {
    let context = Context::new();
    let plane = array([16, 4, 0], FLOAT, 1, 0);
    let (answer, texture) = new_texture(&resource(0, &[plane]), &reading(0));
    assert_eq!(answer, SUCCESS);
    drop(context);
    let _other = Context::new();
    assert_eq!(call("cuArrayDestroy", &[plane]), INVALID_HANDLE);
    assert_eq!(call("cuTexObjectDestroy", &[texture]), INVALID_VALUE);
}
