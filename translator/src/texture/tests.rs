//! Sampling against formulas written down from the programming guide, in exact arithmetic of their own: weights and
//! texels are integers, so sums are too.

use super::sample::{Colour, Coordinates, Detail, Fetch, fetch};
use super::surface::{self, Boundary, locate};
use super::*;

/// A texture of `f32` texels that lie in a vector, at addresses from 4096.
struct Picture {
    texels: Vec<f32>,
    image: Image,
}

const BASE: u64 = 4096;

impl Picture {
    fn new(size: [u32; 3], texel: impl Fn(u32) -> f32) -> Picture {
        let dimensions = 1 + u8::from(size[1] > 1 || size[2] > 1) + u8::from(size[2] > 1);
        let (row_pitch, rows) = (u64::from(size[0]) * 4, u64::from(size[1]));
        let level = Level { address: BASE, size, row_pitch, slice_pitch: row_pitch * rows };
        let image = Image {
            format: Format { channel: Channel::Float, count: 1 },
            dimensions,
            is_layered: false,
            is_cube: false,
            is_linear: false,
            layers: 1,
            levels: vec![level],
        };
        Picture { texels: (0..size.iter().product()).map(texel).collect(), image }
    }

    fn fetch(&self, sampler: &Sampler, request: &Fetch) -> f32 {
        let mut read = |address: u64, bytes: u32| {
            let at = ((address - BASE) / 4) as usize;
            Some(match bytes {
                4 => u64::from(self.texels.get(at)?.to_bits()),
                _ => u64::from(self.texels.get(at)?.to_bits()) | u64::from(self.texels.get(at + 1)?.to_bits()) << 32,
            })
        };
        match fetch(&self.image, sampler, request, &mut read) {
            Ok(Colour::Floats(floats)) => floats[0],
            other => panic!("{other:?}"),
        }
    }
}

fn at(geometry: Geometry, coordinates: [f32; 3]) -> Fetch {
    Fetch {
        geometry,
        layer: 0,
        sample: 0,
        coordinates: Coordinates::Float(coordinates),
        detail: Detail::Base,
        offset: [0; 3],
        compare: None,
        gather: None,
    }
}

fn sampler(mode: AddressMode, is_linear: bool, is_normalized: bool) -> Sampler {
    let border = [1000.0, 0.0, 0.0, 0.0];
    Sampler { address: [mode; 3], is_linear, is_normalized, border, ..Sampler::default() }
}

/// One axis of the guide, in 512ths of a texel: the two indices and the weight of the second in 256ths.
fn axis(mode: AddressMode, n: i64, position: i64) -> ([Option<i64>; 2], i64) {
    let turn = 512 * n;
    let position = match mode {
        AddressMode::Wrap => position.rem_euclid(turn),
        AddressMode::Mirror if position.div_euclid(turn) % 2 == 0 => position.rem_euclid(turn),
        AddressMode::Mirror => turn - position.rem_euclid(turn),
        _ => position,
    };
    let from = position - 256;
    let (index, rest) = (from.div_euclid(512), from.rem_euclid(512));
    // Half way between two 256ths is rounded up.
    let weight = (rest + 1) / 2;
    let texel = |i: i64| match mode {
        AddressMode::Wrap => Some(i.rem_euclid(n)),
        AddressMode::Mirror | AddressMode::Clamp => Some(i.clamp(0, n - 1)),
        _ => (0..n).contains(&i).then_some(i),
    };
    ([texel(index), texel(index + 1)], weight)
}

const MODES: [AddressMode; 4] = [AddressMode::Wrap, AddressMode::Mirror, AddressMode::Clamp, AddressMode::Border];

#[test]
fn the_border_is_in_clamp_ogl_only_where_filtering_mixes_it_in() {
    let picture = Picture::new([4, 1, 1], |at| at as f32);
    let at_x = |is_linear, x| {
        picture.fetch(&sampler(AddressMode::ClampOgl, is_linear, true), &at(Geometry::D1, [x, 0.0, 0.0]))
    };
    assert_eq!([-1.0, 0.0, 0.5, 1.0, 2.0].map(|x| at_x(false, x)), [0.0, 0.0, 2.0, 3.0, 3.0]);
    assert_eq!([-1.0, 0.0, 0.5, 1.0, 2.0].map(|x| at_x(true, x)), [500.0, 500.0, 1.5, 501.5, 501.5]);
    let texel = |x| {
        let request = Fetch { coordinates: Coordinates::Integer([x, 0, 0]), ..at(Geometry::D1, [0.0; 3]) };
        picture.fetch(&sampler(AddressMode::ClampOgl, false, false), &request)
    };
    assert_eq!([-1, 0, 3, 4].map(texel), [0.0, 0.0, 3.0, 3.0]);
}

#[test]
fn linear_filtering_in_one_dimension_is_the_guides_formula() {
    let n = 8;
    let picture = Picture::new([n, 1, 1], |i| (i * i * 3 % 97) as f32);
    for mode in MODES {
        for position in -3 * 512 * i64::from(n)..3 * 512 * i64::from(n) {
            let x = position as f32 / (512 * n) as f32;
            let found = picture.fetch(&sampler(mode, true, true), &at(Geometry::D1, [x, 0.0, 0.0]));
            let (texels, weight) = axis(mode, n.into(), position);
            let value = |i: Option<i64>| i.map_or(1000, |i| picture.texels[i as usize] as i64);
            let wanted = (256 - weight) * value(texels[0]) + weight * value(texels[1]);
            assert_eq!(found, wanted as f32 / 256.0, "{mode:?} at {position}/512");
        }
    }
}

#[test]
fn linear_filtering_in_three_dimensions_weighs_eight_texels() {
    let size = [4u32, 2, 8];
    let picture = Picture::new(size, |i| (i * 29 % 113) as f32);
    let mut seed = 1u64;
    let mut random = |bound: i64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (seed >> 33) as i64 % bound
    };
    for round in 0..20_000 {
        let mode = MODES[round % 4];
        let place = [0, 1, 2].map(|i| random(6 * 512 * i64::from(size[i])) - 3 * 512 * i64::from(size[i]));
        let x = [0, 1, 2].map(|i| place[i] as f32 / (512 * size[i]) as f32);
        let found = picture.fetch(&sampler(mode, true, true), &at(Geometry::D3, x));
        let taps = [0, 1, 2].map(|i| axis(mode, size[i].into(), place[i]));
        let mut wanted = 0;
        for corner in 0..8 {
            let bit = |i: usize| corner >> i & 1;
            let weight: i64 = (0..3).map(|i| if bit(i) == 1 { taps[i].1 } else { 256 - taps[i].1 }).product();
            let index = [0, 1, 2].map(|i| taps[i].0[bit(i)]);
            let texel = match index {
                [Some(x), Some(y), Some(z)] => {
                    picture.texels[((z * i64::from(size[1]) + y) * i64::from(size[0]) + x) as usize] as i64
                }
                _ => 1000,
            };
            wanted += weight * texel;
        }
        assert_eq!(found, wanted as f32 / (1 << 24) as f32, "{mode:?} at {place:?}");
    }
}

#[test]
fn the_nearest_texel_is_the_one_a_coordinate_lies_in() {
    let n = 8;
    let picture = Picture::new([n, 1, 1], |i| i as f32);
    for mode in MODES {
        for position in -24 * 16..24 * 16 {
            let x = position as f32 / 16.0 / n as f32;
            let found = picture.fetch(&sampler(mode, false, true), &at(Geometry::D1, [x, 0.0, 0.0]));
            let (n, turn) = (i64::from(n), 16 * i64::from(n));
            let wanted = match mode {
                AddressMode::Wrap => i64::from(position).rem_euclid(turn) / 16,
                AddressMode::Mirror if i64::from(position).div_euclid(turn) % 2 == 0 => {
                    i64::from(position).rem_euclid(turn) / 16
                }
                // The mirrored coordinate may be the size itself.
                AddressMode::Mirror => ((turn - i64::from(position).rem_euclid(turn)) / 16).min(n - 1),
                AddressMode::Clamp => i64::from(position).div_euclid(16).clamp(0, n - 1),
                _ if (0..turn).contains(&i64::from(position)) => i64::from(position) / 16,
                _ => 1000,
            };
            assert_eq!(found, wanted as f32, "{mode:?} at {position}/16");
        }
    }
}

#[test]
fn odd_coordinates_stay_on_the_texture() {
    let picture = Picture::new([4, 1, 1], |i| i as f32);
    for mode in MODES {
        for is_linear in [false, true] {
            for x in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX, -f32::MAX, 1e-45, -0.0] {
                let found = picture.fetch(&sampler(mode, is_linear, true), &at(Geometry::D1, [x, 0.0, 0.0]));
                assert!((0.0..=1000.0).contains(&found), "{mode:?} at {x}: {found}");
            }
        }
    }
}

#[test]
fn every_component_is_stored_as_it_is_read() {
    for &channel in Channel::ALL {
        let most = if channel.bytes() == 1 { 0x100 } else { 0x10000 };
        for raw in 0..most {
            let number = channel.number(raw) as f32;
            let register = if channel.is_integer() { channel.integer(raw) } else { number.to_bits() };
            // The least number has two patterns, a NaN has many.
            let is_least = matches!(channel, Channel::Snorm8 | Channel::Snorm16) && raw == most / 2;
            if !is_least && !number.is_nan() && channel.bytes() < 4 {
                assert_eq!(channel.store(register), raw, "{channel:?}");
            }
        }
    }
    assert_eq!(Channel::Signed8.store(-300i32 as u32), 0x80);
    assert_eq!(Channel::Unorm8.store(f32::NAN.to_bits()), 0);
    assert_eq!(Channel::Unorm8.store(2.0f32.to_bits()), 255);
}

/// The table of the programming guide, "Cubemap Textures", read as: which component is the major axis, and what `s`
/// and `t` are.
#[test]
fn directions_fall_on_the_face_of_their_longest_component() {
    let axes: [([f64; 3], u32); 6] = [
        ([1.0, 0.0, 0.0], 0),
        ([-1.0, 0.0, 0.0], 1),
        ([0.0, 1.0, 0.0], 2),
        ([0.0, -1.0, 0.0], 3),
        ([0.0, 0.0, 1.0], 4),
        ([0.0, 0.0, -1.0], 5),
    ];
    for (direction, face) in axes {
        let found = cube::project(direction);
        assert_eq!((found.face, found.s, found.t), (face, 0.5, 0.5));
    }
    let found = cube::project([2.0, 1.0, 0.5]);
    assert_eq!((found.face, found.s, found.t), (0, 0.375, 0.25));
    let found = cube::project([-0.5, 1.0, -2.0]);
    assert_eq!((found.face, found.s, found.t), (5, 0.625, 0.25));
    assert_eq!(cube::project([0.0; 3]).face, 0);
}

#[test]
fn the_texel_over_an_edge_touches_the_one_before_it() {
    const N: u32 = 5;
    let center = |face: u32, x: u32, y: u32| {
        let c = |i: u32| 2.0 * (f64::from(i) + 0.5) / f64::from(N) - 1.0;
        let (s, t) = (c(x), c(y));
        match face {
            0 => [1.0, -t, -s],
            1 => [-1.0, -t, s],
            2 => [s, 1.0, t],
            3 => [s, -1.0, -t],
            4 => [s, -t, 1.0],
            _ => [-s, -t, -1.0],
        }
    };
    for face in 0..6 {
        for i in 0..N {
            let edges = [(-1, i64::from(i)), (5, i64::from(i)), (i64::from(i), -1), (i64::from(i), 5)];
            for (x, y) in edges {
                let (other, ox, oy) = cube::across_edge(face, x, y, N);
                assert_ne!(other, face);
                let inside = [x, y].map(|c| c.clamp(0, i64::from(N) - 1) as u32);
                let (a, b) = (center(face, inside[0], inside[1]), center(other, ox, oy));
                let distance = (0..3).map(|k| (a[k] - b[k]).powi(2)).sum::<f64>().sqrt();
                // Both are half a texel away from the edge, at a right angle.
                let texel = 2.0 / f64::from(N);
                assert!((distance - texel / 2.0 * 2f64.sqrt()).abs() < 1e-9, "face {face} ({x}, {y}): {distance}");
            }
        }
    }
}

#[test]
fn surface_addresses_follow_rows_slices_and_layers() {
    let mut image = Picture::new([4, 3, 2], |_| 0.0).image;
    let access =
        |geometry, at, bytes, boundary| surface::Access { geometry, layer: 1, at, by_texel: false, bytes, boundary };
    let found = |image: &Image, access| locate(image, &access);
    assert_eq!(found(&image, access(Geometry::D3, [8, 2, 1], 8, Boundary::Trap)), Ok(Some(BASE + 48 + 32 + 8)));
    assert_eq!(found(&image, access(Geometry::D3, [12, 0, 0], 8, Boundary::Zero)), Ok(None));
    assert_eq!(found(&image, access(Geometry::D3, [12, 9, 9], 8, Boundary::Clamp)), Ok(Some(BASE + 48 + 32 + 8)));
    assert!(found(&image, access(Geometry::D3, [16, 0, 0], 4, Boundary::Trap)).is_err());
    assert!(found(&image, access(Geometry::D3, [2, 0, 0], 4, Boundary::Trap)).is_err(), "it is not aligned");
    assert!(found(&image, access(Geometry::D2, [0, 0, 0], 4, Boundary::Trap)).is_err(), "it has another geometry");
    (image.dimensions, image.is_layered, image.layers, image.levels[0].size[2]) = (2, true, 2, 1);
    assert_eq!(found(&image, access(Geometry::A2, [4, 1, 0], 4, Boundary::Trap)), Ok(Some(BASE + 48 + 16 + 4)));
}

#[test]
fn a_level_lies_where_the_detail_is_nearest() {
    let mut picture = Picture::new([4, 1, 1], |i| i as f32);
    picture.texels.extend([10.0, 10.0, 20.0]);
    let level = |address, n| Level { address, size: [n, 1, 1], row_pitch: 16, slice_pitch: 16 };
    picture.image.levels = vec![level(BASE, 4), level(BASE + 16, 2), level(BASE + 24, 1)];
    let check = |detail: f32, mixes_levels: bool, expected: f32| {
        let sampler = Sampler { mixes_levels, ..sampler(AddressMode::Clamp, false, true) };
        let request = Fetch { detail: Detail::Level(detail), ..at(Geometry::D1, [0.0; 3]) };
        assert_eq!(picture.fetch(&sampler, &request), expected, "{detail} {mixes_levels}");
    };
    check(0.49, false, 0.0);
    check(0.5, false, 10.0);
    check(1.5, false, 20.0);
    check(0.25, true, 2.5);
    check(1.5, true, 15.0);
    check(-3.0, true, 0.0);
    check(99.0, true, 20.0);
    check(f32::NAN, true, 0.0);
}

#[test]
fn samplers_are_declared_as_in_ptx() {
    let fields = [("filter_mode", "linear"), ("addr_mode_1", "mirror"), ("normalized_coords", "1"), ("width", "32")];
    let sampler = Sampler::from_fields(fields).unwrap();
    assert!(sampler.is_linear && sampler.is_normalized);
    assert_eq!(sampler.address, [AddressMode::Clamp, AddressMode::Mirror, AddressMode::Clamp]);
    assert!(Sampler::from_fields([("filter_mode", "fast")]).is_err());
    assert!(Sampler::from_fields([("colour", "1")]).is_err());
}
