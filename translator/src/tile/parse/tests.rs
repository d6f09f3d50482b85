use super::parse;
use crate::tile::names::Name;
use crate::tile::{Elementwise, Kernel};

const EVERYTHING: &str = r#"
tile kernel "k<int>"(n: 4 @0, s: 12 @4 align 4) bytes 16   // a comment
  shared 128
  dynamic align 16
  symbols table, "odd name"
  max threads 256, 1, 1
  required threads 128, 2, 1
  files "a.ptx", "dir//a \"b\".cu"

function f0 k() frame 32 {
    unused %26:b64
bb0:
    %0:b32 = tid.x                                          @3
    %1:b64 = symbol table                                   @4:1:17
    %2:b64 = symbol "odd name"
    %3:b64 = dynamic_shared
    %4:b64 = frame_address 16
    %5:b64 = function_address f1
    %6:b32, %7:b32 = load.generic.v2.u32 [%1 + 8]
    store.shared::cluster.volatile.sys.b8 [%3 - 1], %6
    %8:b32 = atomic.cas.global.acq_rel.gpu.b32 [%1], %6, 0xffffffff
    atomic.add.shared.relaxed.cta.f32 [%3 + 4], 0x3f800000
    fence.sc.sys
    %9:b32 = printf %1, %4
    %10:b64 = malloc 16
    free %10
    sleep 100
    nop
    %27:b32, %28:b32, %29:b32, %30:b32, %31:pred = texture.a2d.level.sampler.offset.compare.b32.f32 %1, %4, %0, 1, 2, 3, 4, 5, 6
    %32:b16, %33:b16, %34:b16, %35:b16 = texture.3d.f16.s32 %1, 1, 2, 3
    %36:b32, %37:b32, %38:b32, %39:b32 = texture.cube.g.b32.f32 %1, 1, 2, 3
    %40:b32 = image_query.texref.width.level %1, 2
    %41:pred = is_image.surfref %1
    %42:b32, %43:b32 = surface_load.2d.v2.b32.clamp %1, 1, 2
    surface_store.1d.texel.v4.b32.trap %1, 1, 2, 3, 4, 5
    surface_reduce.add.3d.u64.zero %1, 1, 2, 3, %4
    mbarrier.init.shared %3, 32
    %60:b64 = mbarrier.arrive.expect.drop.shared %3, 128
    mbarrier.complete.shared::cluster %3, 64
    %61:pred = mbarrier.test.parity.generic %3, 1
    %62:pred = mbarrier.test.shared %3, %60
    mbarrier.inval.shared %3
    bulk_copy.shared::cluster.global.signal.multicast %3, %1, 64, %4, 3
    bulk_copy.global.shared.add.u32 %1, %3, 64
    bulk_copy.global.shared.mask %1, %3, 64, 5
    bulk_clear.shared %3, 64
    cancel_launch.shared.multicast %3, %4
    tensor_copy.load.shared::cluster.im2col.4d.multicast.pair %3, %1, %4, 0, 1, 2, 3, 4, 5, 6
    tensor_copy.store.four_rows.2d %3, %1, 0, 1, 2, 3, 4
    tensor_copy.reduce.min.tile.1d %3, %1, %6
    %11:b32 = lop3.b32 #0x96 %6, %7, %8
    %12:b32 = fma.rn.ftz.f32 %6, %7, %8
    %13:pred = setp.lt.and.s32 %6, %7, 1
    %14:b32, %15:pred = shuffle.bfly 0xffffffff, %6, 16, 0x1f1f -> bb1(%14)
bb1(%16:b32):
    %17:b32 = active_mask
    %18:b32 = match.any.b64 %17, %1 @5:1:2 -> bb2           @6
bb2:
    %19:b32 = reduce.max.abs.NaN.f32 %17, %6
    barrier.sync 1, count 64 -> bb3
bb3:
    %20:b32 = barrier.reduce.popc 0, of %13 -> bb4
bb4:
    barrier.cluster.arrive 0 -> bb5
bb5:
    %21:b64, %22:b32 = call f1(%1, 7) -> bb6(%21)
bb6(%23:b64):
    call [%5](%1) -> bb7
bb7:
    switch %0 [bb8, bb9(%0, 1)]
bb8:
    branch %13 ? bb9(%0, 2) : bb10
bb9(%24:b32, %25:b32):
    trap
bb10:
    %44:b32, %45:b32 = mma.m16n8k16.row.col.sparse3.f16.f16.f16.f16 0xffffffff, %0, %0, %0, %0, %0, %0, %0, %0, %0
    %46:b64, %47:b64 = mma.m8n8k4.row.col.rm.f64.f64.f64.f64 0xffffffff, %1, %1, %1, %1
    %48:b32, %49:b32 = mma.m8n8k128.row.col.xor.s32.b1.b1.s32 0xffffffff, %0, %0, %0, %0
    %50:b32, %51:b32 = mma.m8n8k16.row.col.satfinite.s32.s8.u8.s32 0xffffffff, %0, %0, %0, %0 -> bb11
bb11:
    exit
}

function f1 "f::g"(%0:b64, %1:b32) -> (b64, b32) code 0x4000000000010 {
bb0:
    return %0, %1                                           @9
}
"#;

#[test]
fn what_is_printed_is_read_back_the_same() {
    let kernel: Kernel = parse(EVERYTHING).unwrap();
    let text = kernel.to_string();
    let again = parse(&text).unwrap_or_else(|e| panic!("{e}\n{text}"));
    assert_eq!(again, kernel, "{text}");
    assert_eq!(again.to_string(), text);
}

#[test]
fn quoted_names_keep_their_characters() {
    let kernel = parse(EVERYTHING).unwrap();
    assert_eq!(kernel.name, "k<int>");
    assert_eq!(kernel.files[1], "dir//a \"b\".cu");
    assert_eq!(kernel.functions[1].name, "f::g");
}

fn check_error(body: &str, line: usize, message: &str) {
    let error = parse(&format!("tile kernel k() bytes 0\nfunction f0 k() {{\nbb0:\n{body}\nexit\n}}")).unwrap_err();
    assert!(error.message.contains(message), "{error} should contain {message:?}");
    assert_eq!(error.line, line, "{error}");
}

#[test]
fn errors_say_what_was_expected_and_where() {
    check_error("%0:b32 = add.u3 1, 2", 4, "`.u3` is no attribute of `add`");
    check_error("%0:b32 = frobnicate 1", 4, "`frobnicate` names no elementwise operation");
    check_error("%0:b33 = tid.x", 4, "expected a type");
    check_error("store.global [0], 1", 4, "`store.global` is not of the form `store.<space>");
    check_error("jump bb1(", 4, "expected a value or a number, found the end of the line");
    check_error("%0:b32 = tid.x\n%0:b32 = tid.y", 5, "`%0` is defined twice");
    check_error("%0:b32 = not.b32 1 2", 4, "expected the end of the line, found `2`");
    check_error("jump bb0\n%0:b32 = tid.x", 5, "expected a block");
}

#[test]
fn every_name_is_one_operation() {
    for name in Name::ALL {
        assert!(Elementwise::from_str(name.as_str()).is_none(), "{name:?}");
        assert!(ptx_frontend::special::SpecialRegister::from_str(name.as_str()).is_none(), "{name:?}");
    }
}
