use super::*;

#[test]
fn operations_read_like_ptx() {
    for text in [
        "add.rn.ftz.f32",
        "add.sat.s32",
        "add.rn.f32.bf16",
        "mul.wide.s32",
        "mul24.hi.u32",
        "setp.lt.and.f32",
        "setp.nan.f16",
        "cvt.rzi.s32.f32",
        "cvt.rni.f32.f32",
        "cvt.rn.relu.satfinite.bf16x2.f32",
        "lop3.b32 #0x96",
        "prmt.rc16.b32",
        "prmt.b32",
        "shf.l.wrap.b32",
        "bfind.shiftamt.u64",
        "min.ftz.NaN.xorsign.abs.f32",
        "dp4a.u32.s32",
        "subc.carry.u32",
        "testp.notanumber.f64",
    ] {
        let (op, attributes) = spelling::parse(text).unwrap();
        assert_eq!(Spelling(op, &attributes).to_string(), text);
    }
}

#[test]
fn what_no_form_admits_is_refused() {
    for text in [
        "add.rn.s32",
        "add.sat.u64",
        "fma.f32",
        "setp.f32",
        "sin.f32",
        "cvt.rn.s32.f32",
        "setp.nan.s32",
        "setp.lt.b32",
        "setp.lo.f32",
        "lop3.b32 #0x100",
        "frob.b32",
    ] {
        assert!(spelling::parse(text).is_err(), "{text}");
    }
}

#[test]
fn every_use_reads_back_as_written() {
    for &op in Elementwise::ALL {
        for attributes in op.uses() {
            let text = Spelling(op, &attributes).to_string();
            assert_eq!(spelling::parse(&text), Ok((op, attributes)), "{text}");
        }
    }
}

#[test]
fn every_use_has_a_meaning_of_its_signature() {
    for &op in Elementwise::ALL {
        for attributes in op.uses() {
            let text = Spelling(op, &attributes).to_string();
            let (args, result) = op.signature(&attributes).unwrap();
            let meaning = op.meaning(&attributes).unwrap_or_else(|| panic!("{text} has no meaning"));
            let limit = |ty: &Type| match ty {
                Type::Pred => 1,
                Type::B16 => 0xffff,
                Type::B32 => 0xffff_ffff,
                Type::B64 => u64::MAX,
            };
            for fill in [0, 1, 0x8000_8000_8000_8000, 0x3c00_4211_3f80_0001, 0x7fff_ffff_ffff_fffe, u64::MAX] {
                let args: Vec<u64> = args.iter().map(|ty| fill & limit(ty)).collect();
                let value = meaning.apply(&args);
                assert!(value <= limit(&result), "{text} of {args:x?} gives {value:#x}, wider than {result:?}");
            }
        }
    }
}
