//! Acts on objects: deleted and brought back, renamed, described anew, restored, lent by a link.

mod changing;
mod deleting;
mod lending;
mod listed_deletes;
mod renaming;
mod stopping;

use hatrack_aws::s3::objects::Which;
use hatrack_aws::s3::{Encryption, Guard, S3, Stored, upload};
use hatrack_core::bucket::S3Location;
use hatrack_core::object_view::NameValue;
use hatrack_sandbox::Admin;

pub fn place(bucket: &str, key: &str) -> S3Location {
    S3Location {
        bucket: bucket.parse().unwrap(),
        key: key.to_owned(),
    }
}

pub fn which(key: &str) -> Which {
    Which::object(key)
}

pub fn pair(name: &str, value: &str) -> NameValue {
    NameValue {
        name: name.to_owned(),
        value: value.to_owned(),
    }
}

pub fn text(admin: &Admin, bucket: &str, key: &str) -> Option<String> {
    let bytes = admin.object(bucket, key, 1000)?;
    Some(String::from_utf8(bytes).unwrap())
}

/// Stores an object with everything that an object can have.
pub async fn put_rich(s3: &S3, bucket: &str, key: &str) {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "the bytes").unwrap();
    let order = upload::Order {
        path: file.path().to_owned(),
        bucket: bucket.parse().unwrap(),
        key: key.to_owned(),
        stored: Stored {
            content_type: Some("text/x-mine".into()),
            cache_control: Some("no-store".into()),
            content_disposition: Some("attachment".into()),
            content_language: Some("de".into()),
            metadata: [("colour".to_owned(), "red".to_owned())].into(),
            tags: vec![("team".into(), "a b&c".into())],
            storage_class: Some("STANDARD_IA".into()),
            encryption: Some(Encryption::S3),
            ..Stored::default()
        },
        guard: Guard::Anything,
        journals: None,
    };
    s3.send(&order, &|_, _| ()).await.unwrap();
}
