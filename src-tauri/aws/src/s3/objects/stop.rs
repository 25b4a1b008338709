//! An act on many objects that a person may stop: what is under way is finished, and nothing more is begun.

use tokio::sync::watch;

/// Hears when an act is to stop.
#[derive(Debug, Clone)]
pub struct Stop(watch::Receiver<bool>);

/// Stops it. Dropped, nobody can any more.
#[derive(Debug)]
pub struct Stopper(watch::Sender<bool>);

impl Stop {
    /// One that can be asked for.
    pub fn new() -> (Stopper, Self) {
        let (tell, told) = watch::channel(false);
        (Stopper(tell), Self(told))
    }

    /// One that nobody asks for.
    pub fn never() -> Self {
        Self::new().1
    }

    /// Comes back when it is asked for.
    pub async fn asked(&self) {
        let mut told = self.0.clone();
        if told.wait_for(|stop| *stop).await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// Whether it was asked for.
    pub fn is_asked(&self) -> bool {
        *self.0.borrow()
    }
}

impl Stopper {
    /// Asks for it.
    pub fn stop(&self) {
        self.0.send_replace(true);
    }
}
