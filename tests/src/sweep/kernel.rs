//! The PTX around a subject: loads its operands, runs it, stores its results.

use super::{FormId, Register, Subject};
use ptx_frontend::isa::FormLine;
use std::fmt::Write;

/// A PTX version and a target that a module needs.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Needs {
    /// 83 for PTX 8.3.
    version: u32,
    /// 90 for sm_90.
    architecture: u32,
    /// The last version that has it, if any.
    until: Option<u32>,
}

/// What there is to run on.
#[derive(Clone, Copy, Debug)]
pub struct Offered {
    /// The device's compute capability, 120 for 12.0.
    pub capability: u32,
    /// The newest PTX that the driver takes, 92 for 9.2.
    version: u32,
}

impl Offered {
    /// By the driver's version, 13050 for CUDA 13.5: until 11.8, CUDA's minor number was PTX's; later ones see there.
    pub fn new(capability: u32, driver: u32) -> Offered {
        let (major, minor) = (driver / 1000, driver % 1000 / 10);
        let version = match (major, minor) {
            (..=10, _) => 63,
            (11, minor) => 70 + minor,
            (12, 0..=5) => 80 + minor,
            (12, minor) => 79 + minor,
            (_, minor) => 90 + minor,
        };
        Offered { capability, version }
    }

    /// The directives of a module that uses all of it.
    pub fn header(self) -> String {
        let Offered { capability, version } = self;
        let letter = if capability >= 90 { "a" } else { "" };
        format!(".version {}.{}\n.target sm_{capability}{letter}\n.address_size 64\n", version / 10, version % 10)
    }
}

impl Needs {
    /// What a line of the table needs.
    pub fn of((opcode, form): FormId) -> Needs {
        let line: &FormLine = &opcode.row().forms[usize::from(form)];
        let version_of =
            |text: &str| text.split_once('.').map_or(0, |(major, minor)| number(major) * 10 + number(minor));
        let target = line.target.trim_start_matches("sm_");
        let architecture = number(target.trim_end_matches(['a', 'f']));
        let until = line.until.map(|until| version_of(until.version));
        Needs { version: version_of(line.ptx), architecture, until }
    }

    /// The directives that every module begins with, for a device and its driver: the newest that both take, since
    /// dot-words are younger than the forms that have them.
    pub fn header(self, device: Offered) -> String {
        if let Some(last) = self.until {
            // The newest target that the version knows.
            let target = if last < 14 { "sm_13" } else { "sm_75\n.address_size 64" };
            return format!(".version {}.{}\n.target {target}\n", last / 10, last % 10);
        }
        Offered { version: device.version.max(self.version), ..device }.header()
    }

    /// The architecture, 90 for sm_90.
    pub fn architecture(self) -> u32 {
        self.architecture
    }

    /// Whether a device of this compute capability can have it.
    pub fn fits(self, capability: u32) -> bool {
        capability >= self.architecture
    }
}

fn number(text: &str) -> u32 {
    text.parse().expect("versions and targets of the table are numbers")
}

/// What `conformance::sweep` runs on the device, for modules written to a file or read by people.
pub fn module(needs: Needs, device: Offered, subjects: &[&Subject]) -> String {
    let mut text = needs.header(device);
    // Parameters stood among the declarations before PTX 1.4.
    let is_old = needs.until.is_some_and(|last| last < 14);
    for (index, subject) in subjects.iter().enumerate() {
        kernel(&mut text, index, subject, is_old);
    }
    text
}

/// The name of the kernel of the subject with this index in its module.
pub fn name(index: usize) -> String {
    format!("sweep{index}")
}

fn kernel(text: &mut String, index: usize, subject: &Subject, is_old: bool) {
    let mut line = |args: std::fmt::Arguments<'_>| writeln!(text, "{args}").expect("writing to a string");
    line(format_args!("// {}", subject.name));
    let name = name(index);
    if is_old {
        line(format_args!(".entry {name}\n{{"));
        line(format_args!(
            "    .param .u64 inputs;\n    .param .u64 outputs;\n    .param .u32 count;\n    .param .u64 scratch;"
        ));
    } else {
        let parameters = ".param .u64 inputs, .param .u64 outputs, .param .u32 count, .param .u64 scratch";
        line(format_args!(".visible .entry {name}({parameters})\n{{"));
    }
    line(format_args!(
        "    .reg .pred %guard;\n    .reg .b32 %thread, %other, %count;\n    .reg .b64 %from, %to, %offset, %step;"
    ));
    line(format_args!("{}", declarations(subject)));
    line(format_args!(
        "    ld.param.u64 %from, [inputs];
    ld.param.u64 %to, [outputs];
    ld.param.u32 %count, [count];
    mov.u32 %thread, %ctaid.x;
    mov.u32 %other, %ntid.x;
    mul.lo.u32 %thread, %thread, %other;
    mov.u32 %other, %tid.x;
    add.u32 %thread, %thread, %other;
    mul.wide.u32 %offset, %thread, 8;
    mul.wide.u32 %step, %count, 8;
    add.u64 %from, %from, %offset;
    add.u64 %to, %to, %offset;"
    ));
    for (k, register) in subject.inputs.iter().enumerate() {
        match register.bits {
            1 => line(format_args!("    ld.global.b32 %other, [%from];\n    setp.ne.b32 %i{k}, %other, 0;")),
            bits => line(format_args!("    ld.global.b{bits} %i{k}, [%from];")),
        }
        line(format_args!("    add.u64 %from, %from, %step;"));
    }
    line(format_args!("{}", subject.body.trim_end()));
    for (k, register) in subject.outputs.iter().enumerate() {
        match register.bits {
            1 => line(format_args!("    selp.b32 %other, 1, 0, %o{k};\n    st.global.b32 [%to], %other;")),
            bits => line(format_args!("    st.global.b{bits} [%to], %o{k};")),
        }
        line(format_args!("    add.u64 %to, %to, %step;"));
    }
    line(format_args!("    ret;\n}}"));
}

/// A module of kernels without inputs: each puts constants into a subject's operands, and stores what comes of them at
/// `outputs`, eight bytes apart.
pub fn folded_module(device: Offered, subjects: &[(&Subject, Vec<u64>)]) -> String {
    let mut text = device.header();
    for (index, (subject, row)) in subjects.iter().enumerate() {
        let mut line = |args: std::fmt::Arguments<'_>| writeln!(text, "{args}").expect("writing to a string");
        line(format_args!(".visible .entry {}(.param .u64 outputs)\n{{", name(index)));
        line(format_args!("    .reg .b32 %other;\n    .reg .b64 %to;"));
        line(format_args!("{}", declarations(subject)));
        line(format_args!("    ld.param.u64 %to, [outputs];"));
        for (k, (register, value)) in subject.inputs.iter().zip(row).enumerate() {
            match register.bits {
                1 => line(format_args!("    setp.ne.u64 %i{k}, {value}, 0;")),
                8 => line(format_args!("    cvt.u8.u16 %i{k}, {value};")),
                bits => line(format_args!("    mov.b{bits} %i{k}, {value:#x};")),
            }
        }
        line(format_args!("{}", subject.body.trim_end()));
        for (k, register) in subject.outputs.iter().enumerate() {
            let to = format_args!("[%to + {}]", 8 * k).to_string();
            match register.bits {
                1 => line(format_args!("    selp.b32 %other, 1, 0, %o{k};\n    st.global.b32 {to}, %other;")),
                bits @ (8 | 16) => {
                    line(format_args!("    cvt.u32.u{bits} %other, %o{k};\n    st.global.b32 {to}, %other;"));
                }
                bits => line(format_args!("    st.global.b{bits} {to}, %o{k};")),
            }
        }
        line(format_args!("    ret;\n}}"));
    }
    text
}

/// What a subject's operands lie in, and what it declares itself.
fn declarations(subject: &Subject) -> String {
    let inputs =
        subject.inputs.iter().enumerate().map(|(k, register)| format!("    .reg {} %i{k};\n", class(register)));
    let outputs =
        subject.outputs.iter().enumerate().map(|(k, register)| format!("    .reg {} %o{k};\n", class(register)));
    let registers: String = inputs.chain(outputs).collect();
    (registers + &subject.declarations).trim_end().to_owned()
}

fn class(register: &Register) -> &'static str {
    match register.bits {
        1 => ".pred",
        8 => ".b8",
        16 => ".b16",
        32 => ".b32",
        _ => ".b64",
    }
}
