use super::*;

#[test]
fn every_form_reads_back_as_written() {
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
        "subc.borrow.u32",
        "testp.notanumber.f64",
    ] {
        let (op, attributes) = spelling::parse(text).unwrap();
        assert_eq!(Spelling(op, &attributes).to_string(), text);
        assert!(op.signature(&attributes).is_some());
    }
}

#[test]
fn what_no_form_admits_is_refused() {
    for text in
        ["add.rn.s32", "add.sat.u32", "fma.f32", "setp.f32", "sin.f32", "cvt.rn.s32.f32", "lop3.b32 #0x100", "frob.b32"]
    {
        assert!(spelling::parse(text).is_err(), "{text}");
    }
}
