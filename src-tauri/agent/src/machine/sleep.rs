//! Resuming from suspend, told by logind.
//!
//! Source: systemd, org.freedesktop.login1(5), the signal PrepareForSleep.

use futures::StreamExt;

/// Calls `resumed` each time this computer wakes. Where there is no system bus or no logind it returns: the timers
/// on the boot clock ring by themselves after a resume.
#[cfg(target_os = "linux")]
pub async fn watch_for_resume(mut resumed: impl FnMut()) {
    if let Err(why) = listen(&mut resumed).await {
        tracing::debug!(%why, "logind does not tell of suspends here");
    }
}

#[cfg(target_os = "linux")]
async fn listen(resumed: &mut impl FnMut()) -> zbus::Result<()> {
    let bus = zbus::Connection::system().await?;
    let logind = zbus::Proxy::new(
        &bus,
        "org.freedesktop.login1",
        "/org/freedesktop/login1",
        "org.freedesktop.login1.Manager",
    )
    .await?;
    let mut signals = logind.receive_signal("PrepareForSleep").await?;
    while let Some(signal) = signals.next().await {
        let going_down: bool = signal.body().deserialize()?;
        if !going_down {
            resumed();
        }
    }
    Ok(())
}

/// Other systems (untested) have no logind.
#[cfg(not(target_os = "linux"))]
pub async fn watch_for_resume(_: impl FnMut()) {}
