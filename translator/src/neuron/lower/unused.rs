//! Removes instructions whose results nobody reads: addresses and masks that a transfer by access pattern made
//! superfluous.

use super::super::isa::Role;
use super::super::program::*;
use super::Scope;

/// Removes what only computes for nobody.
pub(super) fn remove_unused(program: &mut Program, scopes: &mut Vec<Scope>) {
    let mut needed =
        Needed { regions: vec![false; program.regions.len()], registers: vec![false; program.registers.len()] };
    for (index, region) in program.regions.iter().enumerate() {
        // Routines read shared and local memory without naming them.
        needed.regions[index] = !matches!(region.kind, RegionKind::OnChip { role: SbufRole::Plain, .. });
    }
    loop {
        let before = needed.count();
        needed.visit(&program.body);
        if needed.count() == before {
            break;
        }
    }
    needed.sweep(&mut program.body);
    forget_unused_regions(program, scopes);
    forget_unused_registers(program);
}

/// Takes out the registers that no instruction names any more.
fn forget_unused_registers(program: &mut Program) {
    let mut number = vec![None; program.registers.len()];
    for_each_register(&mut program.body, &mut |register| number[register.0 as usize] = Some(*register));
    for (kept, number) in (0..).zip(number.iter_mut().flatten()) {
        *number = RegisterId(kept);
    }
    for_each_register(&mut program.body, &mut |register| {
        if let Some(new) = number[register.0 as usize] {
            *register = new;
        }
    });
    let mut is_kept = number.iter().map(Option::is_some);
    program.registers.retain(|_| is_kept.next().unwrap_or(false));
}

fn for_each_register(nodes: &mut [Node], visit: &mut impl FnMut(&mut RegisterId)) {
    for node in nodes {
        match node {
            Node::Instruction(instruction) => {
                for operand in &mut instruction.operands {
                    match operand {
                        Operand::Register(register) => visit(register),
                        Operand::Hbm(hbm) => hbm.terms.iter_mut().for_each(|(register, _)| visit(register)),
                        _ => {}
                    }
                }
            }
            Node::Waves(body) => for_each_register(body, visit),
            Node::While { condition, body, .. } => {
                visit(condition);
                for_each_register(body, visit);
            }
            Node::If { condition, then, otherwise, .. } => {
                visit(condition);
                for_each_register(then, visit);
                for_each_register(otherwise, visit);
            }
        }
    }
}

/// Takes out the regions that no instruction names any more.
fn forget_unused_regions(program: &mut Program, scopes: &mut Vec<Scope>) {
    let mut number = vec![None; program.regions.len()];
    for_each_region(&mut program.body, &mut |region| number[region.0 as usize] = Some(*region));
    for (index, region) in program.regions.iter().enumerate() {
        if let RegionKind::OnChip { role: SbufRole::Shared | SbufRole::Local, .. } | RegionKind::Scratch { .. } =
            region.kind
        {
            number[index] = Some(RegionId(index as u32));
        }
    }
    for (kept, number) in (0..).zip(number.iter_mut().flatten()) {
        *number = RegionId(kept);
    }
    for_each_region(&mut program.body, &mut |region| {
        if let Some(new) = number[region.0 as usize] {
            *region = new;
        }
    });
    let mut is_kept = number.iter().map(Option::is_some);
    program.regions.retain(|_| is_kept.next().unwrap_or(false));
    let mut is_kept = number.iter().map(Option::is_some);
    scopes.retain(|_| is_kept.next().unwrap_or(false));
}

fn for_each_region(nodes: &mut [Node], visit: &mut impl FnMut(&mut RegionId)) {
    for node in nodes {
        match node {
            Node::Instruction(instruction) => {
                for operand in &mut instruction.operands {
                    match operand {
                        Operand::Tile(tile) => visit(&mut tile.region),
                        Operand::Hbm(hbm) => visit(&mut hbm.region),
                        _ => {}
                    }
                }
            }
            Node::Waves(body) | Node::While { body, .. } => for_each_region(body, visit),
            Node::If { then, otherwise, .. } => {
                for_each_region(then, visit);
                for_each_region(otherwise, visit);
            }
        }
    }
}

struct Needed {
    regions: Vec<bool>,
    registers: Vec<bool>,
}

impl Needed {
    fn count(&self) -> usize {
        self.regions.iter().chain(&self.registers).filter(|is_needed| **is_needed).count()
    }

    /// Marks what needed instructions read.
    fn visit(&mut self, nodes: &[Node]) {
        for node in nodes.iter().rev() {
            match node {
                Node::Instruction(instruction) if self.is_needed(instruction) => self.mark(instruction),
                Node::Instruction(_) => {}
                Node::Waves(body) => self.visit(body),
                Node::While { condition, body, .. } => {
                    self.registers[condition.0 as usize] = true;
                    self.visit(body);
                }
                Node::If { condition, then, otherwise, .. } => {
                    self.visit(then);
                    self.visit(otherwise);
                    self.registers[condition.0 as usize] |= self.has_effect(then) || self.has_effect(otherwise);
                }
            }
        }
    }

    fn has_effect(&self, nodes: &[Node]) -> bool {
        nodes.iter().any(|node| match node {
            Node::Instruction(instruction) => self.is_needed(instruction),
            Node::Waves(body) => self.has_effect(body),
            Node::While { .. } => true,
            Node::If { then, otherwise, .. } => self.has_effect(then) || self.has_effect(otherwise),
        })
    }

    /// Whether an instruction does something besides writing regions and registers that nobody reads.
    fn is_needed(&self, instruction: &Instruction) -> bool {
        let row = instruction.opcode.row();
        row.acts
            || row.operands.iter().zip(&instruction.operands).filter(|(spec, _)| spec.role != Role::In).any(
                |(_, operand)| match operand {
                    Operand::Tile(tile) => self.regions[tile.region.0 as usize],
                    Operand::Register(register) => self.registers[register.0 as usize],
                    Operand::Hbm(_) => true,
                    Operand::Constant(..) | Operand::Absent => false,
                },
            )
    }

    fn mark(&mut self, instruction: &Instruction) {
        for (spec, operand) in instruction.opcode.row().operands.iter().zip(&instruction.operands) {
            match operand {
                Operand::Tile(tile) if spec.role != Role::Out => self.regions[tile.region.0 as usize] = true,
                Operand::Register(register) if spec.role != Role::Out => self.registers[register.0 as usize] = true,
                Operand::Hbm(hbm) => {
                    for (register, _) in &hbm.terms {
                        self.registers[register.0 as usize] = true;
                    }
                }
                _ => {}
            }
        }
    }

    fn sweep(&self, nodes: &mut Vec<Node>) {
        nodes.retain_mut(|node| match node {
            Node::Instruction(instruction) => self.is_needed(instruction),
            Node::Waves(body) => {
                self.sweep(body);
                true
            }
            Node::While { body, .. } => {
                self.sweep(body);
                true
            }
            Node::If { then, otherwise, .. } => {
                self.sweep(then);
                self.sweep(otherwise);
                !then.is_empty() || !otherwise.is_empty()
            }
        });
    }
}
