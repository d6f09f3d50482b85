//! What the manual asks of tensor maps: each rule kept at its edge, and broken.

use conformance::driver::{self, Driver};
use conformance::tensor::Map;
use std::cell::OnceCell;

thread_local! {
    static DRIVER: OnceCell<Driver> = const { OnceCell::new() };
}

const ADDRESS: u64 = 0x7f00_0000_1000;

/// The answer to encoding the map `tensormap(data, <text>)` of a tensor at an address.
fn answer(text: &str, address: u64) -> String {
    let map = Map::parse(&format!("data, {text}")).expect(text);
    DRIVER.with(|driver| {
        let driver = driver.get_or_init(|| Driver::open(&driver::path()).expect("the driver starts"));
        driver.tensor_map(&map, address).map_or_else(|failure| failure.name, |_| "CUDA_SUCCESS".into())
    })
}

#[track_caller]
fn check(good: &[&str], bad: &[&str]) {
    for text in good {
        assert_eq!(answer(text, ADDRESS), "CUDA_SUCCESS", "{text}");
    }
    for text in bad {
        assert_eq!(answer(text, ADDRESS), "CUDA_ERROR_INVALID_VALUE", "{text}");
    }
}

#[test]
fn the_tensor_has_one_to_five_dimensions_of_1_to_2_to_the_32() {
    check(
        &["u8, size 4294967296, box 16", "f32, size 1 1 1 1 1, stride 16 16 16 16, box 4 1 1 1 1"],
        &[
            "u8, size 4294967297, box 16",
            "u8, size 0, box 16",
            "u8, size 64 0, box 16 1",
            "f32, size 1 1 1 1 1 1, stride 16 16 16 16 16, box 4 1 1 1 1 1",
        ],
    );
}

#[test]
fn addresses_and_strides_are_multiples_of_16_or_32() {
    for (text, alignment) in [
        ("f32, size 64 2, box 32 2", 16),
        ("f16, size 16 4 2, box 16 4 2, interleave 32B, swizzle 32B", 32),
        ("b4x16_p64, size 128 4, box 128 4", 32),
        ("b6x16_p32, size 128 4, box 128 4", 32),
    ] {
        assert_eq!(answer(text, ADDRESS + alignment), "CUDA_SUCCESS", "{text}");
        assert_eq!(answer(text, ADDRESS + alignment / 2), "CUDA_ERROR_INVALID_VALUE", "{text}");
    }
    check(
        &["f32, size 6 4, stride 32, box 4 1", "f32, size 6 4, stride 1099511627760, box 4 1"],
        &[
            "f32, size 6 4, stride 24, box 4 1",
            "f32, size 6 4, stride 1099511627776, box 4 1",
            "f16, size 16 4 2, stride 48 192, box 16 4 2, interleave 32B, swizzle 32B",
            "b4x16_p64, size 128 4, stride 80, box 128 4",
        ],
    );
}

#[test]
fn boxes_have_1_to_256_elements_and_whole_pieces_of_16_bytes() {
    check(
        &["u8, size 999 999, stride 1008, box 256 256", "u8, size 99 9, stride 112, box 16 1"],
        &[
            "u8, size 999 999, stride 1008, box 256 257",
            "u8, size 999 999, stride 1008, box 16 0",
            "u8, size 999 999, stride 1008, box 24 1",
            "f32, size 64 9, box 3 1",
            "b4x16, size 64 2, box 16 2",
        ],
    );
}

#[test]
fn steps_are_1_to_8() {
    check(
        &["u8, size 64 64, box 16 64, step 1 8", "u8, size 64 64, box 16 64, step 3 1"],
        &["u8, size 64 64, box 16 64, step 1 9", "u8, size 64 64, box 16 64, step 1 0"],
    );
}

#[test]
fn rows_fit_what_the_swizzling_spans() {
    check(
        &[
            "u8, size 512 64, box 32 1, swizzle 32B",
            "u8, size 512 64, box 64 1, swizzle 64B",
            "u8, size 512 64, box 128 1, swizzle 128B",
            "u8, size 512 64, box 128 1, swizzle 128B.64B",
            "u8, size 512 64, box 256 1",
        ],
        &[
            "u8, size 512 64, box 48 1, swizzle 32B",
            "u8, size 512 64, box 80 1, swizzle 64B",
            "u8, size 512 64, box 144 1, swizzle 128B",
            "u8, size 512 64, box 144 1, swizzle 128B.32B",
        ],
    );
}

#[test]
fn interleaved_tensors_have_three_dimensions_or_more() {
    check(
        &["f16, size 8 4 2, box 8 4 2, interleave 16B", "f16, size 16 4 2, box 16 4 2, interleave 32B, swizzle 32B"],
        &[
            "f16, size 8 4, box 8 4, interleave 16B",
            "f16, size 16 4 2, box 16 4 2, interleave 32B",
            "f16, size 16 4 2, box 16 4 2, interleave 32B, swizzle 64B",
        ],
    );
}

#[test]
fn only_floating_point_elements_are_filled_with_nan() {
    check(
        &["f16, size 64, box 64, fill nan", "tf32, size 64, box 64, fill nan", "f64, size 64, box 64, fill nan"],
        &["u16, size 64, box 64, fill nan", "b4x16, size 64, box 64, fill nan", "s64, size 64, box 64, fill nan"],
    );
}

#[test]
fn packed_elements_come_in_boxes_of_128() {
    check(
        &["b4x16_p64, size 256 2, box 128 1, swizzle 128B", "b6x16_p32, size 256 2, box 128 1, swizzle 128B.64B"],
        &[
            "b4x16_p64, size 192 2, stride 96, box 128 1",
            "b4x16_p64, size 256 2, box 64 1",
            "b6x16_p32, size 256 2, box 128 1, swizzle 64B",
            "b4x16_p64, size 256 2, box 128 1, swizzle 128B.64B",
            "b4x16, size 63 2, stride 32, box 32 1",
        ],
    );
}

#[test]
fn corners_of_im2col_access_have_as_many_bits_as_dimensions_leave() {
    let with = |sizes: &str, corners: &str| format!("f16, size {sizes}, {corners}, channels 8, pixels 16");
    let good = [
        with("8 9 9", "lower -32768, upper 32767"),
        with("8 9 9 9", "lower -128 -128, upper 127 127"),
        with("8 9 9 9 9", "lower -16 -16 -16, upper 15 15 15"),
        with("8 9 9 9", "lower 4 0, upper -4 0"),
        "f16, size 8 9 9 9, lower 0 0, upper 0 0, channels 256, pixels 1024".into(),
    ];
    let bad = [
        with("8 9 9", "lower -32769, upper 0"),
        with("8 9 9 9", "lower 0 0, upper 128 0"),
        with("8 9 9 9 9", "lower -17 0 0, upper 0 0 0"),
        with("8 9 9 9", "lower 5 0, upper -4 0"),
        "f16, size 8 9 9 9, lower 0 0, upper 0 0, channels 257, pixels 16".into(),
        "f16, size 8 9 9 9, lower 0 0, upper 0 0, channels 8, pixels 1025".into(),
        "f16, size 8 9 9 9, lower 0 0, upper 0 0, channels 64, pixels 16, swizzle 64B".into(),
    ];
    check(&good.each_ref().map(String::as_str), &bad.each_ref().map(String::as_str));
}
