//! Runs a program to its end, with a time limit, and keeps what it prints.

use anyhow::{Context as _, Result};
use std::fmt;
use std::io::Read;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// How a program ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct End {
    /// Exit status; `None` if a signal ended it.
    pub code: Option<i32>,
    /// It did not end in time and was stopped.
    pub timed_out: bool,
    /// What it printed.
    pub stdout: String,
    /// What it printed on standard error.
    pub stderr: String,
    /// How long it ran.
    pub time: Duration,
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.code {
            _ if self.timed_out => write!(f, "stopped after {:.0?}", self.time)?,
            Some(code) => write!(f, "exit status {code}")?,
            None => write!(f, "ended by a signal")?,
        }
        for text in [&self.stdout, &self.stderr] {
            if !text.trim().is_empty() {
                write!(f, "\n{}", text.trim_end())?;
            }
        }
        Ok(())
    }
}

/// Runs a program; one that is still there after `limit` is stopped.
pub fn run(command: &mut Command, limit: Duration) -> Result<End> {
    let start = Instant::now();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("{} does not start", command.get_program().display()))?;
    let stdout = collect(child.stdout.take().expect("it is piped"));
    let stderr = collect(child.stderr.take().expect("it is piped"));
    let mut timed_out = false;
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        if start.elapsed() > limit {
            timed_out = true;
            child.kill()?;
            break child.wait()?;
        }
        thread::sleep(Duration::from_millis(2));
    };
    let [stdout, stderr] = [stdout, stderr].map(|reader| reader.join().expect("reading does not panic"));
    Ok(End { code: status.code(), timed_out, stdout, stderr, time: start.elapsed() })
}

fn collect(mut pipe: impl Read + Send + 'static) -> thread::JoinHandle<String> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        // What came before an error is still worth showing.
        let _ = pipe.read_to_end(&mut bytes);
        String::from_utf8_lossy(&bytes).into_owned()
    })
}
