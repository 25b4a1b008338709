//! How a job stands.

/// What AWS calls the state of a job (Amazon S3 User Guide, "Job statuses").
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobState {
    /// The manifest is read, or what follows it begins.
    Preparing,
    /// It waits until it is confirmed.
    Suspended,
    /// It waits for its turn, or works.
    Working,
    /// It is being stopped.
    Stopping,
    /// It has come to its end. Objects may have failed.
    Complete,
    /// It was given up.
    Cancelled,
    /// AWS has given it up.
    Failed,
}

/// AWS says something of a job that is not known here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("its state, {}, is not known here", .0.escape_debug())]
pub struct UnknownJob(pub String);

impl JobState {
    /// Reads AWS's word for it.
    pub fn of(word: &str) -> Result<Self, UnknownJob> {
        Ok(match word {
            "New" | "Preparing" | "Ready" | "Pausing" | "Paused" => Self::Preparing,
            "Suspended" => Self::Suspended,
            "Active" | "Completing" => Self::Working,
            "Cancelling" | "Failing" => Self::Stopping,
            "Complete" => Self::Complete,
            "Cancelled" => Self::Cancelled,
            "Failed" => Self::Failed,
            other => return Err(UnknownJob(other.to_owned())),
        })
    }

    /// Whether nothing comes after it.
    pub fn is_end(self) -> bool {
        matches!(self, Self::Complete | Self::Cancelled | Self::Failed)
    }
}

/// How a job stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobStatus {
    /// Its ID.
    pub id: String,
    /// Its state.
    pub state: JobState,
    /// Objects in its manifest, once that is read.
    pub total: u64,
    /// Those that are copied.
    pub succeeded: u64,
    /// Those that are not.
    pub failed: u64,
    /// Why it failed, in AWS's words.
    pub why: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_of_the_guide_is_known() {
        let guide = [
            "Active",
            "Cancelled",
            "Cancelling",
            "Complete",
            "Completing",
            "Failed",
            "Failing",
            "New",
            "Paused",
            "Pausing",
            "Preparing",
            "Ready",
            "Suspended",
        ];
        let ends: Vec<&str> = guide
            .into_iter()
            .filter(|word| JobState::of(word).is_ok_and(JobState::is_end))
            .collect();
        assert_eq!(ends, ["Cancelled", "Complete", "Failed"]);
        assert!(JobState::of("Sleeping").is_err());
    }
}
