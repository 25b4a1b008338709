//! The questions to a YubiKey that are under way.
//!
//! One for each device: a key that blinks for a question that nobody waits for would take the touch for the next.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use hatrack_core::sts_limits::MfaSerial;
use tokio::sync::oneshot;

/// By device. Dropping what is held ends the question.
#[derive(Debug, Default)]
pub struct YubikeyRuns(Mutex<BTreeMap<MfaSerial, oneshot::Sender<()>>>);

impl YubikeyRuns {
    /// Waits for `code`; `None` where the question is given up, or asked anew, before it is there.
    pub async fn run<T>(&self, serial: MfaSerial, code: impl Future<Output = T>) -> Option<T> {
        let (held, given_up) = oneshot::channel();
        self.held().insert(serial, held);
        tokio::select! {
            _ = given_up => None,
            code = code => Some(code),
        }
    }

    /// Nobody waits for the code of `serial` any more.
    pub fn give_up(&self, serial: &MfaSerial) {
        self.held().remove(serial);
    }

    fn held(&self) -> MutexGuard<'_, BTreeMap<MfaSerial, oneshot::Sender<()>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::YubikeyRuns;

    #[tokio::test]
    async fn a_question_ends_when_it_is_given_up_or_asked_anew() {
        let runs = YubikeyRuns::default();
        let serial = |text: &str| -> hatrack_core::sts_limits::MfaSerial { text.parse().unwrap() };
        let one = serial("GAHT12345678");
        let never = || runs.run(one.clone(), std::future::pending::<()>());
        let give_up = async { runs.give_up(&one) };
        assert_eq!(tokio::join!(never(), give_up).0, None);
        let anew = runs.run(one.clone(), async { "123456" });
        assert_eq!(tokio::join!(never(), anew), (None, Some("123456")));
        // Another device's goes on.
        let give_up = async { runs.give_up(&serial("GAHT00000000")) };
        let other = runs.run(one.clone(), async { "654321" });
        assert_eq!(tokio::join!(give_up, other).1, Some("654321"));
    }
}
