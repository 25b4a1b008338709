//! The wire between the page and this process. `commands.in` declares it once; the handlers, the access control
//! list (see the build script) and the TypeScript all come from there.

mod buckets;
mod catalogs;
mod console;
mod devices;
mod discovery;
mod doctor;
mod endpoint;
mod export;
mod history;
mod in_use;
mod keys;
mod network;
mod objects;
mod previews;
mod profiles;
mod revoke;
mod sign_in;
mod size;
mod sync;
mod terminal;
mod transfers;
mod types;

pub use buckets::*;
pub use catalogs::*;
pub use console::*;
pub use devices::*;
pub use discovery::*;
pub use doctor::*;
pub use endpoint::*;
pub use export::typescript;
pub use history::*;
pub use in_use::*;
pub use keys::*;
pub use network::*;
pub use objects::*;
pub use previews::*;
pub use profiles::*;
pub use revoke::*;
pub use sign_in::*;
pub use size::refuse_oversized;
pub use sync::*;
pub use terminal::*;
pub use transfers::*;
pub use types::*;

use hatrack_core::access_key::{AccessKeyView, FileChange, KeyKept, RotateOutcome, RotationGivenUp};
use hatrack_core::bucket_view::{BucketList, ObjectPage, ObjectView};
use hatrack_core::discovery_view::{DiscoverOutcome, DiscoveryView};
use hatrack_core::doctor::DiagnosisView;
use hatrack_core::endpoint_view::EndpointView;
use hatrack_core::export::EnvPreview;
use hatrack_core::history_keep::HistoryKeep;
use hatrack_core::history_sums::{HistoryDay, RoleUse};
use hatrack_core::history_view::HistoryPage;
use hatrack_core::in_use::{BroughtBackView, SessionUsesView, SwitchedBackView};
use hatrack_core::listing_view::{LocatedView, PlacesView, VersionPage, VersionView, WalkView};
use hatrack_core::object_view::{BucketSetting, DeletionView, ObjectProperties, PresignedView};
use hatrack_core::policy::compose::{Composed, Wish};
use hatrack_core::portal_view::{PortalStateView, SignInOutcome};
use hatrack_core::revoke::RevokeOutcome;
use hatrack_core::sync_view::{SyncPlanView, SyncProgress};
use hatrack_core::transfer_view::{PickedView, TransferView, UnfinishedUploadView, UploadPlan};
use hatrack_core::view::{CatalogView, SessionView, SwitchOutcome};
use hatrack_core::written_profile::{ProfileOutcome, ProfilePlan, WrittenProfileView};

/// Makes of each line of the list a Tauri command of the same name, which hands over to `crate::commands`.
macro_rules! commands {
    ($($name:ident($($request:ty)?) -> $reply:ty;)*) => {
        /// The commands as Tauri calls them. Each hands over to its namesake in [`crate::commands`].
        pub mod adapters {
            use super::*;
            $(
                #[tauri::command]
                #[allow(missing_docs, clippy::unused_unit)]
                pub async fn $name(
                    desk: tauri::State<'_, crate::desk::Desk>,
                    $(request: $request,)?
                ) -> Result<$reply, CommandError> {
                    commands!(@call $name, desk, $(request: $request)?)
                }
            )*
        }

        /// Answers what the page invokes; each command checks nothing that the access control list has checked.
        pub fn handler<R: tauri::Runtime>() -> impl Fn(tauri::ipc::Invoke<R>) -> bool + Send + Sync + 'static {
            tauri::generate_handler![$(adapters::$name),*]
        }

        /// The name, request and reply of every command, in TypeScript.
        fn signatures(config: &ts_rs::Config) -> Vec<(&'static str, String, String)> {
            use ts_rs::TS;
            vec![$((
                stringify!($name),
                commands!(@request config, $($request)?),
                <$reply as TS>::name(config),
            )),*]
        }

        /// Calls `visit` with each type that the list names.
        fn visit_types(visit: &mut impl ts_rs::TypeVisitor) {
            $($(visit.visit::<$request>();)? visit.visit::<$reply>();)*
        }
    };
    (@call $name:ident, $desk:ident, $value:ident: $request:ty) => {
        crate::commands::$name(&$desk, $value).await
    };
    (@call $name:ident, $desk:ident,) => {
        crate::commands::$name(&$desk).await
    };
    (@request $config:ident, $request:ty) => {
        <$request as TS>::name($config)
    };
    (@request $config:ident,) => {
        "undefined".to_owned()
    };
}

include!("commands.in");

/// A secret that the page sends: it comes in and never goes out again.
fn secret<'de, D: serde::Deserializer<'de>>(from: D) -> Result<hatrack_core::secret::Secret, D::Error> {
    <String as serde::Deserialize>::deserialize(from).map(hatrack_core::secret::Secret::new)
}

#[cfg(test)]
mod tests;
