//! Which program asks: the one that has the other end of the connection.

use std::net::SocketAddr;

use hatrack_core::endpoint_view::UseProcess;

use crate::machine::end_at;

/// The program at `peer` of the connection to `here`. Looks through the processes of this user, so it takes a while.
pub(super) fn process_of(peer: SocketAddr, here: SocketAddr) -> UseProcess {
    let Some(end) = end_at(peer, here) else {
        return UseProcess::NotKnown;
    };
    #[cfg(unix)]
    if end.uid != rustix::process::getuid().as_raw() {
        return UseProcess::OfUser { uid: end.uid };
    }
    holder(end.inode).unwrap_or(UseProcess::NotKnown)
}

/// The process of this user that has this socket open (proc_pid_fd(5)). Where several share it, the oldest.
#[cfg(target_os = "linux")]
fn holder(inode: u64) -> Option<UseProcess> {
    let socket = format!("socket:[{inode}]");
    let mut pids: Vec<u32> = std::fs::read_dir("/proc")
        .ok()?
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .collect();
    pids.sort_unstable();
    let pid = pids.into_iter().find(|pid| has_open(*pid, &socket))?;
    Some(UseProcess::Known {
        pid,
        program: program_of(pid),
    })
}

#[cfg(target_os = "linux")]
fn has_open(pid: u32, socket: &str) -> bool {
    // What belongs to others, or has ended, cannot be read.
    let Ok(open) = std::fs::read_dir(format!("/proc/{pid}/fd")) else {
        return false;
    };
    open.flatten()
        .filter_map(|file| std::fs::read_link(file.path()).ok())
        .any(|target| target.as_os_str() == socket)
}

/// The file's name of its program, without arguments: those may hold secrets.
#[cfg(target_os = "linux")]
fn program_of(pid: u32) -> String {
    let path = std::fs::read_link(format!("/proc/{pid}/exe")).unwrap_or_default();
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    // The system says so of a program that was replaced meanwhile.
    name.trim_end_matches(" (deleted)").to_owned()
}

#[cfg(not(target_os = "linux"))]
fn holder(_inode: u64) -> Option<UseProcess> {
    None
}
