//! What a copy may replace, what it leaves out, and how it is stored.

use clap::{Args, ValueEnum};
use hatrack_aws::s3::{Encryption, Guard, Stored};
use hatrack_core::bucket::transfer::Only;

use super::production::Meant;
use crate::failure::Failure;

/// The options of `hat s3 cp` beside its two places.
#[derive(Debug, Args)]
pub struct Options {
    /// Only names that match: *.log, logs/**, logs/ (can be given again)
    #[arg(long, value_name = "PATTERN")]
    pub include: Vec<String>,
    /// Not names that match (can be given again)
    #[arg(long, value_name = "PATTERN")]
    pub exclude: Vec<String>,
    /// Take the key as it is written, with its * and ?
    #[arg(long)]
    pub literal: bool,
    /// Replace nothing that is there already
    #[arg(long, conflicts_with = "if_unchanged")]
    pub no_overwrite: bool,
    /// Replace the object only while it has this entity tag
    #[arg(long, value_name = "ETAG")]
    pub if_unchanged: Option<String>,
    /// S3's storage class: STANDARD_IA, GLACIER_IR, …
    #[arg(long, value_name = "CLASS")]
    pub storage_class: Option<String>,
    /// How S3 encrypts what is written; the bucket's way where left out
    #[arg(long, value_name = "KIND")]
    pub sse: Option<Sse>,
    /// The ARN of the KMS key
    #[arg(long, value_name = "ARN")]
    pub sse_kms_key_id: Option<String>,
    /// Only list what would be copied
    #[arg(long)]
    pub dry_run: bool,
    #[command(flatten)]
    pub meant: Meant,
}

/// S3's own keys, or KMS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Sse {
    /// Keys of S3's own
    #[value(alias = "AES256")]
    Aes256,
    /// A KMS key: the one named, or the account's key for S3
    #[value(name = "aws:kms", alias = "kms")]
    Kms,
}

impl Options {
    /// What may be replaced.
    pub fn guard(&self) -> Guard {
        match (&self.if_unchanged, self.no_overwrite) {
            (Some(etag), _) => Guard::OnlyOver(etag.trim_matches('"').to_owned()),
            (None, true) => Guard::OnlyNew,
            (None, false) => Guard::Anything,
        }
    }

    /// How what is written is encrypted.
    pub fn encryption(&self) -> Result<Option<Encryption>, Failure> {
        match (self.sse, &self.sse_kms_key_id) {
            (Some(Sse::Aes256), Some(_)) => Err(Failure::usage(
                "--sse-kms-key-id names a KMS key, and --sse aes256 uses none; leave out one of them",
            )),
            (Some(Sse::Aes256), None) => Ok(Some(Encryption::S3)),
            (Some(Sse::Kms), key) => Ok(Some(Encryption::Kms(key.clone()))),
            (None, Some(key)) => Ok(Some(Encryption::Kms(Some(key.clone())))),
            (None, None) => Ok(None),
        }
    }

    /// What is written is stored so.
    pub fn stored(&self) -> Result<Stored, Failure> {
        Ok(Stored {
            storage_class: self.storage_class.clone(),
            encryption: self.encryption()?,
            ..Stored::default()
        })
    }

    /// Which names are meant, of those below a prefix or a folder.
    pub fn only(&self) -> Result<Only, Failure> {
        Only::of(&self.include, &self.exclude).map_err(Failure::usage)
    }

    /// Refuses what does not go with what is copied: `many` files, and into a bucket or not.
    pub fn check(&self, many: bool, into_s3: bool) -> Result<(), Failure> {
        let patterns = !self.include.is_empty() || !self.exclude.is_empty();
        if patterns && !many {
            return Err(Failure::usage("--include and --exclude are for --recursive"));
        }
        if self.if_unchanged.is_some() && (many || !into_s3) {
            return Err(Failure::usage("--if-unchanged is for one object that is written"));
        }
        let stored = self.storage_class.is_some() || self.sse.is_some() || self.sse_kms_key_id.is_some();
        if stored && !into_s3 {
            return Err(Failure::usage(
                "--storage-class and --sse are for what is written to a bucket",
            ));
        }
        self.encryption().map(drop)
    }
}
