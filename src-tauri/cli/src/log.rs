//! The log, on standard error: set up only where it is wanted.

use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// `HATRACK_LOG`: error, warn, info, debug or trace.
const LEVEL: &str = "HATRACK_LOG";

/// Hatrack's own crates. The SDK's are left out at every level: at `trace` they have printed secrets
/// (CVE-2023-30610).
const OURS: [&str; 6] = [
    "hat",
    "hatrack_agent",
    "hatrack_aws",
    "hatrack_core",
    "hatrack_sandbox",
    "hatrack_store",
];

/// For a command: only what `HATRACK_LOG` asks for.
pub fn if_asked() {
    if std::env::var_os(LEVEL).is_some() {
        from(LevelFilter::WARN);
    }
}

/// For the agent, whose standard error is a file: `info`, unless `HATRACK_LOG` says otherwise.
pub fn of_agent() {
    from(LevelFilter::INFO);
}

fn from(default: LevelFilter) {
    let asked = std::env::var(LEVEL)
        .ok()
        .and_then(|level| level.trim().parse().ok());
    let level: LevelFilter = asked.unwrap_or(default);
    let ours = Targets::new().with_targets(OURS.map(|target| (target, level)));
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(false);
    // Fails only where a log has been set up already.
    let _ = tracing_subscriber::registry().with(lines).with(ours).try_init();
}
