//! Every change of one place in a text: numbers by extreme ones, words and statements gone, twice or elsewhere.
//!
//! Mutation at random makes several changes at once, most of which the parser already refuses; what a checker forgets
//! about a single number, it rarely meets.

use super::mutate::split;

/// What a number becomes: bounds of counts, sizes, alignments and types, and one past them.
const NUMBERS: &str = "0 1 -1 2 3 5 7 8 16 31 32 33 63 64 65 127 128 255 256 257 1024 1025 4096 32764 32765 32768 65535 \
    65536 1048576 2147483647 2147483648 -2147483648 4294967295 4294967296 34359738368 1099511627776 \
    9223372036854775807 -9223372036854775808 18446744073709551615 18446744073709551616 0f7fc00000 1.5 %r1";

/// Calls `visit` with each changed text, until it answers that it is enough. Whether it never did.
pub fn each_change(text: &[u8], mut visit: impl FnMut(&[u8]) -> bool) -> bool {
    let tokens = split(text);
    let mut is_comment = false;
    let mut begin = 0;
    for (at, token) in tokens.iter().enumerate() {
        match token.as_slice() {
            b"/" if tokens.get(at + 1).is_some_and(|next| next == b"/") => is_comment = true,
            b"\n" => (is_comment, begin) = (false, at + 1),
            _ => {}
        }
        if is_comment || is_blank(token) {
            continue;
        }
        let (before, after) = (tokens[..at].concat(), tokens[at + 1..].concat());
        let mut replace = |new: &[u8]| visit(&[&before, new, &after].concat());
        let mut goes_on = if token[0].is_ascii_digit() {
            NUMBERS.split_whitespace().all(|number| replace(number.as_bytes()))
        } else {
            replace(b"") && replace(&[token, &b" "[..], token].concat())
        };
        if let Some(next) = (at + 1..tokens.len()).find(|&next| !is_blank(&tokens[next])) {
            let mut swapped = tokens.clone();
            swapped.swap(at, next);
            goes_on = goes_on && visit(&swapped.concat());
        }
        if token == b";" {
            let (before, statement) = (tokens[..begin].concat(), tokens[begin..=at].concat());
            goes_on = goes_on && visit(&[&before[..], &after].concat());
            goes_on = goes_on && visit(&[&before[..], &statement, &statement, &after].concat());
            begin = at + 1;
        }
        if !goes_on {
            return false;
        }
    }
    true
}

fn is_blank(token: &[u8]) -> bool {
    token.iter().all(u8::is_ascii_whitespace)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_words_and_statements_change_one_at_a_time() {
        let mut texts = Vec::new();
        each_change(b"mov a, 9; // 9 9\nret;", |text| {
            texts.push(String::from_utf8(text.to_vec()).unwrap());
            true
        });
        for (text, what) in [
            ("mov a, 34359738368; // 9 9\nret;", "a number is another"),
            (" a, 9; // 9 9\nret;", "a word is gone"),
            ("mov mov a, 9; // 9 9\nret;", "a word stands twice"),
            ("a mov, 9; // 9 9\nret;", "words are swapped"),
            (" // 9 9\nret;", "a statement is gone"),
            ("mov a, 9; // 9 9\nret;ret;", "a statement stands twice"),
        ] {
            assert!(texts.iter().any(|found| found == text), "{what}");
        }
        assert!(texts.iter().all(|text| text.contains("9 9")), "comments stay as they are");
    }

    #[test]
    fn it_ends_when_it_is_enough() {
        let mut count = 0;
        each_change(b"a b c d e f", |_| {
            count += 1;
            count < 3
        });
        assert_eq!(count, 3);
    }
}
