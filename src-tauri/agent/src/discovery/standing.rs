//! How the search for one start stands.

use hatrack_core::discovery_view::DiscoveryView;
use hatrack_store::kept::KeptDiscovery;
use jiff::Timestamp;
use tokio::task::AbortHandle;

use super::{DAY, TRY_AGAIN_AFTER};

#[derive(Debug, Default)]
pub(super) struct Standing {
    /// What was found the last time.
    pub kept: Option<KeptDiscovery>,
    /// What is being done now.
    pub doing: Option<&'static str>,
    /// Ends it.
    pub task: Option<AbortHandle>,
    /// Why the last search ended without a result.
    pub error: Option<String>,
    pub tried_at: Option<Timestamp>,
    pub step: u32,
}

impl Standing {
    pub(super) fn of(kept: KeptDiscovery) -> Self {
        Self {
            kept: Some(kept),
            ..Self::default()
        }
    }

    pub(super) fn is_running(&self) -> bool {
        self.doing.is_some()
    }

    pub(super) fn ended(&mut self, error: Option<String>) {
        self.doing = None;
        self.task = None;
        self.error = error;
        self.step += 1;
    }

    /// Whether it is to be read anew by itself.
    pub(super) fn is_due(&self, now: Timestamp) -> bool {
        let Some(kept) = self.kept.as_ref().filter(|kept| kept.daily) else {
            return false;
        };
        let older = |at: Option<Timestamp>, than| at.is_none_or(|at| now.duration_since(at).abs() > than);
        let policies = kept.report.policies.as_ref().map(|report| report.read_at);
        let organization = kept
            .report
            .organization
            .as_ref()
            .and_then(|report| report.read_at);
        let is_old = (kept.searched.policies && older(policies, DAY))
            || (kept.searched.organization && older(organization, DAY));
        is_old && !self.is_running() && older(self.tried_at, TRY_AGAIN_AFTER)
    }

    pub(super) fn view(&self, start: &str) -> DiscoveryView {
        let kept = self.kept.as_ref();
        DiscoveryView {
            start: start.to_owned(),
            report: kept.map(|kept| kept.report.clone()).unwrap_or_default(),
            daily: kept.is_some_and(|kept| kept.daily),
            doing: self.doing.map(str::to_owned),
            error: self.error.clone(),
            step: self.step,
        }
    }
}
