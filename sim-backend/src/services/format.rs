//! `printf` formatting as the C library of a CUDA host does it, arguments laid out as `vprintf` gets them: in order, at
//! natural alignment.

use std::io::Write;

/// Reads one byte of device memory.
type Read<'a> = &'a mut dyn FnMut(u64) -> Option<u8>;

/// A conversion: `%-08.3lf`.
#[derive(Clone, Copy, Debug, Default)]
struct Spec {
    left: bool,
    plus: bool,
    space: bool,
    alternate: bool,
    zero: bool,
    width: usize,
    precision: Option<usize>,
    length: Length,
    conversion: u8,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
enum Length {
    #[default]
    None,
    Char,
    Short,
    /// `l`, `ll`, `j`, `z`, `t`: all 64 bits.
    Long,
}

/// Widths and precisions beyond this are a mistake of the program, not a wish for gigabytes of padding.
const WIDEST: usize = 1 << 16;

/// Formats into `out`; returns the number of arguments, or `None` if something cannot be read.
pub(super) fn printf(format: u64, arguments: u64, read: Read<'_>, out: &mut Vec<u8>) -> Option<i32> {
    let format = string(format, None, read)?;
    let mut arguments = Arguments { at: arguments, count: 0 };
    let mut rest = &format[..];
    while let Some(at) = rest.iter().position(|&c| c == b'%') {
        out.extend_from_slice(&rest[..at]);
        let conversion = &rest[at..];
        match parse(&conversion[1..], &mut arguments, read)? {
            Some((spec, used)) => {
                convert(spec, &mut arguments, read, out)?;
                rest = &conversion[1 + used..];
            }
            // No conversion of C: it stays as it is.
            None => {
                out.push(b'%');
                rest = &conversion[1..];
            }
        }
    }
    out.extend_from_slice(rest);
    Some(arguments.count)
}

/// A zero-terminated string, or its first `limit` bytes.
pub(super) fn string(mut address: u64, limit: Option<usize>, read: Read<'_>) -> Option<Vec<u8>> {
    let mut text = Vec::new();
    while limit.is_none_or(|limit| text.len() < limit) {
        match read(address)? {
            0 => break,
            byte => text.push(byte),
        }
        address += 1;
    }
    Some(text)
}

struct Arguments {
    at: u64,
    count: i32,
}

impl Arguments {
    fn next(&mut self, bytes: u64, read: Read<'_>) -> Option<u64> {
        self.at = self.at.next_multiple_of(bytes);
        let mut bits = 0;
        for i in 0..bytes {
            bits |= u64::from(read(self.at + i)?) << (8 * i);
        }
        self.at += bytes;
        self.count += 1;
        Some(bits)
    }

    fn int(&mut self, read: Read<'_>) -> Option<i32> {
        self.next(4, read).map(|bits| bits as u32 as i32)
    }
}

/// The conversion behind a `%`, and its length. The outer `None`: an argument could not be read.
fn parse(text: &[u8], arguments: &mut Arguments, read: Read<'_>) -> Option<Option<(Spec, usize)>> {
    let mut spec = Spec::default();
    let mut at = 0;
    let peek = |at: usize| text.get(at).copied().unwrap_or(0);
    loop {
        match peek(at) {
            b'-' => spec.left = true,
            b'+' => spec.plus = true,
            b' ' => spec.space = true,
            b'#' => spec.alternate = true,
            b'0' => spec.zero = true,
            _ => break,
        }
        at += 1;
    }
    // Looked at before arguments are taken: what is no conversion takes none.
    let end = (at..text.len()).find(|&i| !b"0123456789.*hlLjzt".contains(&text[i]));
    if !end.is_some_and(|end| b"diuoxXcspfFeEgGaA%".contains(&text[end])) {
        return Some(None);
    }
    let number = |at: &mut usize| {
        let mut value = 0usize;
        while peek(*at).is_ascii_digit() {
            value = (value * 10 + usize::from(peek(*at) - b'0')).min(WIDEST);
            *at += 1;
        }
        value
    };
    if peek(at) == b'*' {
        at += 1;
        let width = arguments.int(read)?;
        spec.left |= width < 0;
        spec.width = (width.unsigned_abs() as usize).min(WIDEST);
    } else {
        spec.width = number(&mut at);
    }
    if peek(at) == b'.' {
        at += 1;
        spec.precision = if peek(at) == b'*' {
            at += 1;
            usize::try_from(arguments.int(read)?).ok().map(|p| p.min(WIDEST))
        } else {
            Some(number(&mut at))
        };
    }
    loop {
        spec.length = match (peek(at), spec.length) {
            (b'h', Length::Short) => Length::Char,
            (b'h', _) => Length::Short,
            (b'l' | b'j' | b'z' | b't', _) => Length::Long,
            (b'L', length) => length,
            _ => break,
        };
        at += 1;
    }
    spec.conversion = peek(at);
    if !b"diuoxXcspfFeEgGaA%".contains(&spec.conversion) {
        return Some(None);
    }
    Some(Some((spec, at + 1)))
}

fn convert(spec: Spec, arguments: &mut Arguments, read: Read<'_>, out: &mut Vec<u8>) -> Option<()> {
    match spec.conversion {
        b'%' => out.push(b'%'),
        b'd' | b'i' => {
            let value = match spec.length {
                Length::Long => arguments.next(8, read)? as i64,
                Length::None => arguments.int(read)?.into(),
                Length::Short => i64::from(arguments.int(read)? as i16),
                Length::Char => i64::from(arguments.int(read)? as i8),
            };
            let sign = sign(spec, value < 0);
            integer(spec, sign, value.unsigned_abs().to_string(), value == 0, out);
        }
        b'u' | b'o' | b'x' | b'X' => {
            let value = match spec.length {
                Length::Long => arguments.next(8, read)?,
                Length::None => arguments.next(4, read)?,
                Length::Short => arguments.next(4, read)? & 0xffff,
                Length::Char => arguments.next(4, read)? & 0xff,
            };
            let (digits, prefix) = match spec.conversion {
                b'u' => (value.to_string(), ""),
                b'o' => (format!("{value:o}"), ""),
                b'x' => (format!("{value:x}"), if spec.alternate && value != 0 { "0x" } else { "" }),
                _ => (format!("{value:X}"), if spec.alternate && value != 0 { "0X" } else { "" }),
            };
            integer(spec, prefix, digits, value == 0, out);
        }
        b'c' => pad(spec, "", &[arguments.next(4, read)? as u8], out),
        b's' => {
            let address = arguments.next(8, read)?;
            let text = match address {
                0 => b"(null)"[..spec.precision.map_or(6, |p| if p < 6 { 0 } else { 6 })].to_vec(),
                _ => string(address, spec.precision, read)?,
            };
            pad(spec, "", &text, out);
        }
        b'p' => {
            let value = arguments.next(8, read)?;
            let text = if value == 0 { "(nil)".to_owned() } else { format!("{value:#x}") };
            pad(spec, "", text.as_bytes(), out);
        }
        _ => float(spec, f64::from_bits(arguments.next(8, read)?), out),
    }
    Some(())
}

fn sign(spec: Spec, negative: bool) -> &'static str {
    match (negative, spec.plus, spec.space) {
        (true, ..) => "-",
        (_, true, _) => "+",
        (_, _, true) => " ",
        _ => "",
    }
}

fn integer(spec: Spec, prefix: &str, mut digits: String, is_zero: bool, out: &mut Vec<u8>) {
    if is_zero && spec.precision == Some(0) {
        digits.clear();
    }
    if let Some(missing) = spec.precision.and_then(|p| p.checked_sub(digits.len())) {
        digits.insert_str(0, &"0".repeat(missing));
    }
    if spec.conversion == b'o' && spec.alternate && !digits.starts_with('0') {
        digits.insert(0, '0');
    }
    // A precision turns the flag `0` off.
    let spec = Spec { zero: spec.zero && spec.precision.is_none(), ..spec };
    number(spec, prefix, &digits, out);
}

/// Pads a number: zeros go between prefix and digits.
fn number(spec: Spec, prefix: &str, digits: &str, out: &mut Vec<u8>) {
    let missing = spec.width.saturating_sub(prefix.len() + digits.len());
    if spec.zero && !spec.left {
        out.extend_from_slice(prefix.as_bytes());
        out.resize(out.len() + missing, b'0');
        out.extend_from_slice(digits.as_bytes());
    } else {
        pad(spec, prefix, digits.as_bytes(), out);
    }
}

fn pad(spec: Spec, prefix: &str, text: &[u8], out: &mut Vec<u8>) {
    let missing = spec.width.saturating_sub(prefix.len() + text.len());
    if !spec.left {
        out.resize(out.len() + missing, b' ');
    }
    out.extend_from_slice(prefix.as_bytes());
    out.extend_from_slice(text);
    if spec.left {
        out.resize(out.len() + missing, b' ');
    }
}

fn float(spec: Spec, value: f64, out: &mut Vec<u8>) {
    let sign = sign(spec, value.is_sign_negative());
    let upper = spec.conversion.is_ascii_uppercase();
    let finish = |spec: Spec, prefix: &str, text: &str, out: &mut Vec<u8>| {
        let text = if upper { text.to_uppercase() } else { text.to_owned() };
        number(spec, prefix, &text, out);
    };
    if !value.is_finite() {
        let text = if value.is_nan() { "nan" } else { "inf" };
        return finish(Spec { zero: false, ..spec }, sign, text, out);
    }
    let magnitude = value.abs();
    let precision = spec.precision.unwrap_or(6);
    match spec.conversion.to_ascii_lowercase() {
        b'f' => finish(spec, sign, &fixed(magnitude, precision, spec.alternate), out),
        b'e' => finish(spec, sign, &exponential(magnitude, precision, spec.alternate), out),
        b'g' => finish(spec, sign, &general(magnitude, precision.max(1), spec.alternate), out),
        _ => {
            let prefix = format!("{sign}{}", if upper { "0X" } else { "0x" });
            finish(spec, &prefix, &hexadecimal(magnitude, spec.precision, spec.alternate), out);
        }
    }
}

fn fixed(value: f64, precision: usize, point: bool) -> String {
    let mut text = format!("{value:.precision$}");
    if point && precision == 0 {
        text.push('.');
    }
    text
}

fn exponential(value: f64, precision: usize, point: bool) -> String {
    let text = format!("{value:.precision$e}");
    let (mantissa, exponent) = text.split_once('e').expect("Rust writes an exponent");
    let exponent: i32 = exponent.parse().expect("Rust writes a number");
    let point = if point && precision == 0 { "." } else { "" };
    format!("{mantissa}{point}e{}{:02}", if exponent < 0 { '-' } else { '+' }, exponent.abs())
}

/// `%g`: the style depends on the exponent that `%e` would show.
fn general(value: f64, precision: usize, alternate: bool) -> String {
    let shown = format!("{value:.*e}", precision - 1);
    let exponent: i32 = shown.split_once('e').expect("Rust writes an exponent").1.parse().expect("a number");
    let strip = |text: String| {
        if alternate || !text.contains('.') {
            text
        } else {
            text.trim_end_matches('0').trim_end_matches('.').to_owned()
        }
    };
    if exponent < -4 || exponent >= precision as i32 {
        let text = exponential(value, precision - 1, alternate);
        let (mantissa, exponent) = text.split_once('e').expect("written above");
        format!("{}e{exponent}", strip(mantissa.to_owned()))
    } else {
        strip(fixed(value, (precision as i32 - 1 - exponent) as usize, alternate))
    }
}

/// `%a` without `0x`, as glibc writes it.
fn hexadecimal(value: f64, precision: Option<usize>, alternate: bool) -> String {
    const DIGITS: usize = 13;
    let bits = value.to_bits();
    let (biased, mut fraction) = ((bits >> 52) as i32, bits & ((1 << 52) - 1));
    let mut lead = u64::from(biased != 0);
    let exponent = match (biased, fraction) {
        (0, 0) => 0,
        (0, _) => -1022,
        _ => biased - 1023,
    };
    let digits = precision.unwrap_or(DIGITS);
    if digits < DIGITS {
        // Round to nearest, ties to even, on lead and fraction together.
        let drop = 4 * (DIGITS - digits) as u32;
        let all = lead << 52 | fraction;
        let (kept, rest, half) = (all >> drop, all & ((1 << drop) - 1), 1 << (drop - 1));
        let rounded = kept + u64::from(rest > half || rest == half && kept & 1 == 1);
        lead = rounded << drop >> 52;
        fraction = rounded << drop & ((1 << 52) - 1);
    }
    let mut text = format!("{fraction:013x}");
    match precision {
        None => text.truncate(text.trim_end_matches('0').len()),
        Some(p) if p <= DIGITS => text.truncate(p),
        Some(p) => text.push_str(&"0".repeat(p - DIGITS)),
    }
    let point = if text.is_empty() && !alternate { "" } else { "." };
    let mut whole = Vec::new();
    let _ = write!(whole, "{lead}{point}{text}p{exponent:+}");
    String::from_utf8(whole).expect("ASCII")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An argument as the compiler stores it.
    enum Arg {
        Int(i32),
        Long(i64),
        Double(f64),
        Text(&'static str),
    }
    use Arg::*;

    fn check(format: &str, args: &[Arg], expected: &str) {
        let (text, count) = formatted(format, args).unwrap();
        assert_eq!(text, expected, "of {format:?}");
        assert!(count >= 0);
    }

    fn formatted(format: &str, args: &[Arg]) -> Option<(String, i32)> {
        let mut memory = vec![0u8; 4096];
        memory[1..1 + format.len()].copy_from_slice(format.as_bytes());
        let (mut at, mut strings) = (1024, 2048);
        for arg in args {
            let bytes = match *arg {
                Int(i) => i.to_le_bytes().to_vec(),
                Long(l) => l.to_le_bytes().to_vec(),
                Double(d) => d.to_le_bytes().to_vec(),
                Text(t) => {
                    let address = strings as u64;
                    memory[strings..strings + t.len()].copy_from_slice(t.as_bytes());
                    strings += t.len() + 1;
                    address.to_le_bytes().to_vec()
                }
            };
            at = usize::next_multiple_of(at, bytes.len());
            memory[at..at + bytes.len()].copy_from_slice(&bytes);
            at += bytes.len();
        }
        let mut out = Vec::new();
        let count = printf(1, 1024, &mut |a| memory.get(a as usize).copied(), &mut out)?;
        Some((String::from_utf8(out).unwrap(), count))
    }

    #[test]
    fn integers_keep_flags_width_and_precision() {
        check(
            "%d|%5d|%-5d|%05d|%+d|% d",
            &[Int(1), Int(2), Int(3), Int(-4), Int(5), Int(6)],
            "1|    2|3    |-0004|+5| 6",
        );
        check(
            "%.3d|%6.3d|%-6.3d|%06.3d|%.0d|",
            &[Int(7), Int(7), Int(7), Int(7), Int(0)],
            "007|   007|007   |   007||",
        );
        check(
            "%u %x %X %#x %#o %o %#x",
            &[Int(-1), Int(-1), Int(0xabc), Int(255), Int(8), Int(8), Int(0)],
            "4294967295 ffffffff ABC 0xff 010 10 0",
        );
        check(
            "%*d|%-*d|%*d|%.*d",
            &[Int(4), Int(1), Int(4), Int(2), Int(-4), Int(3), Int(2), Int(4)],
            "   1|2   |3   |04",
        );
        check("%hhd %hd %hhu %hx", &[Int(300), Int(70000), Int(-1), Int(-1)], "44 4464 255 ffff");
    }

    #[test]
    fn arguments_lie_at_natural_alignment() {
        check(
            "%c %f %d %lld %s %d",
            &[Int(65), Double(1.5), Int(-3), Long(i64::MIN), Text("str"), Int(9)],
            "A 1.500000 -3 -9223372036854775808 str 9",
        );
        check("%ld %lu %zu", &[Long(-1), Long(-1), Long(7)], "-1 18446744073709551615 7");
    }

    #[test]
    fn floating_point_looks_as_in_c() {
        check("%f %.0f %.2f %#.0f", &[Double(0.1), Double(2.5), Double(-1.005), Double(3.0)], "0.100000 2 -1.00 3.");
        check(
            "%e %.2e %E",
            &[Double(12345.678), Double(0.00012), Double(1e100)],
            "1.234568e+04 1.20e-04 1.000000E+100",
        );
        check(
            "%g %g %g %g %g %#g",
            &[Double(100000.0), Double(1e6), Double(1e-4), Double(1e-5), Double(0.5), Double(0.5)],
            "100000 1e+06 0.0001 1e-05 0.5 0.500000",
        );
        check(
            "%a %a %a %.1a %A",
            &[Double(1.0), Double(0.1), Double(0.0), Double(1.96875), Double(255.5)],
            "0x1p+0 0x1.999999999999ap-4 0x0p+0 0x2.0p+0 0X1.FFP+7",
        );
        check(
            "%f %5.1f %F %010f",
            &[Double(f64::INFINITY), Double(f64::NEG_INFINITY), Double(f64::NAN), Double(f64::INFINITY)],
            "inf  -inf NAN        inf",
        );
        check("%08.3f|%-8.3f|%+.1f", &[Double(-3.24159), Double(2.0), Double(1.0)], "-003.242|2.000   |+1.0");
    }

    #[test]
    fn strings_and_pointers() {
        check(
            "[%s] [%5s] [%-5s] [%.2s]",
            &[Text("abc"), Text("ab"), Text("ab"), Text("abc")],
            "[abc] [   ab] [ab   ] [ab]",
        );
        check("%p %p %s", &[Long(0x7f00), Long(0), Long(0)], "0x7f00 (nil) (null)");
        check("%3c|%-3c|", &[Int(120), Int(121)], "  x|y  |");
    }

    #[test]
    fn what_is_no_conversion_stays() {
        check("100%% %y %", &[], "100% %y %");
    }

    #[test]
    fn an_unreadable_string_is_reported() {
        assert!(formatted("%s", &[Long(1 << 40)]).is_none());
    }

    #[test]
    fn the_result_counts_arguments() {
        assert_eq!(formatted("%d %*d", &[Int(1), Int(2), Int(3)]).unwrap().1, 3);
    }
}
