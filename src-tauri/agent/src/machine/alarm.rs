//! Waking at a moment of the boot clock, and when somebody sets the wall clock.

use std::time::Duration;

use hatrack_core::expiry::{BootTime, Clock};
use tokio::sync::watch;

/// Where the system has no such timer, and as a net below it: the longest that a moment may be overslept.
const LONGEST_NAP: Duration = Duration::from_secs(60);

/// Why an alarm rings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rung {
    /// The moment has come, or may have.
    Moment,
    /// The wall clock was set, or the computer resumed.
    ClockSet,
}

/// Rings at the moment that was set last.
pub struct Alarm {
    moment: watch::Receiver<Option<BootTime>>,
}

impl Alarm {
    /// An alarm for the moments that `moment` names.
    pub fn new(moment: watch::Receiver<Option<BootTime>>) -> Self {
        Self { moment }
    }

    /// Calls `ring` at each moment, and after each step of the wall clock or resume from suspend, until nobody sets
    /// moments any more. Whoever is rung sets the next moment.
    pub async fn run(mut self, clock: &dyn Clock, mut ring: impl FnMut(Rung)) {
        let timer = timer::Timer::new();
        let mut until = *self.moment.borrow_and_update();
        loop {
            let left = until.map(|at| at.0.saturating_sub(clock.now().boot.0));
            tokio::select! {
                changed = self.moment.changed() => {
                    if changed.is_err() {
                        return;
                    }
                    until = *self.moment.borrow_and_update();
                }
                () = timer.moment(until, left) => {
                    until = None;
                    ring(Rung::Moment);
                }
                () = timer.clock_set() => ring(Rung::ClockSet),
            }
        }
    }
}

async fn nap(left: Option<Duration>) {
    match left {
        Some(left) => tokio::time::sleep(left.min(LONGEST_NAP)).await,
        None => std::future::pending().await,
    }
}

#[cfg(target_os = "linux")]
mod timer {
    //! `timerfd_create(2)`: one on the boot clock, which goes on in suspend; one on the wall clock that is cancelled
    //! when the clock is set or the computer resumes.

    use std::io;
    use std::os::fd::OwnedFd;
    use std::time::Duration;

    use hatrack_core::expiry::BootTime;
    use rustix::time::{
        Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create,
        timerfd_settime,
    };
    use tokio::io::Interest;
    use tokio::io::unix::AsyncFd;

    pub(super) struct Timer {
        boot: Option<AsyncFd<OwnedFd>>,
        wall: Option<AsyncFd<OwnedFd>>,
    }

    impl Timer {
        pub(super) fn new() -> Self {
            Self {
                boot: open(TimerfdClockId::Boottime),
                wall: open(TimerfdClockId::Realtime),
            }
        }

        pub(super) async fn moment(&self, until: Option<BootTime>, left: Option<Duration>) {
            let Some(at) = until else {
                return std::future::pending().await;
            };
            let Some(timer) = &self.boot else {
                return super::nap(left).await;
            };
            // Zero would disarm it.
            let at = at.0.max(Duration::from_nanos(1));
            if set(timer, at, TimerfdTimerFlags::ABSTIME).is_err() || rung(timer).await.is_err() {
                super::nap(left).await;
            }
        }

        pub(super) async fn clock_set(&self) {
            /// So far that it only ever ends by being cancelled.
            const FAR: Duration = Duration::from_secs(u32::MAX as u64 * 2);
            let flags = TimerfdTimerFlags::ABSTIME | TimerfdTimerFlags::CANCEL_ON_SET;
            match &self.wall {
                Some(timer) if set(timer, FAR, flags).is_ok() => {
                    // ECANCELED is the news waited for; anything else would come again at once.
                    let error = rung(timer).await.err().and_then(|why| why.raw_os_error());
                    if error != Some(rustix::io::Errno::CANCELED.raw_os_error()) {
                        std::future::pending().await
                    }
                }
                _ => std::future::pending().await,
            }
        }
    }

    // The safe registration is deprecated because a type's descriptor may change under it. An owned descriptor is the
    // same one for as long as it lives, which is what the unsafe replacement asks its caller to promise.
    #[allow(deprecated)]
    fn open(clock: TimerfdClockId) -> Option<AsyncFd<OwnedFd>> {
        let timer = timerfd_create(clock, TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC).ok()?;
        AsyncFd::with_interest(timer, Interest::READABLE).ok()
    }

    fn set(timer: &AsyncFd<OwnedFd>, at: Duration, flags: TimerfdTimerFlags) -> io::Result<()> {
        let zero = Timespec {
            tv_sec: 0,
            tv_nsec: 0,
        };
        let spec = Itimerspec {
            it_interval: zero,
            it_value: Timespec {
                tv_sec: at.as_secs().try_into().unwrap_or(i64::MAX),
                tv_nsec: at.subsec_nanos().into(),
            },
        };
        timerfd_settime(timer, flags, &spec)?;
        Ok(())
    }

    async fn rung(timer: &AsyncFd<OwnedFd>) -> io::Result<()> {
        let mut count = [0; 8];
        timer
            .async_io(Interest::READABLE, |fd| Ok(rustix::io::read(fd, &mut count)?))
            .await?;
        Ok(())
    }
}

#[cfg(not(target_os = "linux"))]
mod timer {
    use std::time::Duration;

    use hatrack_core::expiry::BootTime;

    pub(super) struct Timer;

    impl Timer {
        pub(super) fn new() -> Self {
            Self
        }

        pub(super) async fn moment(&self, _: Option<BootTime>, left: Option<Duration>) {
            super::nap(left).await;
        }

        pub(super) async fn clock_set(&self) {
            std::future::pending().await
        }
    }
}
