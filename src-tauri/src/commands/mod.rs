//! The commands of the wire, each under its own name. They decide nothing: the agent does.

mod app;
mod buckets;
mod catalog;
mod console;
mod devices;
mod discovery;
mod exports;
mod files;
mod keys;
mod links;
mod network;
mod portals;
mod profiles;
mod sessions;
mod teams;

pub use app::*;
pub use buckets::*;
pub use catalog::*;
pub use console::*;
pub use devices::*;
pub use discovery::*;
pub(crate) use exports::unmet;
pub use exports::{clear_clipboard, copy_env, copy_env_for, copy_text, env_preview};
pub use files::*;
pub use keys::*;
pub use links::*;
pub use network::*;
pub use portals::*;
pub use profiles::*;
pub use sessions::*;
pub use teams::*;
