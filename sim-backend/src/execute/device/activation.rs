//! Activation functions of the Scalar engine.
//!
//! The engine evaluates piecewise polynomials whose error AWS does not publish, so here every function is computed in
//! binary64 and rounded once, within the range NKI documents for it (`nki.api.shared.rst`, "Activation functions").
//! Outside that range hardware returns garbage; here it is NaN, which shows.

use translator::neuron::words::Activation;

/// `function(x)`.
pub(super) fn activate(function: Activation, x: f32) -> f32 {
    if !in_range(function, x) {
        return f32::NAN;
    }
    let wide = f64::from(x);
    let result = match function {
        Activation::Copy => return x,
        Activation::Square => wide * wide,
        Activation::Sigmoid => sigmoid(wide),
        // `prelu` without a slope operand is `relu`.
        Activation::Relu | Activation::Prelu => wide.max(0.0),
        Activation::Gelu => wide * normal_cdf(wide),
        Activation::GeluDx => normal_cdf(wide) + wide * normal_pdf(wide),
        Activation::GeluApprxTanh => 0.5 * wide * (1.0 + (GELU_TANH * (wide + 0.044_715 * wide.powi(3))).tanh()),
        Activation::GeluApprxSigmoid => wide * sigmoid(1.702 * wide),
        Activation::Silu => wide * sigmoid(wide),
        Activation::SiluDx => sigmoid(wide) * (1.0 + wide * (1.0 - sigmoid(wide))),
        Activation::Tanh => wide.tanh(),
        Activation::Softplus => softplus(wide),
        Activation::Mish => wide * softplus(wide).tanh(),
        Activation::Erf => erf(wide),
        Activation::ErfDx => std::f64::consts::FRAC_2_SQRT_PI * (-wide * wide).exp(),
        Activation::Exp => wide.exp(),
        Activation::Sign => {
            if wide == 0.0 {
                0.0
            } else {
                wide.signum()
            }
        }
        Activation::Abs => wide.abs(),
        Activation::Log => wide.ln(),
        Activation::Sin => wide.sin(),
        Activation::Arctan => wide.atan(),
        Activation::Sqrt => wide.sqrt(),
        Activation::Rsqrt => 1.0 / wide.sqrt(),
        Activation::Reciprocal => 1.0 / wide,
    };
    result as f32
}

/// √(2/π)
const GELU_TANH: f64 = std::f64::consts::FRAC_2_SQRT_PI * std::f64::consts::FRAC_1_SQRT_2;

fn in_range(function: Activation, x: f32) -> bool {
    let magnitude = f64::from(x.abs());
    let between = |low: i32, high: i32| (2f64.powi(low)..=2f64.powi(high)).contains(&magnitude);
    let positive = x > 0.0;
    match function {
        Activation::Log => positive && between(-64, 64),
        Activation::Sin => magnitude <= std::f64::consts::PI,
        Activation::Arctan => magnitude <= std::f64::consts::FRAC_PI_2,
        Activation::Sqrt => x == 0.0 || positive && between(-116, 118),
        Activation::Rsqrt => positive && between(-87, 97),
        Activation::Reciprocal => between(-42, 42),
        _ => true,
    }
}

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

fn softplus(x: f64) -> f64 {
    x.max(0.0) + (-x.abs()).exp().ln_1p()
}

fn normal_pdf(x: f64) -> f64 {
    0.5 * std::f64::consts::FRAC_2_SQRT_PI * std::f64::consts::FRAC_1_SQRT_2 * (-0.5 * x * x).exp()
}

fn normal_cdf(x: f64) -> f64 {
    // For negative arguments the complement keeps the digits that 1 - erf would cancel.
    0.5 * erfc(-x * std::f64::consts::FRAC_1_SQRT_2)
}

/// The error function: its Maclaurin series where that converges fast, else 1 - erfc.
fn erf(x: f64) -> f64 {
    if x.abs() > 2.5 {
        return if x > 0.0 { 1.0 - erfc(x) } else { erfc(-x) - 1.0 };
    }
    // erf x = 2/√π · e^(-x²) · Σ 2ⁿ x^(2n+1) / (1·3·5···(2n+1)): all terms have one sign, so nothing cancels.
    let (mut term, mut sum, mut n) = (x, x, 1.0);
    while term.abs() > sum.abs() * 1e-17 {
        term *= 2.0 * x * x / (2.0 * n + 1.0);
        sum += term;
        n += 1.0;
    }
    std::f64::consts::FRAC_2_SQRT_PI * (-x * x).exp() * sum
}

/// The complementary error function: the continued fraction of Laplace where that converges fast, else 1 - erf.
fn erfc(x: f64) -> f64 {
    if x <= 2.5 {
        return 1.0 - erf(x);
    }
    if x.is_infinite() {
        return 0.0;
    }
    let fraction = (1..=60).rev().fold(x, |below, n| x + f64::from(n) * 0.5 / below);
    (-x * x).exp() / fraction * 0.5 * std::f64::consts::FRAC_2_SQRT_PI
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(function: Activation, x: f32, expected: f32) {
        let got = activate(function, x);
        assert!((got - expected).abs() <= expected.abs() * 2e-7, "{function}({x}) = {got}, expected {expected}");
    }

    #[test]
    fn functions_have_their_textbook_values() {
        check(Activation::Erf, 0.5, 0.520_499_9);
        check(Activation::Erf, 2.0, 0.995_322_3);
        check(Activation::Erf, -3.0, -0.999_977_9);
        check(Activation::Gelu, 1.0, 0.841_344_8);
        check(Activation::Gelu, -4.0, -1.266_849_7e-4);
        check(Activation::GeluApprxTanh, 1.0, 0.841_192);
        check(Activation::Softplus, 1.0, 1.313_261_6);
        check(Activation::Mish, 1.0, 0.865_098_4);
        check(Activation::Silu, 2.0, 1.761_594_2);
        check(Activation::Exp, 1.0, std::f32::consts::E);
        check(Activation::Sign, -3.0, -1.0);
        check(Activation::Sign, 0.0, 0.0);
    }

    #[test]
    fn the_two_forms_of_the_error_function_meet() {
        let (below, above) = (erf(2.5), 1.0 - erfc(2.5 + f64::EPSILON * 2.0));
        assert!((below - above).abs() < 1e-14);
    }

    #[test]
    fn outside_its_documented_range_a_function_is_nan() {
        assert!(activate(Activation::Sin, 9.0).is_nan());
        assert!(activate(Activation::Log, 0.0).is_nan());
        assert!(activate(Activation::Reciprocal, 1e20).is_nan());
        assert!(!activate(Activation::Sin, 3.0).is_nan());
    }
}
