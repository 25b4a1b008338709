//! An act on many objects that Ctrl-C stops: what is under way is finished first, so that what was done is known.

use hatrack_aws::s3::objects::Stop;

use crate::failure::Failure;
use crate::interruption::Interruption;
use crate::out;

/// Runs it. Interrupted a second time, it is left where it is.
///
/// # Errors
/// Signals cannot be caught, or it was left.
pub async fn stoppable<Done>(act: impl AsyncFnOnce(Stop) -> Done) -> Result<Done, Failure> {
    let mut interrupted = Interruption::listen()
        .map_err(|why| Failure::refused(format!("signals cannot be caught: {why}; try again")))?;
    let (stopper, stop) = Stop::new();
    let mut acting = std::pin::pin!(act(stop));
    tokio::select! {
        done = &mut acting => return Ok(done),
        () = interrupted.come() => {}
    }
    stopper.stop();
    out::note("stopping once what is under way is finished; Ctrl-C again leaves it");
    tokio::select! {
        done = &mut acting => Ok(done),
        () = interrupted.come() => Err(Failure::refused(
            "interrupted twice: some of it is done and some is not, and what was under way is not known",
        )),
    }
}
