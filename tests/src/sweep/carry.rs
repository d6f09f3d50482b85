//! Carry chains: the carry that an instruction takes is made by one before it, the one that it gives is shown by one
//! behind it.

use super::oracle::Int;
use super::{Certainty, Expected, FormId, Oracle, Register, Subject, ones};
use crate::validity;
use ptx_frontend::form::Variant;
use ptx_frontend::isa::Opcode;

/// Subjects of a form with a carry.
pub fn subjects(form: FormId) -> Option<Vec<Subject>> {
    use Opcode::{AddCc, Addc, MadCc, Madc, SubCc, Subc};
    if !matches!(form.0, AddCc | Addc | SubCc | Subc | MadCc | Madc) {
        return None;
    }
    Some(super::table::variants(form, usize::MAX).iter().map(|variant| subject(form, variant)).collect())
}

fn subject(form: FormId, variant: &Variant) -> Subject {
    use Opcode::{Addc, MadCc, Madc, SubCc, Subc};
    let opcode = form.0;
    let ty = variant.types[0];
    let int = Int::of(ty).expect("carries are of integers");
    let subtracts = matches!(opcode, SubCc | Subc);
    let multiplies = matches!(opcode, MadCc | Madc);
    let takes = matches!(opcode, Addc | Subc | Madc);
    let gives = variant.words.contains(&"cc");
    let is_high = variant.words.contains(&"hi");
    let operands = if multiplies { 3 } else { 2 };

    let register = Register::new(int.bits, ty);
    let mut inputs = vec![register; operands];
    let mut body = String::new();
    if takes {
        // A carry comes of any number but 0, a borrow likewise.
        inputs.push(Register::new(1, ptx_frontend::types::ScalarType::Pred));
        body += &format!("    selp.b32 %with, 1, 0, %i{operands};\n");
        body += if subtracts { "    sub.cc.u32 %with, 0, %with;\n" } else { "    add.cc.u32 %with, %with, -1;\n" };
    }
    let names = (0..operands).map(|k| format!("%i{k}")).collect::<Vec<_>>().join(", ");
    body += &format!("    {} %o0, {names};\n", validity::written(opcode, variant));
    let mut outputs = vec![register];
    if gives {
        let shows = if subtracts { "subc" } else { "addc" };
        body += &format!("    {shows}.{ty} %o1, 0, 0;\n");
        outputs.push(register);
    }
    let meaning = move |x: &[u64], out: &mut Vec<Expected>| {
        // Bits as an unsigned number: the carry leaves at the top, whatever the sign.
        let unsigned = |bits: u64| i128::from(bits & ones(int.bits));
        let with = i128::from(takes && x[operands] == 1);
        let sum = if multiplies {
            let product = int.product(x[0], x[1]);
            let part = if is_high { product >> int.bits } else { product } as u64;
            unsigned(part) + unsigned(x[2]) + with
        } else if subtracts {
            unsigned(x[0]) - unsigned(x[1]) - with
        } else {
            unsigned(x[0]) + unsigned(x[1]) + with
        };
        out.push(Expected::Bits(int.write(sum)));
        if gives {
            // `subc` shows a borrow as minus one.
            out.push(Expected::Bits(int.write(sum >> int.bits)));
        }
    };
    Subject {
        name: validity::written(opcode, variant),
        form,
        inputs,
        outputs,
        declarations: if takes { "    .reg .b32 %with;\n".into() } else { String::new() },
        body,
        scratch: false,
        oracle: Oracle::Thread(Box::new(meaning)),
        certainty: Certainty::Exact,
    }
}
