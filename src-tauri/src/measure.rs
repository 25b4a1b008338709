//! How long the start took: told in the log once the page shows its first list.

/// Milliseconds since this process started; `None` where the system does not tell.
#[cfg(target_os = "linux")]
pub fn since_start_ms() -> Option<u64> {
    use rustix::time::{ClockId, clock_gettime};
    // proc_pid_stat(5): field 22 is the start in ticks since boot; a tick is 10 ms on every Linux that GTK runs on.
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    let ticks: u64 = stat
        .rsplit(')')
        .next()?
        .split_whitespace()
        .nth(19)?
        .parse()
        .ok()?;
    let now = clock_gettime(ClockId::Boottime);
    let now_ms = u64::try_from(now.tv_sec).ok()? * 1000 + u64::try_from(now.tv_nsec).ok()? / 1_000_000;
    now_ms.checked_sub(ticks * 10)
}

/// Milliseconds since this process started; `None` where the system does not tell.
#[cfg(not(target_os = "linux"))]
pub fn since_start_ms() -> Option<u64> {
    None
}
