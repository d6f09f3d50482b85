//! Draws a program from a seed.

use super::instructions::{Drawer, Here, Shared};
use super::program::{Function, Node, Program, register_of};
use super::random::Random;
use super::registers::Dialect;

pub use super::instructions::count as drawn_forms;

/// Which threads are at a place together.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Together {
    /// All of the CTA that are not gone.
    Block,
    /// Those of a warp.
    Warp,
    /// Those lanes of a warp.
    Lanes(u32),
    /// Nobody knows.
    Alone,
}

/// The place that is drawn for.
#[derive(Clone, Copy, Debug)]
struct Context {
    together: Together,
    shared: Shared,
    in_function: bool,
    depth: usize,
    /// Some threads may have left already.
    some_left: bool,
    /// Functions from this number on may be called.
    functions_from: usize,
}

/// The program of a seed.
pub fn draw(seed: u64) -> Program {
    let mut random = Random::new(seed);
    let block = match random.below(8) {
        0 => [1, 1, 1],
        1 => [48, 1, 1],
        2 => [8, 4, 1],
        3 => [4, 2, 8],
        4 | 5 => [64, 1, 1],
        _ => [32, 1, 1],
    };
    let grid = [1 + random.below(2) as u32, 1, 1];
    let dialect = if random.one_in(2) { Dialect::Typed } else { Dialect::Bits };
    let size = 8 + random.below(28);
    let mut program = Program { seed, grid, block, dialect, body: Vec::new(), functions: Vec::new() };
    for _ in 0..random.below(3) {
        const TYPES: [&str; 5] = ["b32", "u32", "f32", "b64", "f64"];
        let params = (0..1 + random.below(3)).map(|_| *random.pick(&TYPES)).collect();
        program.functions.push(Function { params, result: TYPES[random.below(5)], body: Vec::new() });
    }
    let mut sums = 0;
    for number in 0..program.functions.len() {
        let mut maker = Maker { random: &mut random, program: &program, sums: &mut sums, loops: 0 };
        let context = Context {
            together: Together::Alone,
            shared: Shared::Own,
            in_function: true,
            depth: 1,
            some_left: false,
            functions_from: number + 1,
        };
        let length = 2 + maker.random.below(6);
        let body = maker.nodes(length, context, &mut { context });
        program.functions[number].body = body;
    }
    let mut maker = Maker { random: &mut random, program: &program, sums: &mut sums, loops: 0 };
    let context = Context {
        together: Together::Block,
        shared: Shared::Own,
        in_function: false,
        depth: 0,
        some_left: false,
        functions_from: 0,
    };
    program.body = maker.nodes(size, context, &mut { context });
    program
}

struct Maker<'a> {
    random: &'a mut Random,
    program: &'a Program,
    sums: &'a mut usize,
    /// Loops so far: each has a counter of its own.
    loops: usize,
}

impl Maker<'_> {
    /// Statements; `context` is that of their beginning, `end` becomes that of their end.
    fn nodes(&mut self, count: usize, context: Context, end: &mut Context) -> Vec<Node> {
        let mut here = context;
        let mut nodes = Vec::new();
        for _ in 0..count {
            let node = match self.random.below(20) {
                0 | 1 if here.depth < 3 => self.branch(&mut here),
                2 if here.depth < 3 && self.loops < 16 => self.repeat(&mut here),
                3 if here.depth < 2 && self.random.one_in(2) => self.switch(&mut here),
                4 | 5 if here.together == Together::Block => self.barrier(&mut here),
                6 if !here.in_function && here.depth < 2 && self.random.one_in(4) => self.leave(&mut here),
                7 | 8 => match self.call(&here) {
                    Some(node) => node,
                    None => self.lines(&here),
                },
                _ => self.lines(&here),
            };
            nodes.push(node);
        }
        *end = here;
        nodes
    }

    fn lines(&mut self, context: &Context) -> Node {
        let threads = self.program.threads();
        let here = Here {
            dialect: self.program.dialect,
            lanes: match context.together {
                Together::Block | Together::Warp => Some(u32::MAX),
                Together::Lanes(lanes) => Some(lanes),
                Together::Alone => None,
            },
            warps_are_whole: threads.is_multiple_of(32) && !context.some_left,
            shared: context.shared,
            in_function: context.in_function,
            threads,
        };
        let mut drawer = Drawer { random: self.random, sums: *self.sums };
        let lines = drawer.statement(&here);
        *self.sums = drawer.sums;
        Node::Lines(lines)
    }

    fn inner(&self, context: &Context, together: Together) -> Context {
        Context { together, depth: context.depth + 1, ..*context }
    }

    fn arm(&mut self, context: Context) -> (Vec<Node>, Context) {
        let count = 1 + self.random.below(4);
        let mut end = context;
        let nodes = self.nodes(count, context, &mut end);
        (nodes, end)
    }

    /// `if`, by a predicate that is the same in the CTA, in a warp, for fixed lanes, or anything.
    fn branch(&mut self, here: &mut Context) -> Node {
        let mut before = Vec::new();
        let (predicate, together) = match (here.together, self.random.below(4)) {
            (_, 0) if !here.in_function => (format!("%u{}", self.random.below(3)), [here.together; 2]),
            (Together::Block | Together::Warp, 1) if self.program.threads() > 32 => {
                before.push("shr.u32 %x0, %rank, 5;".to_owned());
                before.push("setp.eq.u32 %c0, %x0, 0;".to_owned());
                ("%c0".to_owned(), [Together::Warp; 2])
            }
            (Together::Block | Together::Warp, 2) => {
                let lanes = self.random.bits() as u32;
                before.push("mov.u32 %x0, %laneid;".to_owned());
                before.push(format!("shr.u32 %x0, {lanes:#x}, %x0;"));
                before.push("and.b32 %x0, %x0, 1;".to_owned());
                before.push("setp.ne.u32 %c0, %x0, 0;".to_owned());
                ("%c0".to_owned(), [Together::Lanes(lanes), Together::Lanes(!lanes)])
            }
            _ => (format!("%p{}", self.random.below(6)), [Together::Alone; 2]),
        };
        // Barriers inside would have to leave both arms in the same phase of shared memory.
        let (yes, first_end) = self.arm(self.inner(here, together[0]));
        let (mut no, mut second_end) =
            if self.random.one_in(2) { self.arm(self.inner(here, together[1])) } else { (Vec::new(), *here) };
        let mut yes = yes;
        for (arm, end) in [(&mut yes, &first_end), (&mut no, &mut second_end)] {
            if end.shared != here.shared {
                arm.push(Node::Lines(vec!["bar.sync 0;".to_owned()]));
            }
        }
        here.some_left |= first_end.some_left || second_end.some_left;
        let predicate =
            if self.random.one_in(3) && together[0] == together[1] { format!("!{predicate}") } else { predicate };
        Node::If { before, predicate, arms: [yes, no] }
    }

    fn repeat(&mut self, here: &mut Context) -> Node {
        let number = self.loops;
        self.loops += 1;
        let is_divergent = self.random.one_in(2);
        let (rounds, leaves) = if is_divergent {
            let leaves = self.random.one_in(2).then(|| format!("%p{}", self.random.below(6)));
            (format!("%r{}", self.random.below(6)), leaves)
        } else if here.in_function || self.random.one_in(2) {
            (self.random.below(4).to_string(), None)
        } else {
            ("%flags".to_owned(), None)
        };
        let together = if is_divergent { Together::Alone } else { here.together };
        let mut inner = self.inner(here, together);
        // What leaves in one round is gone in the next.
        inner.some_left = true;
        let (mut body, end) = self.arm(inner);
        if end.shared != here.shared {
            body.push(Node::Lines(vec!["bar.sync 0;".to_owned()]));
        }
        here.some_left |= contains_leave(&body);
        Node::Loop { number, rounds, body, leaves }
    }

    fn switch(&mut self, here: &mut Context) -> Node {
        let count = if self.random.one_in(2) { 2 } else { 4 };
        let inner = self.inner(here, Together::Alone);
        let arms: Vec<Vec<Node>> = (0..count).map(|_| self.arm(inner).0).collect();
        here.some_left |= arms.iter().any(|arm| contains_leave(arm));
        Node::Switch { index: format!("%r{}", self.random.below(6)), arms }
    }

    /// A barrier of all threads: from now on shared memory is read where it was written, or the other way round.
    fn barrier(&mut self, here: &mut Context) -> Node {
        let threads = self.program.threads();
        let exact = threads.is_multiple_of(32) && !here.some_left;
        let p = self.random.below(6);
        let line = match self.random.below(8) {
            0 => format!("bar.red.popc.u32 %r{}, 0, %p{p};", self.random.below(6)),
            1 => format!("bar.red.and.pred %p{}, 0, %p{p};", self.random.below(6)),
            2 => format!("barrier.red.or.aligned.pred %p{}, 1, !%p{p};", self.random.below(6)),
            3 if exact => format!("bar.sync {}, {threads};", 1 + self.random.below(15)),
            4 if exact => format!("barrier.sync {}, {threads};", 1 + self.random.below(15)),
            5 => "barrier.sync.aligned 2;".to_owned(),
            _ => "bar.sync 0;".to_owned(),
        };
        here.shared = if here.shared == Shared::Own { Shared::All } else { Shared::Own };
        Node::Lines(vec![line])
    }

    /// Some threads end.
    fn leave(&mut self, here: &mut Context) -> Node {
        here.some_left = true;
        let p = self.random.below(6);
        Node::Lines(vec![if self.random.one_in(3) { format!("@%p{p} exit;") } else { format!("@%p{p} bra LEAVE;") }])
    }

    fn call(&mut self, here: &Context) -> Option<Node> {
        let number =
            here.functions_from + self.random.below(self.program.functions.len().checked_sub(here.functions_from)?);
        let function = self.program.functions.get(number)?;
        let guard = if self.random.one_in(4) { format!("@%p{} ", self.random.below(6)) } else { String::new() };
        let mut lines = vec!["{".to_owned()];
        let mut args = Vec::new();
        for (index, ty) in function.params.iter().enumerate() {
            lines.push(format!(".param .{ty} par{index};"));
            lines.push(format!("st.param.{ty} [par{index}], {};", register_of(ty, self.random.below(3))));
            args.push(format!("par{index}"));
        }
        let result = function.result;
        let to = register_of(result, self.random.below(3));
        lines.push(format!(".param .{result} ret;"));
        if !guard.is_empty() {
            // Where the call does not happen, the result is what it was.
            lines.push(format!("st.param.{result} [ret], {to};"));
        }
        let args = args.join(", ");
        if self.random.one_in(3) {
            let params: Vec<String> = function.params.iter().map(|ty| format!(".param .{ty} _")).collect();
            lines.push(format!("mov.u64 %a0, fun{number};"));
            lines.push(format!("proto: .callprototype (.param .{result} _) _ ({});", params.join(", ")));
            lines.push(format!("{guard}call (ret), %a0, ({args}), proto;"));
        } else {
            lines.push(format!("{guard}call (ret), fun{number}, ({args});"));
        }
        lines.push(format!("ld.param.{result} {to}, [ret];"));
        lines.push("}".to_owned());
        Some(Node::Lines(lines))
    }
}

fn contains_leave(nodes: &[Node]) -> bool {
    nodes.iter().any(|node| match node {
        Node::Lines(lines) => lines.iter().any(|line| line.contains("LEAVE") || line.contains("exit")),
        Node::If { arms, .. } => arms.iter().any(|arm| contains_leave(arm)),
        Node::Loop { body, .. } => contains_leave(body),
        Node::Switch { arms, .. } => arms.iter().any(|arm| contains_leave(arm)),
    })
}
