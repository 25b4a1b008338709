//! The names by which a request may call a bucket: its own, or an access point's alias.

use s3s::S3Result;
use s3s::host::{S3Host, VirtualHost};
use std::sync::Arc;

use super::refusals;
use crate::state::State;
use crate::world::{AccessPoint, Bucket, World};

/// The access point of this alias.
pub(super) fn point<'w>(world: &'w World, name: &str) -> Option<&'w AccessPoint> {
    world.access_points.values().find(|point| point.alias == name)
}

/// A bucket's own name.
fn own_name<'a>(world: &'a World, name: &'a str) -> &'a str {
    if world.buckets.contains_key(name) {
        return name;
    }
    point(world, name).map_or(name, |point| &point.bucket)
}

/// The bucket that is called so.
pub(super) fn bucket<'w>(world: &'w World, name: &str) -> S3Result<&'w Bucket> {
    let found = world.buckets.get(own_name(world, name));
    found.ok_or_else(|| refusals::no_such_bucket(name))
}

/// The same, to change.
pub(super) fn bucket_mut<'w>(world: &'w mut World, name: &str) -> S3Result<&'w mut Bucket> {
    let own = own_name(world, name).to_owned();
    let found = world.buckets.get_mut(&own);
    found.ok_or_else(|| refusals::no_such_bucket(name))
}

/// Reads `BUCKET.HOST` and `NAME-ACCOUNT.HOST`: SDKs call an access point given by its ARN by host name.
pub(super) struct Hosts(pub Arc<State>);

impl S3Host for Hosts {
    fn parse_host_header<'a>(&'a self, host: &'a str) -> S3Result<VirtualHost<'a>> {
        let world = self.0.world();
        let plain = host.rsplit_once(':').map_or(host, |(name, _port)| name);
        let label = plain.split('.').next().unwrap_or_default();
        let mut points = world.access_points.values();
        if let Some(point) = points.find(|point| point.label() == label && plain != label) {
            return Ok(VirtualHost::new(host).with_bucket(point.alias.clone()));
        }
        let below = |end: &str| plain.strip_suffix(end).filter(|bucket| !bucket.is_empty());
        match below(".127.0.0.1").or_else(|| below(".localhost")) {
            Some(bucket) => Ok(VirtualHost::new(host).with_bucket(bucket)),
            None => Ok(VirtualHost::new(host)),
        }
    }
}
