//! An object as the page shows it.

use std::sync::Arc;

use bytes::Bytes;
use hatrack_aws::s3::{ObjectHead, ObjectRef, S3, S3Failure};
use hatrack_core::bucket::transfer::Range;

use super::kind::{Kind, Packing, SVG, kind_of, unpacked_name};
use super::server::{Served, page_origin};
use super::source::{InS3, Refused, Source};
use super::{Turn, hex, packed, parquet, picture, svg, table, text};
use crate::wire::{CommandError, MediaKind, PreviewView, ShownView, TextLanguage};

/// What is read of every object.
const HEAD: u64 = 64 * 1024;
/// What is read of a packed object, and unpacked of it.
const PACKED: u64 = 256 * 1024;

/// Reads what is needed to show the object, and keeps it open for more.
pub async fn of_object(turn: Turn<'_>, s3: Arc<S3>, object: ObjectRef) -> Result<PreviewView, CommandError> {
    turn.unless_superseded(async {
        let (head, first) = match s3.peek(&object, HEAD).await {
            Ok(peeked) => peeked,
            Err(failure) => return unreadable(&s3, &object, failure).await,
        };
        let source: Arc<dyn Source> = Arc::new(InS3 {
            s3,
            object: object.clone(),
            etag: head.etag.clone(),
            size: head.size,
        });
        let (shown, served) = shown(&source, &object.key, &first).await?;
        turn.keep(source, served)?;
        Ok(view(object.key, head, shown))
    })
    .await
}

/// What S3 says of an object whose bytes it does not give, and why it does not.
async fn unreadable(s3: &S3, object: &ObjectRef, failure: S3Failure) -> Result<PreviewView, CommandError> {
    if !matches!(failure, S3Failure::Archived { .. } | S3Failure::Denied(_)) {
        return Err(failure.into());
    }
    let Ok(head) = s3.head_of(object).await else {
        return Err(failure.into());
    };
    let message = match (&failure, &head.kms_key) {
        (S3Failure::Archived { .. }, _) => {
            let class = class_name(head.storage_class.as_deref());
            format!("The object is archived in {class}. Restore it to see what is in it.")
        }
        (S3Failure::Denied(denial), Some(key)) => {
            let request = denial.request_id.as_deref().map(|id| format!(" (request {id})"));
            format!(
                "S3 refused the object's bytes, though not what it says of it. It is encrypted with the KMS key {key}: \
                 the role needs kms:Decrypt on that key and s3:GetObject on the object{}.",
                request.unwrap_or_default()
            )
        }
        _ => CommandError::from(failure).message,
    };
    Ok(view(object.key.clone(), head, ShownView::Unreadable { message }))
}

fn class_name(class: Option<&str>) -> &str {
    match class {
        Some("GLACIER") => "Glacier Flexible Retrieval",
        Some("DEEP_ARCHIVE") => "Glacier Deep Archive",
        Some("INTELLIGENT_TIERING") => "an archive tier of Intelligent-Tiering",
        _ => "Glacier",
    }
}

fn view(key: String, head: ObjectHead, shown: ShownView) -> PreviewView {
    PreviewView {
        key,
        size: head.size,
        encryption: encryption(&head),
        content_type: head.content_type,
        etag: head
            .etag
            .map(|etag| etag.trim_start_matches("W/").trim_matches('"').to_owned()),
        version_id: head.version_id,
        modified_at: head.modified_at,
        storage_class: head.storage_class,
        metadata: head.metadata,
        shown,
    }
}

/// As S3's console calls it, with the key's own name or ID.
fn encryption(head: &ObjectHead) -> Option<String> {
    let name = match head.encryption.as_deref()? {
        "AES256" => "SSE-S3",
        "aws:kms" => "SSE-KMS",
        "aws:kms:dsse" => "DSSE-KMS",
        other => other,
    };
    let key = head
        .kms_key
        .as_deref()
        .and_then(|arn| arn.rsplit(['/', ':']).next());
    Some(match key {
        Some(key) => format!("{name}, {key}"),
        None => name.to_owned(),
    })
}

/// What is in the object of this name that begins with `head`, and what serves it where the page reads on by itself.
pub async fn shown(
    source: &Arc<dyn Source>,
    name: &str,
    head: &Bytes,
) -> Result<(ShownView, Option<Served>), Refused> {
    if source.size() == 0 {
        return Ok((ShownView::Empty, None));
    }
    let unserved = match kind_of(name, head) {
        Kind::Media(media, mime) => return served(source, media, mime, head).await,
        Kind::Svg if is_svg(head, source.size()) => return drawn(source, name, head).await,
        Kind::Parquet => match parquet::view(source.clone()).await {
            Ok(table) => ShownView::Table(table),
            Err(message) => ShownView::Unreadable { message },
        },
        Kind::EncryptedParquet => ShownView::Unreadable {
            message:
                "The Parquet file is encrypted, and has no preview. Download it to open it with its keys."
                    .to_owned(),
        },
        Kind::Packed(packing) => unpacked(source, packing, name, head).await?,
        Kind::Table if (head.len() as u64) < source.size().min(table::READ) => {
            let more = beginning(source, head, table::READ).await?;
            plain(name, &more, source.size(), Vec::new())
        }
        Kind::Text(TextLanguage::Json) if source.size() <= text::WHOLE_JSON => {
            let whole = beginning(source, head, text::WHOLE_JSON).await?;
            plain(name, &whole, source.size(), Vec::new())
        }
        _ => plain(name, head, source.size(), Vec::new()),
    };
    Ok((unserved, None))
}

/// A picture of text, or its text where it would take too long to draw.
async fn drawn(
    source: &Arc<dyn Source>,
    name: &str,
    head: &Bytes,
) -> Result<(ShownView, Option<Served>), Refused> {
    if picture::refused(SVG, head, source.size()).is_none() {
        let whole = beginning(source, head, picture::MOST_SVG).await?;
        let modest = text::decoded(&whole, false).is_some_and(|decoded| svg::is_modest(&decoded.text));
        if !modest {
            let note = "Repeats so much that it is not drawn; shown as text.".to_owned();
            return Ok((plain(name, head, source.size(), vec![note]), None));
        }
    }
    served(source, MediaKind::Image, SVG, head).await
}

/// Begins to serve an object to an element of the page.
async fn served(
    source: &Arc<dyn Source>,
    media: MediaKind,
    mime: &'static str,
    head: &Bytes,
) -> Result<(ShownView, Option<Served>), Refused> {
    if media == MediaKind::Image {
        let more = match picture::tells_size(mime, head) {
            true => head.clone(),
            false => beginning(source, head, picture::READ).await?,
        };
        if let Some(message) = picture::refused(mime, &more, source.size()) {
            return Ok((ShownView::Unreadable { message }, None));
        }
    }
    let served = Served::start(source.clone(), mime, page_origin())
        .await
        .map_err(|why| {
            Refused(format!(
                "The preview could not open a port on this computer: {why}."
            ))
        })?;
    let shown = ShownView::Media {
        media,
        url: served.url().to_owned(),
        mime: mime.to_owned(),
    };
    Ok((shown, Some(served)))
}

/// The object's first `most` bytes, of which `head` is there.
async fn beginning(source: &Arc<dyn Source>, head: &Bytes, most: u64) -> Result<Bytes, Refused> {
    let (start, end) = (head.len() as u64, source.size().min(most));
    if start >= end {
        return Ok(head.clone());
    }
    let more = source.range(Range { start, end }).await?;
    Ok([&head[..], &more[..]].concat().into())
}

/// What a packed object holds. What is packed twice is shown as bytes.
async fn unpacked(
    source: &Arc<dyn Source>,
    packing: Packing,
    name: &str,
    head: &Bytes,
) -> Result<ShownView, Refused> {
    let packed = beginning(source, head, PACKED).await?;
    let is_whole = packed.len() as u64 == source.size();
    let most = usize::try_from(table::READ).unwrap_or(usize::MAX);
    let Ok(inner) = packed::unpacked(packing, &packed, is_whole, most) else {
        let note = format!("Begins as {} does, and cannot be unpacked.", packing.name());
        return Ok(ShownView::Hex(hex::first(head, source.size(), vec![note])));
    };
    let note = format!("Unpacked from {}.", packing.name());
    // One byte more than there is says that it goes on.
    let size = inner.bytes.len() as u64 + u64::from(!inner.whole);
    let inner_name = unpacked_name(name);
    let shown = match kind_of(&inner_name, &inner.bytes) {
        Kind::Text(_) | Kind::Table | Kind::Svg => plain(&inner_name, &inner.bytes, size, vec![note]),
        _ => ShownView::Hex(hex::first(&inner.bytes, 0, vec![note])),
    };
    Ok(match shown {
        // More of it would be bytes of the packed object.
        ShownView::Hex(hex) => ShownView::Hex(crate::wire::HexView { next: None, ..hex }),
        other => other,
    })
}

/// Text or a table out of the first bytes of what is `size` long; bytes where it is neither.
fn plain(name: &str, bytes: &[u8], size: u64, notes: Vec<String>) -> ShownView {
    let whole = bytes.len() as u64 >= size;
    let kind = kind_of(name, bytes);
    let Some(mut decoded) = text::decoded(bytes, !whole) else {
        return ShownView::Hex(hex::first(bytes, size, notes));
    };
    if kind == Kind::Table {
        let mut notes = notes.clone();
        notes.extend(decoded.note.map(str::to_owned));
        if let Some(table) = table::view(name, &decoded.text, whole, notes) {
            return ShownView::Table(table);
        }
    }
    let language = match kind {
        Kind::Text(language) => language,
        _ => TextLanguage::Columns,
    };
    let most = match language {
        TextLanguage::Json => usize::MAX,
        _ => text::SHOWN,
    };
    let cut = decoded.text.len() > most;
    if cut {
        decoded.text.truncate(decoded.text.floor_char_boundary(most));
    }
    text::view(decoded, language, whole && !cut, notes)
}

/// Whether text is a picture: by its root element, past what may stand before it.
fn is_svg(head: &[u8], size: u64) -> bool {
    let goes_on = (head.len() as u64) < size;
    text::decoded(head, goes_on).is_some_and(|decoded| decoded.text.contains("<svg"))
}
