//! The handle by which tests watch and disturb a running sandbox.

mod roles;
mod s3;

use std::sync::Arc;

use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};
use url::Url;

use crate::fault::{Effect, On, Share};
use crate::identity_center;
use crate::saml;
use crate::state::State;
use crate::world::Object;

/// Watches and disturbs a sandbox. Clones are handles on the same one.
#[derive(Debug, Clone)]
pub struct Admin(Arc<State>);

impl Admin {
    pub(crate) fn new(state: Arc<State>) -> Self {
        Self(state)
    }

    /// How often an operation was called, by AWS's name for it: `AssumeRole`, `ListObjectsV2`. The sign-in pages are
    /// `Authorize` and `Device`, their answers `AnswerAuthorize` and `AnswerDevice`. A call over the access portal's rate
    /// counts too, and as `TooManyRequestsException` beside.
    pub fn calls(&self, operation: &str) -> u64 {
        self.0.calls(operation)
    }

    /// The next `times` requests that `on` hits get `effect`.
    pub fn inject(&self, on: On, times: u64, effect: Effect) {
        self.0.faults.inject(on, times, effect);
    }

    /// From here on a share of requests gets a fault.
    pub fn inject_share(&self, share: Share) {
        self.0.faults.inject_share(share);
    }

    /// Takes back every fault that is still to happen.
    pub fn clear_faults(&self) {
        self.0.faults.clear();
    }

    /// How many requests were hit by a fault.
    pub fn faults_played(&self) -> u64 {
        self.0.faults.played()
    }

    /// How many requests are still to be hit by what was injected.
    pub fn faults_left(&self) -> u64 {
        self.0.faults.left()
    }

    /// Access keys that are made from here on are unknown to the next so many requests that they sign.
    pub fn set_new_keys_unknown_for(&self, requests: u64) {
        self.0.set_new_keys_unknown_for(requests);
    }

    /// The access keys of a user, by its ARN: the ID of each, and whether it is active.
    pub fn access_keys(&self, user_arn: &str) -> Vec<(String, bool)> {
        let world = self.0.world();
        let own = world
            .access_keys
            .iter()
            .filter(|(_, key)| key.user_arn == user_arn);
        let mut keys: Vec<_> = own.map(|(id, key)| (id.clone(), key.active)).collect();
        keys.sort();
        keys
    }

    /// The server's time now.
    pub fn now(&self) -> Timestamp {
        self.0.now()
    }

    /// Sets the server's clock this many seconds ahead of this computer's (behind, if negative): the `Date` header,
    /// expiry, MFA codes and the tolerance for signatures all follow.
    pub fn set_clock_ahead(&self, seconds: i64) {
        self.0.set_ahead(seconds);
    }

    /// Makes a session expire now. Whether there is one of this access key ID.
    pub fn expire_session(&self, access_key_id: &str) -> bool {
        let now = self.0.now();
        let mut world = self.0.change();
        let Some(session) = world.sessions.get_mut(access_key_id) else {
            return false;
        };
        session.expires_at = now.checked_sub(SignedDuration::from_secs(1)).unwrap_or(now);
        true
    }

    /// The sessions that have not expired: access key IDs, with the ARN that each signs as.
    pub fn sessions(&self) -> Vec<(String, String)> {
        let now = self.0.now();
        let world = self.0.world();
        let live = world.sessions.values().filter(|session| session.expires_at > now);
        live.filter_map(|s| Some((s.access_key_id.clone(), world.signer(&s.access_key_id)?.arn)))
            .collect()
    }

    /// Revokes a role's sessions as the console does: those issued up to now are denied everything. Whether there is
    /// such a role.
    pub fn revoke_sessions(&self, role_arn: &str) -> bool {
        let now = self.0.now();
        self.0.change().revoke_sessions(role_arn, now).unwrap_or(false)
    }

    /// Answers a sign-in page, by its address, as a person in front of a browser would: as `user`, or as the one that
    /// the page offers first. Gives the address that the browser is sent to; `None` where it is sent nowhere, as by
    /// the page of a device.
    pub fn answer_page(&self, page: &str, user: Option<&str>, allow: bool) -> Option<String> {
        identity_center::answer_page(&self.0, &Url::parse(page).ok()?, user, allow)
    }

    /// Ends every registration of a sign-in client.
    pub fn forget_clients(&self) {
        self.0.sign_ins().clients.clear();
    }

    /// Ends every access token, as time would; refresh tokens stay good.
    pub fn expire_access_tokens(&self) {
        self.0.sign_ins().access_tokens.clear();
    }

    /// Ends every sign-in with all its tokens, as an administrator may.
    pub fn end_sign_ins(&self) {
        let mut sign_ins = self.0.sign_ins();
        sign_ins.access_tokens.clear();
        sign_ins.refresh_tokens.clear();
        sign_ins.sign_ins.clear();
    }

    /// The access portals take so many requests a second from here on; `None` takes all.
    pub fn set_portal_rate(&self, per_second: Option<u32>) {
        self.0.portal_limit.set(per_second);
    }

    /// A build job's token: for this subject and audience, good for so many seconds from the server's now (or ended
    /// so many ago, if negative). `None` where the operating system gives no randomness.
    pub fn web_identity_token(&self, subject: &str, audience: &str, seconds: i64) -> Option<String> {
        self.0.issuer.job_token(subject, audience, self.0.now(), seconds)
    }

    /// A SAML response for a user of the company's directory, good for so many seconds from the server's now (or ended
    /// so many ago, if negative). `None` where there is no such user.
    pub fn saml_response(&self, user: &str, seconds: i64) -> Option<String> {
        let user = self.0.world().directory.user(Some(user)).cloned()?;
        Some(saml::issue(&self.0, &user, seconds))
    }

    /// The same for another audience than AWS.
    pub fn saml_response_for(&self, user: &str, audience: &str) -> Option<String> {
        let user = self.0.world().directory.user(Some(user)).cloned()?;
        let id = self.0.keys().uuid();
        Some(self.0.saml.issue(&user, audience, self.0.now(), 300, &id))
    }

    /// The build service stands behind this subject's tokens no more.
    pub fn revoke_web_identity(&self, subject: &str) {
        self.0.issuer.revoke(subject);
    }

    /// Puts an object, past all policies. Whether there is such a bucket.
    pub fn put_object(&self, bucket: &str, key: &str, bytes: impl Into<Bytes>, content_type: &str) -> bool {
        let object = Object::stored(bytes, content_type, self.0.now());
        let new_id = self.0.keys().opaque(24);
        let mut world = self.0.change();
        let Some(bucket) = world.buckets.get_mut(bucket) else {
            return false;
        };
        bucket.put(key, object, new_id);
        true
    }

    /// Puts an object of generated bytes (see [`crate::generated`]), which are made as they are read. Whether there
    /// is such a bucket.
    pub fn put_generated(&self, bucket: &str, key: &str, length: u64) -> bool {
        let object = Object::generated(length, self.0.now());
        let new_id = self.0.keys().opaque(24);
        let mut world = self.0.change();
        let Some(bucket) = world.buckets.get_mut(bucket) else {
            return false;
        };
        bucket.put(key, object, new_id);
        true
    }

    /// Puts `count` small objects under a prefix, named by their number: a bucket too large for one page, up to
    /// millions. Whether there is such a bucket.
    pub fn put_crowd(&self, bucket: &str, prefix: &str, count: u64) -> bool {
        let object = Object::generated(16, self.0.now());
        let mut world = self.0.change();
        let Some(bucket) = world.buckets.get_mut(bucket) else {
            return false;
        };
        bucket.objects.insert_crowd(prefix, count, object);
        true
    }

    /// The bytes of an object, past all policies, up to `most`.
    pub fn object(&self, bucket: &str, key: &str, most: u64) -> Option<Vec<u8>> {
        let world = self.0.world();
        let content = &world.buckets.get(bucket)?.objects.get(key)?.content;
        Some(
            content
                .pieces(0, content.length().min(most))
                .flat_map(|piece| piece.to_vec())
                .collect(),
        )
    }

    /// Replaces an object once it has been read `after_reads` more times: a change in the middle of a download.
    pub fn change_object_after(&self, bucket: &str, key: &str, after_reads: u64, bytes: impl Into<Bytes>) {
        let object = Object::stored(bytes, "application/octet-stream", self.0.now());
        self.0.faults.change_object(bucket, key, after_reads, object);
    }

    /// Whether a request signed for the wrong region gets `301 PermanentRedirect` (the default) or
    /// `400 AuthorizationHeaderMalformed`; S3 gives either.
    pub fn set_redirects_to_region(&self, redirects: bool) {
        self.0.faults.set_redirects_to_region(redirects);
    }
}
