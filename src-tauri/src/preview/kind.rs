//! What an object is: by what its bytes begin with, then by its name. What S3 stores as its content type is the
//! writer's word and decides nothing.

use crate::wire::{MediaKind, TextLanguage};

/// How an object is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// By an element of the page, with a content type of this list.
    Media(MediaKind, &'static str),
    /// A table with columns and types.
    Parquet,
    /// A Parquet file whose end is encrypted.
    EncryptedParquet,
    /// Something packed.
    Packed(Packing),
    /// By its name a table, if it is text.
    Table,
    /// By its name a picture of text, if it is text.
    Svg,
    /// Text, if it is; else bytes.
    Text(TextLanguage),
}

/// What an object was packed with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Packing {
    Gzip,
    Zstd,
}

impl Packing {
    /// For people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Zstd => "Zstandard",
        }
    }
}

pub const SVG: &str = "image/svg+xml";

/// The kind of an object of this name that begins so.
pub fn kind_of(name: &str, head: &[u8]) -> Kind {
    let ending = ending(name);
    if let Some(kind) = by_bytes(head, &ending) {
        return kind;
    }
    match ending.as_str() {
        "csv" | "tsv" | "tab" => Kind::Table,
        "svg" => Kind::Svg,
        "json" | "jsonl" | "ndjson" | "geojson" | "ipynb" | "har" | "map" => Kind::Text(TextLanguage::Json),
        "log" | "yaml" | "yml" | "toml" | "xml" | "html" | "htm" | "ini" | "cfg" | "conf" | "sql" | "sh"
        | "py" | "js" | "ts" | "rs" | "go" | "java" | "c" | "h" | "cpp" | "tf" | "css" => {
            Kind::Text(TextLanguage::Columns)
        }
        _ => Kind::Text(TextLanguage::Plain),
    }
}

/// The name without the ending that says how it is packed.
pub fn unpacked_name(name: &str) -> String {
    let lower = name.to_ascii_lowercase();
    for (packed, inner) in [(".tgz", ".tar"), (".tzst", ".tar"), (".svgz", ".svg")] {
        if lower.ends_with(packed) {
            return format!("{}{inner}", &name[..name.len() - packed.len()]);
        }
    }
    let packed = [".gz", ".gzip", ".zst", ".zstd"];
    let cut = packed.iter().find(|ending| lower.ends_with(**ending));
    name[..name.len() - cut.map_or(0, |ending| ending.len())].to_owned()
}

fn ending(name: &str) -> String {
    let file = name.rsplit('/').next().unwrap_or_default();
    let ending = file.rsplit_once('.').map(|(_, ending)| ending);
    ending.unwrap_or_default().to_ascii_lowercase()
}

fn by_bytes(head: &[u8], ending: &str) -> Option<Kind> {
    use MediaKind::{Audio, Image, Pdf, Video};
    let riff = |of: &[u8; 4]| head.starts_with(b"RIFF") && head.get(8..12) == Some(&of[..]);
    Some(match head {
        [0x1f, 0x8b, 8, ..] => Kind::Packed(Packing::Gzip),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Kind::Packed(Packing::Zstd),
        [b'P', b'A', b'R', b'1', ..] => Kind::Parquet,
        [b'P', b'A', b'R', b'E', ..] => Kind::EncryptedParquet,
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Kind::Media(Image, "image/png"),
        [0xff, 0xd8, 0xff, ..] => Kind::Media(Image, "image/jpeg"),
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Kind::Media(Image, "image/gif"),
        _ if riff(b"WEBP") => Kind::Media(Image, "image/webp"),
        [b'B', b'M', ..] if ending == "bmp" => Kind::Media(Image, "image/bmp"),
        [0, 0, 1, 0, ..] if ending == "ico" => Kind::Media(Image, "image/x-icon"),
        [b'%', b'P', b'D', b'F', b'-', ..] => Kind::Media(Pdf, "application/pdf"),
        [b'I', b'D', b'3', ..] => Kind::Media(Audio, "audio/mpeg"),
        [0xff, 0xe2..=0xfb, ..] if ending == "mp3" => Kind::Media(Audio, "audio/mpeg"),
        [0xff, 0xf1 | 0xf9, ..] if ending == "aac" => Kind::Media(Audio, "audio/aac"),
        [b'f', b'L', b'a', b'C', ..] => Kind::Media(Audio, "audio/flac"),
        _ if riff(b"WAVE") => Kind::Media(Audio, "audio/wav"),
        [b'O', b'g', b'g', b'S', ..] if ending == "ogv" => Kind::Media(Video, "video/ogg"),
        [b'O', b'g', b'g', b'S', ..] => Kind::Media(Audio, "audio/ogg"),
        [0x1a, 0x45, 0xdf, 0xa3, ..] => Kind::Media(Video, "video/webm"),
        _ if head.get(4..8) == Some(b"ftyp") => by_brand(head.get(8..12)?, ending),
        _ => return None,
    })
}

/// Files of ISO/IEC 14496-12 name their brand.
fn by_brand(brand: &[u8], ending: &str) -> Kind {
    use MediaKind::{Audio, Image, Video};
    match brand {
        b"avif" | b"avis" => Kind::Media(Image, "image/avif"),
        b"M4A " | b"M4B " => Kind::Media(Audio, "audio/mp4"),
        b"qt  " => Kind::Media(Video, "video/quicktime"),
        b"heic" | b"heix" | b"mif1" | b"msf1" => Kind::Text(TextLanguage::Plain),
        _ if ending == "m4a" => Kind::Media(Audio, "audio/mp4"),
        _ => Kind::Media(Video, "video/mp4"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_decide_before_the_name() {
        let png = b"\x89PNG\r\n\x1a\n....";
        assert_eq!(kind_of("a.html", png), Kind::Media(MediaKind::Image, "image/png"));
        assert_eq!(kind_of("a.png", b"<html>"), Kind::Text(TextLanguage::Plain));
        assert_eq!(kind_of("a.json", b"PAR1"), Kind::Parquet);
        assert_eq!(kind_of("x/y.CSV", b"a,b"), Kind::Table);
        assert_eq!(kind_of("y.csv/x", b"a,b"), Kind::Text(TextLanguage::Plain));
        assert_eq!(kind_of("", b""), Kind::Text(TextLanguage::Plain));
    }

    #[test]
    fn no_beginning_makes_a_document_of_the_web() {
        let beginnings: [&[u8]; 5] = [
            b"<!DOCTYPE html><script>",
            b"<?xml version='1.0'?><html>",
            b"<svg onload=x>",
            b"\xef\xbb\xbf<html>",
            b"MIME-Version: 1.0",
        ];
        for head in beginnings {
            for name in ["a.html", "a.xhtml", "a.pdf", "a.png", "a.mhtml", "a.xml", "a"] {
                let kind = kind_of(name, head);
                assert!(!matches!(kind, Kind::Media(..)), "{name} {kind:?}");
            }
        }
    }

    #[test]
    fn the_inner_name_is_what_packing_added_to() {
        for (name, inner) in [
            ("a/b.csv.gz", "a/b.csv"),
            ("b.JSON.ZST", "b.JSON"),
            ("b.tgz", "b.tar"),
            ("gz", "gz"),
            ("a", "a"),
        ] {
            assert_eq!(unpacked_name(name), inner);
        }
    }
}
