//! Options that say what becomes of something remembered: given, taken back, or left as it is.

use std::str::FromStr;

use clap::Args;
use hatrack_agent::protocol::{Set, SetDefaults};
use hatrack_core::catalog::{RegionName, SessionNameTemplate};
use hatrack_core::sts_limits::SessionDuration;

/// What sessions start with where neither the request nor the profile says.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "For sessions, where the profile does not say (\"none\" takes it back)")]
pub struct DefaultsArgs {
    /// How long they last, such as 45m or 1h30m
    #[arg(long, value_parser = set::<SessionDuration>)]
    duration: Option<Set<SessionDuration>>,
    /// Their region
    #[arg(long, value_parser = set::<RegionName>)]
    region: Option<Set<RegionName>>,
    /// Their name; {user}, {account} and {role} are filled in
    #[arg(long, value_name = "TEMPLATE", value_parser = set::<SessionNameTemplate>)]
    session_name: Option<Set<SessionNameTemplate>>,
}

impl From<DefaultsArgs> for SetDefaults {
    fn from(args: DefaultsArgs) -> Self {
        Self {
            duration: args.duration.unwrap_or_default(),
            region: args.region.unwrap_or_default(),
            session_name: args.session_name.unwrap_or_default(),
        }
    }
}

/// A text that was given; an empty one takes back what was said.
pub fn text(given: Option<String>) -> Set<String> {
    match given {
        None => Set::Keep,
        Some(text) if text.trim().is_empty() => Set::Clear,
        Some(text) => Set::To(text),
    }
}

/// A value, or the word `none`, which takes it back.
pub fn set<T: FromStr<Err: ToString>>(text: &str) -> Result<Set<T>, String> {
    match text {
        "none" => Ok(Set::Clear),
        text => text.parse().map(Set::To).map_err(|why: T::Err| why.to_string()),
    }
}
