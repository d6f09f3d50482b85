//! SBUF addresses: regions that are never needed at the same time share bytes. What belongs to a turn of the wave loop
//! gets two sets of bytes if they fit, so that a wave can begin before the one before it has ended.

use super::lower::Scope;
use super::program::*;
use super::words::Space;
use std::ops::Range;

/// Gives every SBUF region an address. `scopes` says, by region, which turn of which loop its content belongs to. Says
/// so if the regions needed at one time do not fit.
pub(super) fn allocate(program: &mut Program, scopes: &[Scope]) -> Result<(), String> {
    let ranges = live_ranges(program, scopes);
    let of_wave = |region: usize| {
        scopes[region] != Scope::Program && matches!(program.regions[region].kind, RegionKind::OnChip { .. })
    };
    let rotating: Vec<usize> = (0..program.regions.len()).filter(|region| of_wave(*region)).collect();
    let staying: Vec<usize> = (0..program.regions.len()).filter(|region| !of_wave(*region)).collect();
    let capacity = program.device.sbuf_bytes();
    let staying_end = place(program, &ranges, &staying, 0);
    let first = staying_end.next_multiple_of(ALIGN);
    let turn = place(program, &ranges, &rotating, first) - first;
    // Neighbouring waves overlap if each has bytes of its own.
    let pitch = turn.next_multiple_of(ALIGN);
    if program.layout.waves > 1 && first + 2 * pitch <= capacity {
        program.layout.buffers = 2;
        for region in rotating {
            if let RegionKind::OnChip { buffers, pitch: distance, .. } = &mut program.regions[region].kind {
                (*buffers, *distance) = (2, pitch);
            }
        }
    }
    let peak = first + turn;
    if peak > capacity {
        return Err(format!("it needs {peak} bytes of each SBUF partition; {} has {capacity}", program.device));
    }
    Ok(())
}

/// 8-byte elements are aligned; so is everything, which costs little.
const ALIGN: u32 = 8;

/// Gives addresses from `base` on to some of the regions; the first address behind them.
fn place(program: &mut Program, ranges: &[Option<Range<u32>>], regions: &[usize], base: u32) -> u32 {
    let mut order: Vec<usize> = regions.iter().copied().filter(|region| ranges[*region].is_some()).collect();
    order.sort_by_key(|region| (ranges[*region].as_ref().map(|range| range.start), *region));
    // Placed regions that may still be needed: end of life, and bytes.
    let mut active: Vec<(u32, Range<u32>)> = Vec::new();
    let mut end = base;
    for region in order {
        let Some(range) = &ranges[region] else { continue };
        active.retain(|(end, _)| *end >= range.start);
        let RegionKind::OnChip { offset, bytes, .. } = &mut program.regions[region].kind else { continue };
        let at = first_gap(&active, *bytes, base);
        *offset = at;
        let place = active.partition_point(|(_, taken)| taken.start < at);
        active.insert(place, (range.end, at..at + *bytes));
        end = end.max(at + *bytes);
    }
    end
}

/// The lowest address with `size` free bytes between the taken ranges, which are sorted.
fn first_gap(active: &[(u32, Range<u32>)], size: u32, base: u32) -> u32 {
    let mut at = base;
    for (_, taken) in active {
        if at + size <= taken.start {
            break;
        }
        at = at.max(taken.end.next_multiple_of(ALIGN));
    }
    at
}

/// By region: the instructions, by position in the body, from its first to its last use.
fn live_ranges(program: &Program, scopes: &[Scope]) -> Vec<Option<Range<u32>>> {
    let mut walk =
        Walk { program, scopes, ranges: vec![None; program.regions.len()], position: 0, around: Vec::new(), loops: 0 };
    walk.nodes(&program.body);
    let end = walk.position;
    let mut ranges = walk.ranges;
    for (range, region) in ranges.iter_mut().zip(&program.regions) {
        match region.kind {
            // Routines use these without naming them.
            RegionKind::OnChip { role: SbufRole::Shared | SbufRole::Local, .. } => *range = Some(0..end),
            RegionKind::OnChip { space: Space::Sbuf, .. } => {}
            _ => *range = None,
        }
    }
    ranges
}

struct Walk<'a> {
    program: &'a Program,
    scopes: &'a [Scope],
    ranges: Vec<Option<Range<u32>>>,
    position: u32,
    /// Loops around the position: which, where it begins, and the regions used in it.
    around: Vec<(Scope, u32, Vec<RegionId>)>,
    loops: u32,
}

impl Walk<'_> {
    fn nodes(&mut self, nodes: &[Node]) {
        for node in nodes {
            match node {
                Node::Instruction(instruction) => self.instruction(instruction),
                Node::Waves(body) => self.turn(Scope::Wave, body),
                Node::While { body, .. } => {
                    let number = self.loops;
                    self.loops += 1;
                    self.turn(Scope::Loop(number), body);
                }
                Node::If { then, otherwise, .. } => {
                    self.nodes(then);
                    self.nodes(otherwise);
                }
            }
        }
    }

    /// A loop. Content that outlives a turn is needed in all of the loop, from its beginning to its end.
    fn turn(&mut self, scope: Scope, body: &[Node]) {
        self.around.push((scope, self.position, Vec::new()));
        self.position += 1;
        self.nodes(body);
        let Some((_, start, used)) = self.around.pop() else { unreachable!("it was pushed above") };
        for region in used {
            self.extend(region, start);
            self.extend(region, self.position);
        }
        self.position += 1;
    }

    fn instruction(&mut self, instruction: &Instruction) {
        for operand in &instruction.operands {
            if let Operand::Tile(tile) = operand {
                self.use_region(tile.region);
            }
        }
        self.position += 1;
    }

    fn use_region(&mut self, region: RegionId) {
        self.extend(region, self.position);
        // Loops inside the one whose turn the content belongs to.
        let inner = match self.scopes[region.0 as usize] {
            Scope::Program => 0,
            scope => self.around.iter().position(|(around, ..)| *around == scope).map_or(0, |at| at + 1),
        };
        if let Some((_, _, used)) = self.around.get_mut(inner)
            && used.last() != Some(&region)
        {
            used.push(region);
        }
    }

    fn extend(&mut self, region: RegionId, position: u32) {
        let range = self.ranges[region.0 as usize].get_or_insert(position..position);
        range.start = range.start.min(position);
        range.end = range.end.max(position);
        debug_assert!((region.0 as usize) < self.program.regions.len(), "regions are declared");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offsets(body: &str, scopes: &[Scope]) -> Vec<u32> {
        let text = format!(
            "program p trn2 numerics=cuda grid=128x1x1 block=256x1x1 shared=0 {{
               layout ctas=128 threads=256 chunks=1 waves=1 buffers=1
               region a float32 sbuf 0x0 [128 x 1024]
               region b float32 sbuf 0x0 [128 x 1024]
               region c float32 sbuf 0x0 [128 x 1024]
               register go r0
               {body}
             }}"
        );
        let mut program: Program = text.parse().unwrap_or_else(|error| panic!("{error}"));
        allocate(&mut program, scopes).unwrap_or_else(|error| panic!("{error}"));
        let offset = |region: &Region| match region.kind {
            RegionKind::OnChip { offset, .. } => offset,
            _ => unreachable!("all regions of the test are on chip"),
        };
        program.regions.iter().map(offset).collect()
    }

    const COPIES: &str = "vector a.float32[128, 256] = memset 0.0:float32
         vector b.float32[128, 256] = tensor_copy a.float32[128, 256]
         vector c.float32[128, 256] = tensor_copy b.float32[128, 256]";

    #[test]
    fn dead_regions_give_their_bytes_away() {
        assert_eq!(offsets(&format!("waves {{\n{COPIES}\n}}"), &[Scope::Wave; 3]), [0, 1024, 0]);
    }

    #[test]
    fn content_that_outlives_a_turn_keeps_its_bytes() {
        let body = format!("waves {{\nwhile vector %go {{\n{COPIES}\n}}\n}}");
        assert_eq!(offsets(&body, &[Scope::Wave, Scope::Loop(0), Scope::Loop(0)]), [0, 1024, 2048]);
        assert_eq!(offsets(&body, &[Scope::Loop(0); 3]), [0, 1024, 0]);
    }
}
