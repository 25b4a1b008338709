//! What ends a journey before its end.

use super::denial::Told;
use super::ports::IdentityFailure;
use super::{BrokerError, denial};
use crate::sts::{AwsFailure, Refusal};
use crate::view::{DenialView, NeedView};

/// Why a chain stopped before its end.
pub(super) enum Stop {
    Error(BrokerError),
    Needs(NeedView),
    /// AWS would refuse; it was not asked.
    NotAsked(Box<DenialView>),
    Refused {
        refusal: Refusal,
        denial: Box<DenialView>,
        /// The first call after a live hop was refused: that hop signed it.
        by_live_hop: bool,
        /// The duration was over the maximum of the role asked for.
        over_maximum: bool,
        /// A code went with it.
        with_code: bool,
    },
}

impl Stop {
    pub(super) fn signed_by_live_hop(mut self, signed: bool) -> Self {
        if let Self::Refused { by_live_hop, .. } = &mut self {
            *by_live_hop = signed;
        }
        self
    }
}

impl From<IdentityFailure> for Stop {
    fn from(failure: IdentityFailure) -> Self {
        match failure {
            IdentityFailure::Needs(need) => Self::Needs(*need),
            IdentityFailure::Refused(refused) => Self::Refused {
                denial: Box::new(denial::of_identity(&refused).view),
                refusal: refused.refusal,
                by_live_hop: false,
                over_maximum: false,
                with_code: false,
            },
            IdentityFailure::Aws(failure) => unanswered(failure),
            other => Self::Error(other.into()),
        }
    }
}

impl From<BrokerError> for Stop {
    fn from(error: BrokerError) -> Self {
        Self::Error(error)
    }
}

/// A call to which AWS said neither yes nor no.
fn unanswered(failure: AwsFailure) -> Stop {
    match failure {
        AwsFailure::ProxyPassword { proxy } => Stop::Needs(NeedView::ProxyPassword { proxy }),
        other => Stop::Error(BrokerError::Aws(other)),
    }
}

/// What came of a call instead of credentials.
pub(super) fn stop(failure: AwsFailure, told: impl Fn(&Refusal) -> Told, with_code: bool) -> Stop {
    match failure {
        AwsFailure::Refused(refusal) => {
            let Told { view, over_maximum } = told(&refusal);
            Stop::Refused {
                denial: Box::new(view),
                refusal,
                by_live_hop: false,
                over_maximum,
                with_code,
            }
        }
        other => unanswered(other),
    }
}
