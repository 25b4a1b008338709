//! A transfer of this command: shown on a terminal, ended by Ctrl-C, waiting for a session where somebody can bring one.

use std::io::IsTerminal;

use hatrack_aws::s3::transfer::{Ending, Job, Remote, prepare};
use hatrack_core::bucket::transfer::{Pause, State};

use super::cp::Stopped;
use super::meter::Meter;
use crate::failure::Failure;
use crate::interruption::Interruption;
use crate::out;

/// Runs it to its end. What is interrupted leaves nothing behind, here or in S3; what only needs a session or a network
/// leaves what it has, and the same command goes on from there.
pub async fn run<J: Job>(job: &J, interrupted: &mut Interruption) -> Result<J::Report, Stopped> {
    run_leaving(job, interrupted, true).await
}

/// The same, of what leaves nothing behind however it ends.
pub async fn run_at_once<J: Job>(job: &J, interrupted: &mut Interruption) -> Result<J::Report, Stopped> {
    run_leaving(job, interrupted, false).await
}

async fn run_leaving<J: Job>(
    job: &J,
    interrupted: &mut Interruption,
    stays: bool,
) -> Result<J::Report, Stopped> {
    let (remote, course) = prepare();
    let running = course.run(job);
    tokio::pin!(running);
    let watching = watch(remote.clone(), stays);
    tokio::pin!(watching);
    let mut watched = false;
    let ending = loop {
        tokio::select! {
            ending = &mut running => break ending,
            () = interrupted.come() => remote.cancel(),
            stopped = &mut watching, if !watched => {
                watched = true;
                if let Some(why) = stopped {
                    return Err(why.into());
                }
            }
        }
    };
    match ending {
        Ending::Done(report) => Ok(report),
        Ending::Cancelled(Ok(())) => {
            Err(Failure::refused("the copy was interrupted; what was under way was not kept").into())
        }
        Ending::Cancelled(Err(left)) => Err(Failure::refused(format!(
            "the copy was interrupted, and what there was of it could not be taken away: {left}"
        ))
        .into()),
        Ending::Failed(failure) if failure.passes() && stays => {
            out::note("what has come so far is kept; the same command goes on from there");
            Err(failure.into())
        }
        Ending::Failed(failure) => Err(failure.into()),
    }
}

/// Shows how it goes. Ends with a failure where a session is needed and nobody is there to bring one.
async fn watch(mut remote: Remote, stays: bool) -> Option<Failure> {
    let meter = Meter::new();
    let mut paused = false;
    while let Some(status) = remote.changed().await {
        match &status.state {
            State::Paused(Pause::Session { why }) if !std::io::stderr().is_terminal() => {
                return Some(Failure::needs_input(match stays {
                    true => format!(
                        "{why}. What has come so far is kept; switch to the role again, and the same command goes on"
                    ),
                    false => {
                        format!("{why}. Nothing was kept; switch to the role again and repeat the command")
                    }
                }));
            }
            State::Paused(Pause::Session { why }) if !paused => {
                meter.clear();
                out::note(&format!(
                    "paused: {why}. Switch to the role in another terminal or in the window, and it goes on"
                ));
                paused = true;
            }
            State::Running => {
                paused = false;
                meter.show(&status);
            }
            _ => {}
        }
    }
    None
}
