//! The sweeps against the library of this build: no form gives a wrong result or is refused, and no executed form is
//! without a test.

use std::path::Path;
use std::process::Command;

#[test]
fn every_form_means_what_the_manual_says() {
    let json = Path::new(env!("CARGO_TARGET_TMPDIR")).join("conformance.json");
    let status = Command::new(env!("CARGO_BIN_EXE_conformance"))
        .args(["report", "--json"])
        .arg(&json)
        .status()
        .expect("the command starts");
    assert!(status.success());
    let text = std::fs::read_to_string(json).expect("the report is there");
    let report: serde_json::Value = serde_json::from_str(&text).expect("it is JSON");
    let forms = report["forms"].as_array().expect("there are forms");
    let with = |verdict: &str| -> Vec<String> {
        let chosen = forms.iter().filter(|form| form["verdict"] == verdict);
        chosen.map(|form| format!("{} {}: {}", form["instruction"], form["form"], form["failures"])).collect()
    };
    assert_eq!(with("failing"), Vec::<String>::new(), "results are wrong");
    assert_eq!(with("unsupported"), Vec::<String>::new(), "forms that the table calls executed are refused");
    assert_eq!(with("untested"), Vec::<String>::new(), "forms are executed and nothing tests them");
    let swept = with("exact").len() + with("within_bound").len();
    assert!(swept > 150, "only {swept} forms were swept");
}
