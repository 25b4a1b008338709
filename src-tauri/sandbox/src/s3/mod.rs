//! S3 over `s3s`, which reads requests, checks their signatures and writes answers.

mod access;
pub mod as_role;
mod asking;
mod attributes;
mod buckets;
mod checksums;
mod conditions;
mod copy;
mod damage;
mod delete;
mod door;
mod draft;
mod encryption;
mod get;
mod list;
mod multipart;
mod operations;
mod permissions;
mod place;
mod put;
mod refusals;
mod restore;
mod settings;
mod source;
mod tagging;
mod versions;

use std::sync::Arc;

use s3s::config::{S3Config, StaticConfigProvider};
use s3s::service::S3ServiceBuilder;

use self::access::Access;
use self::multipart::Uploads;
use self::operations::Store;
use self::place::Hosts;
use crate::state::State;

pub(crate) use self::checksums::Tag;
pub use self::damage::{Damage, damage};
pub use self::door::Door;

/// The S3 service over a state.
pub fn service(state: &Arc<State>) -> Door {
    let mut builder = S3ServiceBuilder::new(Store {
        state: state.clone(),
        uploads: Uploads::default(),
    });
    builder.set_auth(Access(state.clone()));
    builder.set_access(Access(state.clone()));
    builder.set_host(Hosts(state.clone()));
    let mut config = S3Config::default();
    // The front checks a request's time, by the world's clock, which tests may set.
    config.presigned_url_max_skew_time_secs = u32::MAX;
    builder.set_config(Arc::new(StaticConfigProvider::new(Arc::new(config))));
    Door {
        service: builder.build(),
        state: state.clone(),
    }
}
