//! What an object is stored with, beside its bytes.

use std::collections::HashMap;

use aws_sdk_s3::operation::head_object::HeadObjectOutput;
use aws_sdk_s3::primitives::{DateTime, DateTimeFormat};
use aws_sdk_s3::types::{ObjectCannedAcl, ServerSideEncryption, StorageClass, Tag, Tagging};

/// The longest `x-amz-tagging`, as the AWS CLI has it: ten tags may be longer, and go in a request of their own then.
const LONGEST_TAGGING: usize = 2 * 1024;

/// The class of objects of which S3 tells none.
const STANDARD: &str = "STANDARD";

/// Only where nothing, or exactly this, is there already.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Guard {
    /// Whatever is there is replaced.
    #[default]
    Anything,
    /// Refused if there is an object of this key.
    OnlyNew,
    /// Refused unless the object there has this entity tag.
    OnlyOver(String),
}

impl Guard {
    pub(super) fn if_none_match(&self) -> Option<String> {
        (*self == Self::OnlyNew).then(|| "*".to_owned())
    }

    pub(super) fn if_match(&self) -> Option<String> {
        match self {
            Self::OnlyOver(etag) => Some(format!("\"{}\"", etag.trim_matches('"'))),
            _ => None,
        }
    }
}

/// How S3 encrypts an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Encryption {
    /// With keys of S3's own.
    S3,
    /// With a KMS key: its ARN, or the account's key for S3 where none is named.
    Kms(Option<String>),
    /// As another object is, whatever that is.
    Kept {
        /// S3's word for it: `AES256`, `aws:kms`, `aws:kms:dsse`.
        algorithm: String,
        /// The KMS key's ARN.
        key: Option<String>,
        /// Whether the bucket's own key stands between it and KMS.
        bucket_key: Option<bool>,
    },
}

/// Metadata, tags and the like. The default leaves everything to the bucket.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stored {
    /// `Content-Type`.
    pub content_type: Option<String>,
    /// `Cache-Control`.
    pub cache_control: Option<String>,
    /// `Content-Disposition`.
    pub content_disposition: Option<String>,
    /// `Content-Encoding`.
    pub content_encoding: Option<String>,
    /// `Content-Language`.
    pub content_language: Option<String>,
    /// `Expires`, as a date of HTTP.
    pub expires: Option<String>,
    /// Where a website redirects to.
    pub redirect: Option<String>,
    /// The person's own metadata.
    pub metadata: HashMap<String, String>,
    /// Tags.
    pub tags: Vec<(String, String)>,
    /// S3's storage class.
    pub storage_class: Option<String>,
    /// How it is encrypted; the bucket's way where left out.
    pub encryption: Option<Encryption>,
    /// Whether the bucket's owner is given full control, for buckets that still have access control lists.
    pub for_bucket_owner: bool,
}

impl Encryption {
    /// As another object is encrypted.
    pub(super) fn of(head: &HeadObjectOutput) -> Option<Self> {
        Some(Self::Kept {
            algorithm: head.server_side_encryption()?.as_str().to_owned(),
            key: head.ssekms_key_id().map(str::to_owned),
            bucket_key: head.bucket_key_enabled(),
        })
    }
}

impl Stored {
    /// As another object is stored; not its tags, which a HEAD does not tell, and not its encryption, which is its
    /// bucket's affair.
    pub(super) fn of(head: &HeadObjectOutput) -> Self {
        Self {
            content_type: head.content_type().map(str::to_owned),
            cache_control: head.cache_control().map(str::to_owned),
            content_disposition: head.content_disposition().map(str::to_owned),
            content_encoding: head.content_encoding().map(str::to_owned),
            content_language: head.content_language().map(str::to_owned),
            expires: head.expires_string().map(str::to_owned),
            redirect: head.website_redirect_location().map(str::to_owned),
            metadata: head.metadata().cloned().unwrap_or_default(),
            tags: Vec::new(),
            storage_class: head.storage_class().map(|class| class.as_str().to_owned()),
            encryption: None,
            for_bucket_owner: false,
        }
    }

    /// The same text for the same settings, so that what is begun with others is not gone on with.
    pub(super) fn told(&self) -> String {
        let mut metadata: Vec<_> = self.metadata.iter().collect();
        metadata.sort();
        let rest = Self {
            metadata: HashMap::new(),
            // What a bucket's owner is given is found out anew each time.
            for_bucket_owner: false,
            ..self.clone()
        };
        format!("{rest:?} {metadata:?}")
    }

    /// Whether an object is stored with all that is asked for here, as far as a HEAD tells: of tags it does not, and the
    /// name of a KMS key may be another than its ARN.
    pub(super) fn is_told_by(&self, head: &HeadObjectOutput) -> bool {
        fn as_asked(asked: Option<&str>, there: Option<&str>) -> bool {
            asked.is_none_or(|asked| there == Some(asked))
        }
        let there = Self::of(head);
        let class = there.storage_class.as_deref().unwrap_or(STANDARD);
        let metadata = self.metadata.iter().all(|(name, value)| {
            let found = there.metadata.get(&name.to_ascii_lowercase());
            found.or_else(|| there.metadata.get(name)) == Some(value)
        });
        let algorithm = self.algorithm();
        as_asked(self.storage_class.as_deref(), Some(class))
            && as_asked(self.content_type.as_deref(), there.content_type.as_deref())
            && as_asked(self.cache_control.as_deref(), there.cache_control.as_deref())
            && as_asked(
                self.content_disposition.as_deref(),
                there.content_disposition.as_deref(),
            )
            && as_asked(
                self.content_encoding.as_deref(),
                there.content_encoding.as_deref(),
            )
            && as_asked(
                self.content_language.as_deref(),
                there.content_language.as_deref(),
            )
            && metadata
            && (algorithm.is_none() || head.server_side_encryption() == algorithm.as_ref())
            && as_asked(
                self.kms_key().as_deref().filter(|key| key.starts_with("arn:")),
                head.ssekms_key_id(),
            )
    }

    pub(super) fn class(&self) -> Option<StorageClass> {
        self.storage_class.as_deref().map(StorageClass::from)
    }

    pub(super) fn own_metadata(&self) -> Option<HashMap<String, String>> {
        (!self.metadata.is_empty()).then(|| self.metadata.clone())
    }

    /// As S3 takes them in a header; `None` where that would be too long.
    pub(super) fn tagging(&self) -> Option<String> {
        let text = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(&self.tags)
            .finish();
        (!self.tags.is_empty() && text.len() <= LONGEST_TAGGING).then_some(text)
    }

    /// The tags that no header takes, for a request of their own.
    pub(super) fn tags_apart(&self) -> Option<Tagging> {
        if self.tags.is_empty() || self.tagging().is_some() {
            return None;
        }
        let tags = self.tags.iter();
        let tags = tags.map(|(name, value)| Tag::builder().key(name).value(value).build().ok());
        Tagging::builder().set_tag_set(tags.collect()).build().ok()
    }

    /// One that is no date of HTTP is left out: S3 would not take it.
    pub(super) fn expires(&self) -> Option<DateTime> {
        DateTime::from_str(self.expires.as_deref()?, DateTimeFormat::HttpDate).ok()
    }

    pub(super) fn acl(&self) -> Option<ObjectCannedAcl> {
        self.for_bucket_owner
            .then_some(ObjectCannedAcl::BucketOwnerFullControl)
    }

    pub(super) fn algorithm(&self) -> Option<ServerSideEncryption> {
        Some(match self.encryption.as_ref()? {
            Encryption::S3 => ServerSideEncryption::Aes256,
            Encryption::Kms(_) => ServerSideEncryption::AwsKms,
            Encryption::Kept { algorithm, .. } => ServerSideEncryption::from(algorithm.as_str()),
        })
    }

    pub(super) fn kms_key(&self) -> Option<String> {
        match self.encryption.as_ref()? {
            Encryption::Kms(key) | Encryption::Kept { key, .. } => key.clone(),
            Encryption::S3 => None,
        }
    }

    pub(super) fn bucket_key(&self) -> Option<bool> {
        match self.encryption.as_ref()? {
            Encryption::Kept { bucket_key, .. } => *bucket_key,
            Encryption::S3 | Encryption::Kms(_) => None,
        }
    }
}

/// Adds all of it to a request that makes an object.
macro_rules! stored_with {
    ($request:expr, $stored:expr) => {{
        let stored = $stored;
        $request
            .set_content_type(stored.content_type.clone())
            .set_cache_control(stored.cache_control.clone())
            .set_content_disposition(stored.content_disposition.clone())
            .set_content_encoding(stored.content_encoding.clone())
            .set_content_language(stored.content_language.clone())
            .set_expires(stored.expires())
            .set_website_redirect_location(stored.redirect.clone())
            .set_metadata(stored.own_metadata())
            .set_tagging(stored.tagging())
            .set_storage_class(stored.class())
            .set_server_side_encryption(stored.algorithm())
            .set_ssekms_key_id(stored.kms_key())
            .set_bucket_key_enabled(stored.bucket_key())
            .set_acl(stored.acl())
    }};
}
pub(super) use stored_with;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_that_no_header_takes_go_apart() {
        let tagged = |length: usize| Stored {
            tags: vec![("name".into(), "a".repeat(length)), ("other".into(), "b".into())],
            ..Stored::default()
        };
        let most = LONGEST_TAGGING - "name=&other=b".len();
        assert_eq!(
            tagged(most).tagging().map(|text| text.len()),
            Some(LONGEST_TAGGING)
        );
        assert!(tagged(most).tags_apart().is_none());
        assert!(tagged(most + 1).tagging().is_none());
        assert_eq!(
            tagged(most + 1).tags_apart().map(|apart| apart.tag_set().len()),
            Some(2)
        );
        assert!(Stored::default().tagging().is_none() && Stored::default().tags_apart().is_none());
    }
}
