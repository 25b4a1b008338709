//! Listing uploads and their parts.

use s3s::dto::{
    CommonPrefix, ETag, Initiator, ListMultipartUploadsInput, ListMultipartUploadsOutput, ListPartsInput,
    ListPartsOutput, MultipartUpload, Part, StorageClass,
};
use s3s::{S3Response, S3Result};

use super::{Upload, Uploads, asked};
use crate::s3::list::{Encoding, MOST, time};
use crate::s3::{buckets, checksums, place, refusals};
use crate::state::State;

impl Uploads {
    pub(in crate::s3) fn list_parts(
        &self,
        state: &State,
        input: ListPartsInput,
    ) -> S3Result<S3Response<ListPartsOutput>> {
        let owner = buckets::owner(place::bucket(&state.world(), &input.bucket)?.owner);
        let uploads = self.lock();
        let upload = asked!(input).find(state, &uploads)?;
        let after = input.part_number_marker.unwrap_or(0);
        let most = input.max_parts.unwrap_or(MOST);
        let count = usize::try_from(most.min(MOST)).map_err(|_| {
            refusals::invalid_argument("Argument max-parts must be an integer between 0 and 2147483647")
        })?;
        let mut rest = upload.parts.range(after.saturating_add(1)..);
        let parts: Vec<Part> = rest
            .by_ref()
            .take(count)
            .map(|(number, part)| told(*number, part))
            .collect();
        let last = parts.last().and_then(|part| part.part_number);
        Ok(S3Response::new(ListPartsOutput {
            checksum_algorithm: upload.checksum.map(|mode| checksums::algorithm(mode.algorithm)),
            checksum_type: upload.checksum.map(|mode| checksums::kind(mode.kind)),
            initiator: Some(initiator(upload)),
            is_truncated: Some(rest.next().is_some()),
            max_parts: Some(most),
            next_part_number_marker: Some(last.unwrap_or(after)),
            part_number_marker: Some(after),
            owner: Some(owner),
            parts: Some(parts),
            storage_class: Some(StorageClass::from(upload.draft.storage_class.clone())),
            bucket: Some(input.bucket.clone()),
            key: Some(input.key.clone()),
            upload_id: Some(input.upload_id.clone()),
            ..ListPartsOutput::default()
        }))
    }

    pub(in crate::s3) fn list(
        &self,
        state: &State,
        input: ListMultipartUploadsInput,
    ) -> S3Result<S3Response<ListMultipartUploadsOutput>> {
        // Who completes an upload takes the two in this order.
        let uploads = self.lock();
        let world = state.world();
        let bucket = place::bucket(&world, &input.bucket)?;
        let encoding = Encoding::read(input.encoding_type.as_ref())?;
        let most = input.max_uploads.unwrap_or(MOST);
        let count = usize::try_from(most.min(MOST)).map_err(|_| {
            refusals::invalid_argument("Argument max-uploads must be an integer between 0 and 2147483647")
        })?;
        let prefix = input.prefix.as_deref().unwrap_or_default();
        let mut own: Vec<(&String, &Upload)> = uploads
            .iter()
            .filter(|(_, upload)| upload.bucket == bucket.name && upload.key.starts_with(prefix))
            .collect();
        // By key; of one key the oldest first (API Reference, "ListMultipartUploads").
        own.sort_by(|(a_id, a), (b_id, b)| (&a.key, a.started, a_id).cmp(&(&b.key, b.started, b_id)));
        let rest = &own[start(&own, &input)..];
        let page = page(rest, prefix, input.delimiter.as_deref(), count);
        let next = page.next;
        let shown = page.uploads.into_iter().map(|(id, upload)| MultipartUpload {
            checksum_algorithm: upload.checksum.map(|mode| checksums::algorithm(mode.algorithm)),
            checksum_type: upload.checksum.map(|mode| checksums::kind(mode.kind)),
            initiated: time(upload.started),
            initiator: Some(initiator(upload)),
            key: Some(encoding.text(&upload.key)),
            owner: Some(buckets::owner(bucket.owner)),
            storage_class: Some(StorageClass::from(upload.draft.storage_class.clone())),
            upload_id: Some(id.clone()),
        });
        let common = page.prefixes.iter().map(|p| CommonPrefix {
            prefix: Some(encoding.text(p)),
        });
        Ok(S3Response::new(ListMultipartUploadsOutput {
            uploads: Some(shown.collect()),
            common_prefixes: Some(common.collect()),
            delimiter: encoding.option(input.delimiter.as_ref()),
            is_truncated: Some(next.is_some()),
            key_marker: Some(encoding.text(input.key_marker.as_deref().unwrap_or_default())),
            max_uploads: Some(most),
            next_key_marker: next.as_ref().map(|(key, _)| encoding.text(key)),
            next_upload_id_marker: next.and_then(|(_, id)| id),
            prefix: Some(encoding.text(prefix)),
            upload_id_marker: Some(input.upload_id_marker.unwrap_or_default()),
            bucket: Some(input.bucket),
            encoding_type: input.encoding_type,
            ..ListMultipartUploadsOutput::default()
        }))
    }
}

/// The place of the first upload after the markers. An upload marker counts beside a key marker only.
fn start(own: &[(&String, &Upload)], input: &ListMultipartUploadsInput) -> usize {
    let Some(key) = input.key_marker.as_deref().filter(|key| !key.is_empty()) else {
        return 0;
    };
    let folder = input
        .delimiter
        .as_deref()
        .is_some_and(|d| !d.is_empty() && key.ends_with(d));
    let id = input.upload_id_marker.as_deref().filter(|id| !id.is_empty());
    if let Some(at) = id.and_then(|id| own.iter().position(|(own, u)| *own == id && u.key == key)) {
        return at + 1;
    }
    own.partition_point(|(_, upload)| upload.key.as_str() <= key || (folder && upload.key.starts_with(key)))
}

#[derive(Default)]
struct Page<'u> {
    uploads: Vec<(&'u String, &'u Upload)>,
    prefixes: Vec<String>,
    /// The key, or common prefix, and upload that came last, where there are more.
    next: Option<(String, Option<String>)>,
}

fn page<'u>(
    rest: &[(&'u String, &'u Upload)],
    prefix: &str,
    delimiter: Option<&str>,
    most: usize,
) -> Page<'u> {
    let mut page = Page::default();
    let mut last = None;
    for (id, upload) in rest {
        let below = &upload.key[prefix.len()..];
        let folded = delimiter
            .filter(|d| !d.is_empty())
            .and_then(|d| below.find(d).map(|at| at + d.len()));
        let common = folded.map(|at| upload.key[..prefix.len() + at].to_owned());
        if common.is_some() && common.as_ref() == page.prefixes.last() {
            continue;
        }
        if page.uploads.len() + page.prefixes.len() == most {
            page.next = last;
            break;
        }
        last = Some(match common {
            Some(common) => {
                page.prefixes.push(common.clone());
                (common, None)
            }
            None => {
                page.uploads.push((*id, *upload));
                (upload.key.clone(), Some((*id).clone()))
            }
        });
    }
    page
}

fn told(number: i32, part: &super::Part) -> Part {
    let mut told = Part {
        part_number: Some(number),
        size: i64::try_from(part.content.length()).ok(),
        e_tag: Some(ETag::Strong(part.etag.clone())),
        last_modified: time(part.modified),
        ..Part::default()
    };
    if let Some((algorithm, sum)) = &part.checksum {
        checksums::show!(told, *algorithm, Some(sum.clone()));
    }
    told
}

fn initiator(upload: &Upload) -> Initiator {
    let id = buckets::canonical_id(upload.by.as_str());
    Initiator {
        display_name: None,
        id: Some(id),
    }
}
