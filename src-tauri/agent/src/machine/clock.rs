//! The system's clocks.

use std::time::Duration;

use hatrack_core::expiry::{BootTime, Clock, Moment};
use jiff::Timestamp;

/// The wall clock, and the one that runs through suspend.
///
/// On systems other than Linux (untested) the second is the monotonic clock, which on macOS stands still while the
/// computer sleeps.
#[derive(Debug, Clone)]
pub struct SystemClock {
    boot_id: String,
}

impl SystemClock {
    /// Reads which boot this is.
    pub fn new() -> Self {
        let boot_id = std::fs::read_to_string("/proc/sys/kernel/random/boot_id")
            .map(|id| id.trim().to_owned())
            // A name that no other run has: what was counted before is then not trusted, and the wall clock is.
            .unwrap_or_else(|_| format!("{}-{}", std::process::id(), Timestamp::now()));
        Self { boot_id }
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Moment {
        Moment {
            wall: Timestamp::now(),
            boot: boot_time(),
        }
    }

    fn boot_id(&self) -> String {
        self.boot_id.clone()
    }
}

#[cfg(target_os = "linux")]
fn boot_time() -> BootTime {
    let read = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
    BootTime(Duration::new(
        read.tv_sec.try_into().unwrap_or_default(),
        read.tv_nsec.try_into().unwrap_or_default(),
    ))
}

#[cfg(not(target_os = "linux"))]
fn boot_time() -> BootTime {
    use std::sync::OnceLock;
    use std::time::Instant;
    static START: OnceLock<Instant> = OnceLock::new();
    BootTime(START.get_or_init(Instant::now).elapsed() + Duration::from_secs(1))
}
