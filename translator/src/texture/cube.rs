//! Cubemaps: from a direction to a face and a place on it, and over the edges of faces.

/// A place on a face, in coordinates of [0, 1].
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct OnFace {
    /// 0 to 5: +x, -x, +y, -y, +z, -z.
    pub face: u32,
    /// Across.
    pub s: f64,
    /// Down.
    pub t: f64,
}

/// The face whose axis is the longest component of a direction; the first of equally long ones. Its coordinates are
/// those of the programming guide's table: face, the major axis, and the two others with their signs.
pub fn project([x, y, z]: [f64; 3]) -> OnFace {
    let (face, major, s, t) = face_of([x, y, z]);
    if major == 0.0 || major.is_nan() {
        // No direction at all.
        return OnFace { face, s: 0.5, t: 0.5 };
    }
    OnFace { face, s: (s / major + 1.0) / 2.0, t: (t / major + 1.0) / 2.0 }
}

fn face_of([x, y, z]: [f64; 3]) -> (u32, f64, f64, f64) {
    let (ax, ay, az) = (x.abs(), y.abs(), z.abs());
    if ax >= ay && ax >= az {
        if x >= 0.0 { (0, x, -z, -y) } else { (1, -x, z, -y) }
    } else if ay >= az {
        if y >= 0.0 { (2, y, x, z) } else { (3, -y, x, -z) }
    } else if z >= 0.0 {
        (4, z, x, -y)
    } else {
        (5, -z, -x, -y)
    }
}

/// How a place on the face of a direction moves when the direction does: the derivative of [`project`].
pub fn differential(direction: [f64; 3], change: [f64; 3]) -> [f64; 2] {
    let (face, major, s, t) = face_of(direction);
    let [x, y, z] = change;
    let (dm, ds, dt) = match face {
        0 => (x, -z, -y),
        1 => (-x, z, -y),
        2 => (y, x, z),
        3 => (-y, x, -z),
        4 => (z, x, -y),
        _ => (-z, -x, -y),
    };
    if major == 0.0 {
        return [0.0; 2];
    }
    let moved = |change: f64, at: f64| (change * major - at * dm) / (major * major) / 2.0;
    [moved(ds, s), moved(dt, t)]
}

/// The direction of a place on a face, which may lie beyond its edge.
fn direction(face: u32, s: f64, t: f64) -> [f64; 3] {
    let (s, t) = (2.0 * s - 1.0, 2.0 * t - 1.0);
    match face {
        0 => [1.0, -t, -s],
        1 => [-1.0, -t, s],
        2 => [s, 1.0, t],
        3 => [s, -1.0, -t],
        4 => [s, -t, 1.0],
        _ => [-s, -t, -1.0],
    }
}

/// The texel of the neighbouring face that lies where `(x, y)`, one step beyond an edge of `face`, would be.
pub fn across_edge(face: u32, x: i64, y: i64, size: u32) -> (u32, u32, u32) {
    let n = f64::from(size);
    let center = |i: i64| (i as f64 + 0.5) / n;
    let there = project(direction(face, center(x), center(y)));
    let texel = |c: f64| ((c * n).floor().max(0.0) as u32).min(size - 1);
    (there.face, texel(there.s), texel(there.t))
}
