//! A short run of the fuzz targets, always with the same inputs. `soak` goes on with others.

use conformance::differential::Random;
use conformance::fuzz::TARGETS;
use conformance::fuzz::mutate::Seeds;

/// Inputs of each target.
const INPUTS: u64 = 300;

#[test]
fn no_input_makes_a_target_panic() {
    let seeds = Seeds::new();
    for (name, target) in TARGETS {
        for number in 0..INPUTS {
            let input = seeds.input(name, &mut Random::new(number));
            let outcome = std::panic::catch_unwind(|| target(&input));
            assert!(outcome.is_ok(), "`{name}` panics with input {number}:\n{}", String::from_utf8_lossy(&input));
        }
    }
}
