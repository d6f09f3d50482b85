//! Runs workers, several at a time, and goes on behind a subject that ended one.

use super::catalogue::Catalogue;
use super::judge::{Outcome, State};
use super::worker::{Line, from_hex};
use anyhow::{Context as _, Result};
use std::collections::VecDeque;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

/// Subjects that a worker gets at once.
const PER_WORKER: usize = 256;

/// How to run workers.
pub struct Supervisor<'a> {
    /// Makes the command of a worker, without the subjects.
    pub command: &'a (dyn Fn() -> Command + Sync),
    /// Workers at a time.
    pub jobs: usize,
    /// A worker that says nothing for so long is stopped.
    pub patience: Duration,
}

/// What came of a subject.
pub struct Finished {
    /// Its index in the catalogue.
    pub index: usize,
    /// How it went.
    pub outcome: Outcome,
    /// Its outputs, packed, if they were kept.
    pub outputs: Option<Vec<u8>>,
}

impl Supervisor<'_> {
    /// Runs all subjects, and tells of each as it ends; answers in the order of the catalogue.
    pub fn run(&self, catalogue: &Catalogue, tell: &(dyn Fn(&Finished) + Sync)) -> Result<Vec<Finished>> {
        let indices: Vec<usize> = (0..catalogue.subjects.len()).collect();
        let chunk = PER_WORKER.min(indices.len().div_ceil(self.jobs).max(1));
        let queue: Mutex<VecDeque<Vec<usize>>> = Mutex::new(indices.chunks(chunk).map(<[usize]>::to_vec).collect());
        let finished = Mutex::new(Vec::new());
        let next = || queue.lock().expect("no worker thread panics").pop_front();
        thread::scope(|scope| {
            let threads: Vec<_> = (0..self.jobs.max(1))
                .map(|_| {
                    scope.spawn(|| -> Result<()> {
                        while let Some(mut indices) = next() {
                            while !indices.is_empty() {
                                self.run_worker(catalogue, &mut indices, &mut |done| {
                                    tell(&done);
                                    finished.lock().expect("no worker thread panics").push(done);
                                })?;
                            }
                        }
                        Ok(())
                    })
                })
                .collect();
            threads.into_iter().try_for_each(|thread| thread.join().expect("a worker thread does not panic"))
        })?;
        let mut finished = finished.into_inner().expect("no worker thread panics");
        finished.sort_by_key(|done| done.index);
        Ok(finished)
    }

    /// Runs one worker; takes out of `indices` what it has dealt with, one way or another.
    fn run_worker(
        &self,
        catalogue: &Catalogue,
        indices: &mut Vec<usize>,
        done: &mut dyn FnMut(Finished),
    ) -> Result<()> {
        let list = indices.iter().map(usize::to_string).collect::<Vec<_>>().join(",");
        let mut child = (self.command)()
            .arg(list)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .context("a worker does not start")?;
        let stdout = BufReader::new(child.stdout.take().expect("it is piped"));
        let mut stderr = child.stderr.take().expect("it is piped");
        let errors = thread::spawn(move || {
            let mut bytes = Vec::new();
            // What came before an error is still worth showing.
            let _ = std::io::Read::read_to_end(&mut stderr, &mut bytes);
            String::from_utf8_lossy(&bytes).into_owned()
        });
        let (sender, receiver) = mpsc::channel();
        thread::spawn(move || {
            for line in stdout.lines().map_while(Result::ok) {
                // A driver may print to standard output too.
                if let Ok(line) = serde_json::from_str::<Line>(&line)
                    && sender.send(line).is_err()
                {
                    return;
                }
            }
        });
        let mut current = indices[0];
        let end = loop {
            match receiver.recv_timeout(self.patience) {
                Ok(Line::Begin(index)) => current = index,
                Ok(Line::End(index, outcome, outputs)) => {
                    indices.retain(|other| *other != index);
                    let outputs = outputs.and_then(|text| from_hex(&text));
                    done(Finished { index, outcome, outputs });
                }
                Ok(Line::Broken(_)) => break None,
                Ok(Line::Done) if indices.is_empty() => break None,
                Ok(Line::Done) => break Some("a line of its output was lost".to_owned()),
                Err(RecvTimeoutError::Timeout) => {
                    break Some(format!("stopped: it said nothing for {:.0?}", self.patience));
                }
                Err(RecvTimeoutError::Disconnected) => break Some("the process ended".to_owned()),
            }
        };
        if end.is_some() {
            // It may have ended by itself.
            let _ = child.kill();
        }
        let status = child.wait()?;
        let errors = errors.join().expect("reading does not panic");
        if let Some(end) = end
            && !indices.is_empty()
        {
            if !indices.contains(&current) {
                current = indices[0];
            }
            indices.retain(|other| *other != current);
            let last = errors.trim().lines().last().unwrap_or_default().to_owned();
            let message = format!("{end} ({status}) {last}");
            let outcome = Outcome::without_results(&catalogue.subjects[current].name, State::Failing, message);
            done(Finished { index: current, outcome, outputs: None });
        }
        Ok(())
    }
}
