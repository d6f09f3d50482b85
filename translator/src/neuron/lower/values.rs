//! Where a kernel's values are: constants, columns and tiles; how results are put there and arguments read.

use super::build::{Scope, View, dtype_of};
use super::{Lowering, control::Mask};
use crate::pass::find_uniform_values::Uniformity;
use crate::tile::{BlockId, Operand, Type, Value};

/// Where a value is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Place {
    /// The same bits in every lane.
    Const(u64),
    /// In SBUF.
    At(View),
}

impl Place {
    /// Whether all lanes of a CTA have it in common.
    pub(super) fn is_uniform(self) -> bool {
        match self {
            Place::Const(_) => true,
            Place::At(view) => view.is_column,
        }
    }
}

impl Lowering<'_> {
    pub(super) fn type_of(&self, value: Value) -> Type {
        self.function().values[value.0 as usize]
    }

    /// Whether the value is kept as a column: the lanes that compute it together agree on it.
    pub(super) fn is_column(&self, value: Value) -> bool {
        self.uniform.values[value.0 as usize] <= Uniformity::Cta
    }

    /// Whether somebody reads the value where lanes may have brought different ones: after a loop that they leave at
    /// different times.
    fn needs_shadow(&self, value: Value) -> bool {
        self.is_column(value)
            && self.live.read_in[value.0 as usize]
                .iter()
                .any(|block| self.uniform.seen_from(*block, Operand::Value(value)) > Uniformity::Cta)
    }

    /// The scope of a value's own region.
    pub(super) fn scope_of(&self, value: Value) -> Scope {
        let block = self.live.defined_in[value.0 as usize];
        let chain = &self.live.chains[block.0 as usize];
        match self.live.depth[value.0 as usize] {
            0 => Scope::Wave,
            depth => Scope::Loop(chain[depth - 1]),
        }
    }

    /// A turn of the innermost loop around a block.
    pub(super) fn scope_of_turn(&self, block: BlockId) -> Scope {
        self.live.chains[block.0 as usize].last().map_or(Scope::Wave, |number| Scope::Loop(*number))
    }

    /// Where an operand is, read in this block.
    pub(super) fn place(&mut self, operand: Operand, block: BlockId) -> Place {
        let Operand::Value(value) = operand else {
            let Operand::Const(bits) = operand else { unreachable!("operands are values or constants") };
            return Place::Const(bits);
        };
        if let Some(shadow) = self.shadows[value.0 as usize]
            && self.uniform.seen_from(block, operand) > Uniformity::Cta
        {
            return Place::At(shadow);
        }
        match self.places[value.0 as usize] {
            Some(place) => place,
            // Read on no path that lanes can take before it is written; any bits will do.
            None => Place::Const(0),
        }
    }

    /// The place as a view; constants are put into a column.
    pub(super) fn view_of(&mut self, place: Place, ty: Type) -> View {
        match place {
            Place::At(view) => view,
            Place::Const(bits) if ty == Type::B64 => self.wide_constant(bits),
            Place::Const(bits) => self.b.constant(bits, dtype_of(ty)),
        }
    }

    /// A 64-bit constant as a column.
    fn wide_constant(&mut self, bits: u64) -> View {
        let name = format!("wide_{bits:x}");
        if let Some(view) = self.specials.wide.get(&bits) {
            return *view;
        }
        let view = self.b.view(&name, super::super::words::Dtype::U64, true, Scope::Program);
        self.b.emit_once(|b| b.set(view, bits));
        self.specials.wide.insert(bits, view);
        view
    }

    /// A tile or column for something only needed now.
    pub(super) fn temporary(&mut self, ty: Type, is_column: bool) -> View {
        let scope = self.here();
        self.b.view("t", dtype_of(ty), is_column, scope)
    }

    /// Where to compute a value: [`Lowering::keep`] afterwards puts it where it belongs.
    pub(super) fn target(&mut self, value: Value) -> View {
        let column = self.is_column(value);
        if self.live.is_carried[value.0 as usize] || self.needs_shadow(value) {
            return self.temporary(self.type_of(value), column);
        }
        let scope = self.scope_of(value);
        self.b.view(&format!("v{}", value.0), dtype_of(self.type_of(value)), column, scope)
    }

    /// The value, just computed for the lanes of `mask`, is at `place`.
    pub(super) fn keep(&mut self, value: Value, place: Place, mask: Mask) {
        let index = value.0 as usize;
        if !self.live.is_carried[index] && !self.needs_shadow(value) {
            self.places[index] = Some(place);
            return;
        }
        let ty = self.type_of(value);
        let scope = self.scope_of(value);
        let own = match self.places[index] {
            Some(Place::At(view)) => view,
            _ => {
                let column = self.is_column(value);
                self.b.view(&format!("v{}", value.0), dtype_of(ty), column, scope)
            }
        };
        self.places[index] = Some(Place::At(own));
        self.write(own, place, ty, mask);
        self.write_shadow(value, place, mask);
    }

    /// Keeps a column value's copy for readers after the loop, lane by lane.
    pub(super) fn write_shadow(&mut self, value: Value, place: Place, mask: Mask) {
        if !self.needs_shadow(value) {
            return;
        }
        let ty = self.type_of(value);
        let shadow = match self.shadows[value.0 as usize] {
            Some(view) => view,
            None => {
                let scope = self.scope_of(value);
                self.b.view(&format!("v{}_lanes", value.0), dtype_of(ty), false, scope)
            }
        };
        self.shadows[value.0 as usize] = Some(shadow);
        self.write(shadow, place, ty, mask);
    }

    /// `to = from` for the lanes of `mask` (for a column: for CTAs with such lanes).
    pub(super) fn write(&mut self, to: View, from: Place, ty: Type, mask: Mask) {
        let predicate = match mask {
            Mask::All => None,
            Mask::Lanes(view) if to.is_column && !view.is_column => Some(self.any_lane_of(view)),
            Mask::Lanes(view) => Some(view),
        };
        match (predicate, from) {
            (None, Place::Const(bits)) => self.b.set(to, bits),
            (Some(predicate), Place::Const(bits)) => self.b.set_where(to, bits, predicate),
            (None, Place::At(from)) => self.b.copy(to, from.of(dtype_of(ty))),
            (Some(predicate), Place::At(from)) => self.b.copy_where(to, from.of(dtype_of(ty)), predicate),
        }
    }

    /// Which CTAs have a lane in the mask.
    pub(super) fn any_lane_of(&mut self, mask: View) -> View {
        if let Some(view) = self.masks.any_lane.get(&mask.region) {
            return *view;
        }
        let view = self.temporary(Type::Pred, true);
        self.b.any_lane(view, mask);
        self.masks.any_lane.insert(mask.region, view);
        view
    }
}
