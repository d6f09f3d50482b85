//! `regauge run` starts programs, proves that they use the library, and ends as they end.
//!
//! The CUDA program is this test itself: started again, it opens `libcuda.so.1` as programs do.

use std::ffi::{CStr, c_char, c_int, c_uint};
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Output};

fn regauge(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_regauge"));
    command.arg("run").args(arguments);
    command
}

/// What ends, with its exit status and what it says on standard error.
fn run(arguments: &[&str]) -> (Option<i32>, String) {
    let output = regauge(arguments).output().expect("regauge starts");
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

/// Starts the part of this test that is named `client`.
fn run_client(options: &[&str], part: &str) -> Output {
    let this = std::env::current_exe().unwrap();
    let client = [this.to_str().unwrap(), "--exact", "client", "--nocapture"];
    regauge(&[options, &["--"], &client].concat()).env("CLIENT", part).output().expect("regauge starts")
}

/// The program: does nothing when it runs as one of the tests.
#[test]
fn client() {
    let Ok(part) = std::env::var("CLIENT") else { return };
    let name = if part == "plain name" { "libcuda.so" } else { "libcuda.so.1" };
    // SAFETY: the types are those of `cuda.h`.
    unsafe {
        let library = libloading::Library::new(name).expect("the library is found by its name");
        let init = library.get::<unsafe extern "C" fn(c_uint) -> c_int>(b"cuInit\0").unwrap();
        let name =
            library.get::<unsafe extern "C" fn(*mut c_char, c_int, c_int) -> c_int>(b"cuDeviceGetName\0").unwrap();
        let mut text = [0; 64];
        assert_eq!(name(text.as_mut_ptr(), 64, 0), 3, "cuInit comes first");
        assert_eq!(init(0), 0);
        assert_eq!(name(text.as_mut_ptr(), 64, 0), 0);
        println!("device: {}", CStr::from_ptr(text.as_ptr()).to_str().unwrap());
        if part == "fork" {
            let child = libc::fork();
            if child == 0 {
                libc::_exit(name(text.as_mut_ptr(), 64, 0) + 10 * init(0));
            }
            let mut status = 0;
            libc::waitpid(child, &mut status, 0);
            println!("child: {}", libc::WEXITSTATUS(status));
        }
    }
}

#[test]
fn a_program_that_uses_the_library_runs_in_silence() {
    for part in ["soname", "plain name"] {
        let output = run_client(&[], part);
        assert_eq!(output.status.code(), Some(0));
        assert_eq!(String::from_utf8_lossy(&output.stderr), "");
        assert!(String::from_utf8_lossy(&output.stdout).contains("device: AWS Trainium2 (Regauge)"));
    }
}

#[test]
fn a_program_started_by_a_program_counts() {
    let this = std::env::current_exe().unwrap();
    // Closes all descriptors that it does not know, as Python does.
    let script = format!("for fd in 3 4 5 6 7 8 9; do eval \"exec $fd>&-\"; done; {} --exact client", this.display());
    let output = regauge(&["sh", "-c", &script]).env("CLIENT", "soname").output().unwrap();
    assert_eq!((output.status.code(), String::from_utf8_lossy(&output.stderr).as_ref()), (Some(0), ""));
}

#[test]
fn a_launcher_in_a_launcher_tells_the_outer_one() {
    let this = std::env::current_exe().unwrap();
    let inner = [env!("CARGO_BIN_EXE_regauge"), "run", this.to_str().unwrap(), "--exact", "client"];
    let output = regauge(&inner).env("CLIENT", "soname").output().unwrap();
    assert_eq!((output.status.code(), String::from_utf8_lossy(&output.stderr).as_ref()), (Some(0), ""));
}

#[test]
fn options_reach_the_library() {
    let output = run_client(&["--device", "trn1"], "soname");
    assert!(String::from_utf8_lossy(&output.stdout).contains("device: AWS Trainium1 (Regauge)"));
}

#[test]
fn a_child_of_a_fork_is_told_that_nothing_is_initialized() {
    let output = run_client(&[], "fork");
    assert!(String::from_utf8_lossy(&output.stdout).contains("child: 33"));
}

#[test]
fn a_summary_without_launches_says_so() {
    let output = run_client(&["--summary"], "soname");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "regauge: no kernel was launched\n");
}

#[test]
fn a_program_that_never_uses_cuda_gets_a_warning_and_keeps_its_status() {
    let (code, text) = run(&["sh", "-c", "exit 7"]);
    assert_eq!(code, Some(7));
    assert!(text.contains("warning[T0101]"), "{text}");
}

#[test]
fn the_launcher_has_exit_codes_of_its_own() {
    assert_eq!(run(&["no-such-program"]).0, Some(127));
    assert_eq!(run(&["/etc/passwd"]).0, Some(126));
    assert_eq!(run(&["--no-such-option"]).0, Some(125));
}

#[test]
fn a_signal_that_kills_the_program_kills_the_launcher() {
    let output = regauge(&["sh", "-c", "kill -TERM $$"]).output().unwrap();
    assert_eq!(output.status.signal(), Some(libc::SIGTERM));
}

#[test]
fn a_signal_to_the_launcher_reaches_the_program() {
    let script = "trap 'exit 9' USR1; echo ready; while :; do sleep 0.05; done";
    let mut child = regauge(&["sh", "-c", script]).stdout(std::process::Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    std::io::BufRead::read_line(&mut std::io::BufReader::new(child.stdout.take().unwrap()), &mut line).unwrap();
    // SAFETY: the launcher is our child.
    unsafe { libc::kill(child.id() as i32, libc::SIGUSR1) };
    assert_eq!(child.wait().unwrap().code(), Some(9));
}

#[test]
fn a_misspelt_variable_is_told_once() {
    let this = std::env::current_exe().unwrap();
    let output = regauge(&["--", this.to_str().unwrap(), "--exact", "client"])
        .env("CLIENT", "soname")
        .env("REGAUGE_DEVISE", "trn1")
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stderr);
    let warning =
        "regauge: warning[T0111]: `REGAUGE_DEVISE` is no variable of regauge (did you mean `REGAUGE_DEVICE`?)";
    assert_eq!(text.trim_end(), warning);
}
