//! The process that holds secrets: not dumpable, no core, not swapped.

/// Makes this process hard to look into. What the system does not allow is logged and left: a server without
/// privileges cannot lock memory, and still works.
///
/// Only the agent does this: the window's process must stay dumpable, since portal file dialogs need it.
pub fn harden() {
    if let Err(why) = secmem_proc::harden_process() {
        tracing::warn!(%why, "this process could not be hardened in full");
    }
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{DumpableBehavior, set_dumpable_behavior};
        if let Err(why) = set_dumpable_behavior(DumpableBehavior::NotDumpable) {
            tracing::warn!(%why, "this process could not be made undumpable");
        }
        lock_memory();
        allow_many_connections();
    }
}

/// Keeps secrets out of swap, where the system sets no limit: under a limit, locking what is mapped later would make
/// those mappings fail.
#[cfg(target_os = "linux")]
fn lock_memory() {
    use rustix::mm::{MlockAllFlags, mlockall};
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Memlock);
    if limit.maximum.is_some() {
        tracing::debug!("memory is not locked: RLIMIT_MEMLOCK limits it");
        return;
    }
    let unlimited = Rlimit {
        current: None,
        maximum: None,
    };
    // On-fault: only what is really used is held, not every thread's reserved stack.
    let flags = MlockAllFlags::CURRENT | MlockAllFlags::FUTURE | MlockAllFlags::ONFAULT;
    if let Err(why) = setrlimit(Resource::Memlock, unlimited).and_then(|()| mlockall(flags)) {
        tracing::debug!(%why, "memory could not be locked");
    }
}

/// Every idle client holds a descriptor; the usual soft limit of 1,024 would make the thousandth wait.
#[cfg(target_os = "linux")]
fn allow_many_connections() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    const ENOUGH: u64 = 16 * 1024;
    let limit = getrlimit(Resource::Nofile);
    let wanted = limit.maximum.map_or(ENOUGH, |most| most.min(ENOUGH));
    if limit.current.is_some_and(|now| now < wanted) {
        let raised = Rlimit {
            current: Some(wanted),
            maximum: limit.maximum,
        };
        if let Err(why) = setrlimit(Resource::Nofile, raised) {
            tracing::debug!(%why, "the number of open files could not be raised");
        }
    }
}
