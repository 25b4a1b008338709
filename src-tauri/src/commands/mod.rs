//! The commands of the wire, each under its own name. They decide nothing: the agent does.

mod app;
mod buckets;
mod catalog;
mod exports;
mod portals;
mod sessions;

pub use app::*;
pub use buckets::*;
pub use catalog::*;
pub(crate) use exports::unmet;
pub use exports::{clear_clipboard, copy_env, copy_env_for, copy_text, env_preview};
pub use portals::*;
pub use sessions::*;
