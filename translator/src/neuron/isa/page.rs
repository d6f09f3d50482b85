//! `docs/neuron-isa.md`, made from the table.

use super::{AttributeKind, Limit, Opcode, OperandSpec, Role, Row, Types};
use crate::neuron::words::{Dtype, Space};
use std::fmt::Write;

/// The page.
pub fn page() -> String {
    let mut text = String::from(HEAD);
    for opcode in Opcode::ALL {
        let row = opcode.row();
        let engines: Vec<&str> = row.engines.iter().map(|engine| engine.as_str()).collect();
        let engines = if engines.len() == 5 { "all".to_string() } else { engines.join(", ") };
        let engines = if row.is_dma() { format!("DMA by {engines}") } else { engines };
        let cells =
            [format!("`{}`", row.name), engines, row.since.to_string(), row.cost.to_string(), row.source.to_string()];
        let _ = writeln!(text, "| {} |", cells.map(|cell| cell.replace('|', "\\|")).join(" | "));
    }
    for opcode in Opcode::ALL {
        let _ = write!(text, "\n{}", details(opcode.row()));
    }
    text
}

const HEAD: &str = "# NeuronCore instructions

Made from the table in `translator/src/neuron/isa.rs`; `UPDATE=1 cargo test -p translator page` writes it again.

The instructions of a NeuronCore program, in the names of AWS's Neuron Kernel Interface (NKI), and the GpSimd routines
that stand in for what no instruction does. Costs are cycles of the engine's clock; N is the number of elements per
partition, P of partitions. Accesses to SBUF and PSUM obey the rules of *NKI architecture guide, Accessing SBUF/PSUM*:
at most 128 partitions, starting at a multiple of 32 (up to 32 partitions), at 0 or 64 (up to 64), or at 0; at most four
free dimensions with 16-bit strides and counts; at most 65,536 elements in SBUF and 4,096 in PSUM.

Sources: `ISA` NKI 0.6.0 reference, `nki.isa`; `ISA26` the same at v2.26.1, the last that prints costs; `A1` `A2` `A3`
NKI architecture guides of Trn1, Trn2, Trn3; `SH` NKI shared tables; `DMA` `DGE` `BW` NKI pages on DMA; `LOOP` NKI page
on dynamic loops; `NX` Neuron Explorer; `NEFF` file format; `CXX` custom C++ operators. `model`: no public source says;
the number is this model's choice.

| instruction | runs on | since | cost | source |
| --- | --- | --- | --- | --- |
";

fn details(row: &Row) -> String {
    let mut text =
        format!("## `{}`\n\n{}\n", row.name, row.doc.iter().map(|line| line.trim()).collect::<Vec<_>>().join(" "));
    if !row.operands.is_empty() {
        text.push_str("\n| operand | | where | types |\n| --- | --- | --- | --- |\n");
        for operand in row.operands {
            let _ = writeln!(
                text,
                "| `{}` | {} | {} | {} |",
                operand.name,
                role(operand),
                places(operand),
                types(operand.types)
            );
        }
    }
    let words = |kinds: &[AttributeKind]| kinds.iter().map(|kind| format!("`{kind}`")).collect::<Vec<_>>().join(", ");
    let mut notes = Vec::new();
    if !row.needs.is_empty() {
        notes.push(format!("Needs {}.", words(row.needs)));
    }
    if !row.may.is_empty() {
        notes.push(format!("May carry {}.", words(row.may)));
    }
    notes.extend(row.limits.iter().map(|limit| limit_text(*limit)));
    if !notes.is_empty() {
        let _ = writeln!(text, "\n{}", notes.join(" "));
    }
    text
}

fn role(operand: &OperandSpec) -> String {
    let role = match operand.role {
        Role::Out => "written",
        Role::In => "read",
        Role::InOut => "updated",
    };
    if operand.optional { format!("{role}, optional") } else { role.to_string() }
}

fn places(operand: &OperandSpec) -> String {
    let mut places: Vec<&str> = operand
        .spaces
        .iter()
        .map(|space| match space {
            Space::Sbuf => "SBUF",
            Space::Psum => "PSUM",
            Space::Hbm => "HBM",
        })
        .collect();
    if operand.constant {
        places.push("constant");
    }
    if operand.register {
        places.push("register");
    }
    places.join(", ")
}

fn types(types: Types) -> String {
    match types {
        Types::Engine => "any of the engines".to_string(),
        Types::Any => "any".to_string(),
        Types::Of(list) => list.iter().copied().map(Dtype::as_str).collect::<Vec<_>>().join(", "),
    }
}

fn limit_text(limit: Limit) -> String {
    match limit {
        Limit::SamePartitions => "All operands are on equally many partitions.".into(),
        Limit::SameElements => "All operands have equally many elements.".into(),
        Limit::SameDtype => "The first input has the output's type.".into(),
        Limit::OnePsumInput => "At most one input is in PSUM.".into(),
        Limit::BitwiseOnIntegers => {
            "Bit-vector operations are Vector's and work on integers of one width; two operations are of one class."
                .into()
        }
        Limit::Float32Inside => "Vector and Scalar compute in float32, so integers are exact to 2^24 only.".into(),
        Limit::ScalarPerPartition => "Operands that may be constants are otherwise one element per partition.".into(),
        Limit::PartitionMultiple(n) => format!("Partitions come in multiples of {n}."),
        Limit::MaxPartitions(n) => format!("At most {n} partitions."),
        Limit::MaxFree(n) => format!("At most {n} elements."),
        Limit::MinFree(n) => format!("At least {n} elements."),
        Limit::Square(n) => format!("At most 32 × 32 on Vector, {n} × {n} on Tensor."),
        Limit::Matmul => {
            "K and M at most 128; moving columns at most one PSUM bank (512 float32), on Trn3 all banks.".into()
        }
        Limit::ReductionOnly => "The operation is one that reduces.".into(),
        Limit::EqualSize => "Both sides have equally many elements.".into(),
        Limit::IndexPerGroup => "The number of indices divides the number of elements.".into(),
        Limit::SingleElement => "The memory operand is one element.".into(),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn page_is_up_to_date() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/neuron-isa.md");
        let made = super::page();
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(path, &made).unwrap_or_else(|error| panic!("{path}: {error}"));
        }
        let found = std::fs::read_to_string(path).unwrap_or_default();
        assert!(found == made, "docs/neuron-isa.md is stale: `UPDATE=1 cargo test -p translator page` writes it again");
    }
}
