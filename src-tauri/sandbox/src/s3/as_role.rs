//! What Batch Operations does in S3 as the role of its job: asked of the policies as any other request is.

use std::sync::Arc;

use http::{HeaderMap, Method, Uri};
use s3s::dto::{
    CopyObjectInput, CopySource, MetadataDirective, ObjectCannedACL, PutObjectInput, StorageClass,
    StreamingBlob, TaggingDirective,
};
use s3s::path::S3Path;
use s3s::{Body, S3Error, S3Request, S3Result};

use super::asking::Signed;
use super::source::Source;
use super::{copy, place, put, refusals};
use crate::state::State;
use crate::world::Signer;

/// Who does it, and where.
pub struct AsRole {
    signed: Arc<Signed>,
}

/// One copy of a job.
pub struct CopyOne<'a> {
    pub from_bucket: &'a str,
    pub from_key: &'a str,
    pub version: Option<&'a str>,
    pub to_bucket: &'a str,
    pub to_key: &'a str,
    pub storage_class: Option<&'a str>,
    pub acl: Option<&'a str>,
    pub tagging: Option<&'a str>,
    pub replaces_metadata: bool,
}

/// A refusal's code and words.
pub fn words(error: &S3Error) -> (String, String) {
    (
        error.code().as_str().to_owned(),
        error.message().unwrap_or_default().to_owned(),
    )
}

impl AsRole {
    /// As this signer, with calls in this region.
    pub fn new(signer: Signer, region: &str) -> Self {
        Self {
            signed: Arc::new(Signed {
                signer,
                region: region.to_owned(),
                keys: Vec::new(),
            }),
        }
    }

    /// The bytes of an object, and its entity tag.
    pub fn read(&self, state: &State, bucket: &str, key: &str) -> S3Result<(Vec<u8>, String)> {
        let source = Source {
            bucket: bucket.to_owned(),
            key: key.to_owned(),
            version: None,
        };
        source.may_read(&self.signed.asking(&state.world(), state.now()))?;
        let object = source.open(state, &self.signed)?;
        let bytes = object.content.whole().flat_map(|piece| piece.to_vec()).collect();
        Ok((bytes, object.etag))
    }

    /// Copies one object.
    pub fn copy(&self, state: &State, one: &CopyOne<'_>) -> S3Result<()> {
        let source = Source {
            bucket: one.from_bucket.to_owned(),
            key: one.from_key.to_owned(),
            version: one.version.map(str::to_owned),
        };
        {
            let world = state.world();
            let asking = self.signed.asking(&world, state.now());
            place::bucket(&world, one.from_bucket)?;
            source.may_read(&asking)?;
            self.may_write(state, one.to_bucket, one.to_key, one.acl.is_some())?;
        }
        let mut input = CopyObjectInput::builder();
        input.set_bucket(one.to_bucket.to_owned());
        input.set_key(one.to_key.to_owned());
        input.set_copy_source(CopySource::Bucket {
            bucket: one.from_bucket.into(),
            key: one.from_key.into(),
            version_id: one.version.map(Into::into),
        });
        let mut input = input
            .build()
            .map_err(|why| refusals::invalid_argument(why.to_string()))?;
        input.storage_class = one
            .storage_class
            .map(|class| StorageClass::from(class.to_owned()));
        input.acl = one.acl.map(|acl| ObjectCannedACL::from(acl.to_owned()));
        if one.replaces_metadata {
            input.metadata_directive = Some(MetadataDirective::from_static(MetadataDirective::REPLACE));
        }
        if let Some(tags) = one.tagging {
            input.tagging = Some(tags.to_owned());
            input.tagging_directive = Some(TaggingDirective::from_static(TaggingDirective::REPLACE));
        }
        state.count("BatchCopy");
        copy::copy(state, self.request(input)).map(drop)
    }

    /// Writes an object.
    pub async fn write(&self, state: &State, bucket: &str, key: &str, text: String) -> S3Result<()> {
        self.may_write(state, bucket, key, false)?;
        let mut input = PutObjectInput::builder();
        input.set_bucket(bucket.to_owned());
        input.set_key(key.to_owned());
        let mut input = input
            .build()
            .map_err(|why| refusals::invalid_argument(why.to_string()))?;
        input.body = Some(StreamingBlob::from(Body::from(text)));
        put::put(state, self.request(input)).await.map(drop)
    }

    fn may_write(&self, state: &State, bucket: &str, key: &str, with_acl: bool) -> S3Result<()> {
        let world = state.world();
        place::bucket(&world, bucket)?;
        let asking = self.signed.asking(&world, state.now());
        let path = S3Path::object(bucket, key);
        asking.must("s3:PutObject", &path)?;
        match with_acl {
            true => asking.must("s3:PutObjectAcl", &path),
            false => Ok(()),
        }
    }

    fn request<T>(&self, input: T) -> S3Request<T> {
        let mut extensions = http::Extensions::new();
        extensions.insert(Arc::clone(&self.signed));
        S3Request {
            input,
            method: Method::PUT,
            uri: Uri::default(),
            headers: HeaderMap::new(),
            extensions,
            credentials: None,
            region: None,
            service: None,
            trailing_headers: None,
        }
    }
}
