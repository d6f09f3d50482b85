//! Texel formats: what the bytes of a texel mean, and how values become bytes again.

use super::{ReadTexel, Trouble};
use ptx_frontend::scalar::format::{F16, Format as _, mode};

macro_rules! channels {
    ($($(#[doc = $doc:literal])* $variant:ident = $bytes:literal, $code:literal;)*) => {
        /// The type of one component of a texel.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        pub enum Channel { $($(#[doc = $doc])* $variant,)* }

        impl Channel {
            /// Every one.
            pub const ALL: &'static [Channel] = &[$(Channel::$variant,)*];

            /// Bytes of a component.
            pub const fn bytes(self) -> u32 {
                match self { $(Channel::$variant => $bytes,)* }
            }

            /// What `txq.channel_data_type` answers: the number that OpenCL, the only language with such an
            /// enumeration, gives the type.
            pub const fn data_type(self) -> u32 {
                match self { $(Channel::$variant => $code,)* }
            }
        }
    };
}

channels! {
    /// Unsigned integers of 8 bits.
    Unsigned8 = 1, 0x10da;
    /// Unsigned integers of 16 bits.
    Unsigned16 = 2, 0x10db;
    /// Unsigned integers of 32 bits.
    Unsigned32 = 4, 0x10dc;
    /// Signed integers of 8 bits.
    Signed8 = 1, 0x10d7;
    /// Signed integers of 16 bits.
    Signed16 = 2, 0x10d8;
    /// Signed integers of 32 bits.
    Signed32 = 4, 0x10d9;
    /// Binary16.
    Half = 2, 0x10dd;
    /// Binary32.
    Float = 4, 0x10de;
    /// 8 bits that stand for [0, 1].
    Unorm8 = 1, 0x10d2;
    /// 16 bits that stand for [0, 1].
    Unorm16 = 2, 0x10d3;
    /// 8 bits that stand for [-1, 1].
    Snorm8 = 1, 0x10d0;
    /// 16 bits that stand for [-1, 1].
    Snorm16 = 2, 0x10d1;
}

impl Channel {
    /// Whether components are unsigned or signed integers.
    pub const fn is_integer(self) -> bool {
        self.is_unsigned() || self.is_signed()
    }

    /// Whether components are unsigned integers.
    pub const fn is_unsigned(self) -> bool {
        matches!(self, Channel::Unsigned8 | Channel::Unsigned16 | Channel::Unsigned32)
    }

    /// Whether components are signed integers.
    pub const fn is_signed(self) -> bool {
        matches!(self, Channel::Signed8 | Channel::Signed16 | Channel::Signed32)
    }

    /// Whether a texture of it gives floating-point numbers. Integers of 8 and 16 bits do unless they are read as they
    /// are; those of 32 bits never do.
    pub const fn gives_floats(self, as_integer: bool) -> bool {
        !self.is_integer() || (self.bytes() < 4 && !as_integer)
    }

    /// The number that the component stands for, exactly as far as `f64` goes.
    pub fn number(self, raw: u32) -> f64 {
        let signed = |most: f64, value: i32| (f64::from(value) / most).max(-1.0);
        match self {
            Channel::Unsigned8 | Channel::Unorm8 => f64::from(raw) / 255.0,
            Channel::Unsigned16 | Channel::Unorm16 => f64::from(raw) / 65_535.0,
            Channel::Signed8 | Channel::Snorm8 => signed(127.0, i32::from(raw as u8 as i8)),
            Channel::Signed16 | Channel::Snorm16 => signed(32_767.0, i32::from(raw as u16 as i16)),
            Channel::Half => F16::decode(raw.into()),
            Channel::Float => f64::from(f32::from_bits(raw)),
            Channel::Unsigned32 => f64::from(raw),
            Channel::Signed32 => f64::from(raw as i32),
        }
    }

    /// An integer component as the 32 bits of a register.
    pub const fn integer(self, raw: u32) -> u32 {
        match self {
            Channel::Signed8 => raw as u8 as i8 as i32 as u32,
            Channel::Signed16 => raw as u16 as i16 as i32 as u32,
            _ => raw,
        }
    }

    /// What a formatted store writes for the 32 bits of a register (`sust.p`): the value nearest to it that the
    /// component can hold.
    pub fn store(self, bits: u32) -> u32 {
        let float = f64::from(f32::from_bits(bits));
        // The manual says that values are converted; out of range they saturate, as everywhere in graphics.
        let scaled = |low: f64, most: f64| {
            let clamped = if float.is_nan() { 0.0 } else { float.clamp(low, 1.0) };
            (clamped * most).round_ties_even() as i32 as u32
        };
        match self {
            Channel::Unsigned8 => bits.min(0xff),
            Channel::Unsigned16 => bits.min(0xffff),
            Channel::Signed8 => (bits as i32).clamp(-128, 127) as u32 & 0xff,
            Channel::Signed16 => (bits as i32).clamp(-32_768, 32_767) as u32 & 0xffff,
            Channel::Unsigned32 | Channel::Signed32 | Channel::Float => bits,
            Channel::Half => F16::encode::<{ mode::RN }>(float) as u32,
            Channel::Unorm8 => scaled(0.0, 255.0),
            Channel::Unorm16 => scaled(0.0, 65_535.0),
            Channel::Snorm8 => scaled(-1.0, 127.0) & 0xff,
            Channel::Snorm16 => scaled(-1.0, 32_767.0) & 0xffff,
        }
    }
}

/// The format of a texel.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Format {
    /// Type of the components.
    pub channel: Channel,
    /// How many there are: 1, 2 or 4.
    pub count: u32,
}

impl Format {
    /// Bytes of a texel.
    pub const fn bytes(self) -> u32 {
        self.channel.bytes() * self.count
    }

    /// What `txq.channel_order` answers, in OpenCL's numbers: `R`, `RG`, `RGBA`.
    pub const fn order(self) -> u32 {
        match self.count {
            1 => 0x10b0,
            2 => 0x10b2,
            _ => 0x10b5,
        }
    }

    /// The components of the texel at an address; those that it lacks are 0.
    pub fn read(self, address: u64, read: ReadTexel<'_>) -> Result<[u32; 4], Trouble> {
        let (total, each) = (self.bytes(), self.channel.bytes());
        if self.count == 1 {
            let bits = read(address, each).ok_or(Trouble::Gone(address))?;
            return Ok([bits as u32, 0, 0, 0]);
        }
        let mut components = [0; 4];
        // A texel is naturally aligned, so it can be read in words of at most 8 bytes.
        let word = total.min(8);
        let in_word = word / each;
        for index in 0..total / word {
            let at = address + u64::from(index * word);
            let bits = read(at, word).ok_or(Trouble::Gone(at))?;
            for k in 0..in_word {
                let mask = u64::MAX >> (64 - 8 * each);
                components[(index * in_word + k) as usize] = (bits >> (8 * each * k) & mask) as u32;
            }
        }
        Ok(components)
    }
}

/// The conversion that `CU_TRSF_SRGB` asks for: from the sRGB curve to linear light (IEC 61966-2-1).
pub fn linear_of_srgb(value: f64) -> f64 {
    if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
}
