//! Checksums as requests bring them and answers show them.
//!
//! Source: S3 User Guide, "Checking object integrity in Amazon S3".

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures::StreamExt;
use http::HeaderMap;
use s3s::dto::StreamingBlob;
use s3s::{S3Result, TrailingHeaders, s3_error};

use super::refusals;
use crate::world::{Algorithm, Checksum, ChecksumKind, Content, md5_hex, md5_of};

/// The checksums that a request names: at most one is allowed.
pub(super) type Given = [(Algorithm, Option<String>); 5];

/// Takes the five fields of a request.
macro_rules! given {
    ($input:expr) => {
        [
            (crate::world::Algorithm::Crc32, $input.checksum_crc32.clone()),
            (crate::world::Algorithm::Crc32c, $input.checksum_crc32c.clone()),
            (
                crate::world::Algorithm::Crc64Nvme,
                $input.checksum_crc64nvme.clone(),
            ),
            (crate::world::Algorithm::Sha1, $input.checksum_sha1.clone()),
            (crate::world::Algorithm::Sha256, $input.checksum_sha256.clone()),
        ]
    };
}

/// Sets the field of an answer that a digest in base64 belongs to.
macro_rules! show {
    ($output:expr, $algorithm:expr, $value:expr) => {{
        let value: Option<String> = $value;
        match $algorithm {
            crate::world::Algorithm::Crc32 => $output.checksum_crc32 = value,
            crate::world::Algorithm::Crc32c => $output.checksum_crc32c = value,
            crate::world::Algorithm::Crc64Nvme => $output.checksum_crc64nvme = value,
            crate::world::Algorithm::Sha1 => $output.checksum_sha1 = value,
            crate::world::Algorithm::Sha256 => $output.checksum_sha256 = value,
        }
    }};
}

/// Shows a checksum with its kind.
macro_rules! show_whole {
    ($output:expr, $checksum:expr) => {
        if let Some(checksum) = $checksum {
            let checksum: &crate::world::Checksum = checksum;
            $crate::s3::checksums::show!($output, checksum.algorithm, Some(checksum.value.clone()));
            $output.checksum_type = Some($crate::s3::checksums::kind(checksum.kind));
        }
    };
}

pub(super) use {given, show, show_whole};

/// AWS's type for a kind.
pub(super) fn kind(kind: ChecksumKind) -> s3s::dto::ChecksumType {
    s3s::dto::ChecksumType::from_static(kind.name())
}

/// AWS's type for an algorithm.
pub(super) fn algorithm(algorithm: Algorithm) -> s3s::dto::ChecksumAlgorithm {
    s3s::dto::ChecksumAlgorithm::from_static(algorithm.name())
}

/// The algorithm of this name.
pub(super) fn named(name: &str) -> S3Result<Algorithm> {
    let unknown = || {
        refusals::invalid_request(
            "Checksum algorithm provided is unsupported. Please try again with any of the valid types: \
             [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]",
        )
    };
    Algorithm::named(name).ok_or_else(unknown)
}

/// The one checksum that a request names.
pub(super) fn only(given: &Given) -> S3Result<Option<(Algorithm, &str)>> {
    let mut named = given
        .iter()
        .filter_map(|(algorithm, value)| Some((*algorithm, value.as_deref()?)));
    let first = named.next();
    if named.next().is_some() {
        return Err(refusals::invalid_request(
            "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.",
        ));
    }
    Ok(first)
}

/// What a request says about the body that it brings.
pub(super) struct Claims<'a> {
    pub given: Given,
    /// `x-amz-sdk-checksum-algorithm`: there must be a checksum then.
    pub algorithm: Option<&'a str>,
    pub md5: Option<&'a str>,
    pub trailers: Option<&'a TrailingHeaders>,
}

/// What the entity tag of a body is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tag {
    /// Its MD5.
    Md5,
    /// Its checksum: as with KMS, where the tag is no MD5 either. A Content-MD5 is taken at its word.
    Quick,
}

/// A body that is what was claimed of it.
pub(super) struct Received {
    pub content: Content,
    /// In hex: what the tag is made of.
    pub md5: String,
    /// The checksum that was given.
    pub checksum: Option<(Algorithm, String)>,
}

impl Received {
    /// The checksum that S3 keeps: the one given, else a CRC-64/NVME of its own.
    pub(super) fn kept(&self) -> Checksum {
        let given = self.checksum.clone().map(|(algorithm, value)| Checksum {
            algorithm,
            kind: ChecksumKind::FullObject,
            value,
        });
        given.unwrap_or_else(|| Checksum::of(&self.content, Algorithm::Crc64Nvme))
    }
}

/// Reads a whole body and checks it against its checksums.
pub(super) async fn receive(body: Option<StreamingBlob>, claims: Claims<'_>, tag: Tag) -> S3Result<Received> {
    let mut pieces = Vec::new();
    if let Some(mut body) = body {
        while let Some(piece) = body.next().await {
            let piece =
                piece.map_err(|e| s3_error!(IncompleteBody, "The request body was not complete: {e}"))?;
            pieces.push(piece);
        }
    }
    let content = Content::received(pieces);
    let given = with_trailers(claims.given, claims.trailers);
    let named = only(&given);
    let algorithm = named.as_ref().ok().copied().flatten().map(|named| named.0);
    let (md5, own) = digests(&content, tag, algorithm).await?;
    if let Some(claimed) = claims.md5.filter(|_| tag == Tag::Md5) {
        check_md5(claimed, &md5)?;
    }
    let checksum = match named?.zip(own) {
        Some(((algorithm, value), own)) => Some((algorithm, check(own, algorithm, value)?)),
        None if claims.algorithm.is_some() => {
            return Err(refusals::invalid_request(
                "x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers \
                 were found.",
            ));
        }
        None => None,
    };
    Ok(Received {
        content,
        md5,
        checksum,
    })
}

/// The digest for the tag, and the checksum. Those of a large body are made where they hold up no other connection.
async fn digests(
    content: &Content,
    tag: Tag,
    algorithm: Option<Algorithm>,
) -> S3Result<(String, Option<String>)> {
    const LARGE: u64 = 1024 * 1024;
    let content = content.clone();
    let large = content.length() > LARGE;
    let make = move || {
        let own = algorithm.map(|algorithm| algorithm.sum(content.whole()));
        let md5 = match tag {
            Tag::Md5 => md5_of(&content),
            Tag::Quick => {
                let sum = own.clone();
                let sum = sum.unwrap_or_else(|| Algorithm::Crc64Nvme.sum(content.whole()));
                md5_hex(format!("{sum} {}", content.length()).as_bytes())
            }
        };
        (md5, own)
    };
    if !large {
        return Ok(make());
    }
    let made = tokio::task::spawn_blocking(make).await;
    made.map_err(|stopped| s3_error!(InternalError, "The digests could not be made: {stopped}"))
}

fn check_md5(claimed: &str, own: &str) -> S3Result<()> {
    let digest = STANDARD.decode(claimed).ok().filter(|digest| digest.len() == 16);
    match digest.map(hex::encode) {
        None => Err(s3_error!(
            InvalidDigest,
            "The Content-MD5 you specified was invalid."
        )),
        Some(claimed) if claimed != own => Err(s3_error!(
            BadDigest,
            "The Content-MD5 you specified did not match what we received."
        )),
        Some(_) => Ok(()),
    }
}

fn check(own: String, algorithm: Algorithm, value: &str) -> S3Result<String> {
    if own == value {
        return Ok(own);
    }
    let length = |text: &str| STANDARD.decode(text).map(|digest| digest.len()).ok();
    if length(value) != length(&own) {
        let header = algorithm.name().to_lowercase();
        return Err(refusals::invalid_request(format!(
            "Value for x-amz-checksum-{header} header is invalid."
        )));
    }
    Err(refusals::bad_digest(algorithm.name()))
}

fn with_trailers(mut given: Given, trailers: Option<&TrailingHeaders>) -> Given {
    let headers = trailers.and_then(TrailingHeaders::take);
    for (algorithm, value) in &mut given {
        let name = format!("x-amz-checksum-{}", algorithm.name().to_lowercase());
        let trailing = |headers: &HeaderMap| {
            let value = headers.get(&name)?.to_str().ok()?;
            Some(value.trim().to_owned())
        };
        if value.is_none() {
            *value = headers.as_ref().and_then(trailing);
        }
    }
    given
}
