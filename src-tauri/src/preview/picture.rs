//! How large a picture becomes: a small file can ask for gigabytes of pixels in the page's process.

/// Pixels; a camera's largest pictures have some 100 million.
const MOST_PIXELS: u64 = 120_000_000;
/// Bytes of a picture, which is read whole.
const MOST_BYTES: u64 = 64 * 1024 * 1024;
/// Bytes of a picture of text, which is looked through before it is drawn.
pub const MOST_SVG: u64 = 2 * 1024 * 1024;
/// What is read of a picture that does not say at once how large it is: what a camera notes comes first.
pub const READ: u64 = 1024 * 1024;

/// Why a picture is not shown; `None` where it is.
pub fn refused(mime: &str, head: &[u8], size: u64) -> Option<String> {
    let most = if mime == super::kind::SVG {
        MOST_SVG
    } else {
        MOST_BYTES
    };
    if size > most {
        let limit = most / (1024 * 1024);
        return Some(format!(
            "The picture is larger than {limit} MiB. Download it to see it."
        ));
    }
    if mime == super::kind::SVG {
        return None;
    }
    let Some((width, height)) = pixels(mime, head) else {
        return Some(
            "The picture does not say how large it is. Download it to open it elsewhere.".to_owned(),
        );
    };
    (area((width, height)) > MOST_PIXELS).then(|| {
        format!(
            "The picture has {width} × {height} pixels, which is too many to show. Download it to see it."
        )
    })
}

/// Whether its size is in what was read of it.
pub fn tells_size(mime: &str, head: &[u8]) -> bool {
    mime == super::kind::SVG || pixels(mime, head).is_some()
}

/// Width and height, where the format says so at its beginning.
fn pixels(mime: &str, head: &[u8]) -> Option<(u32, u32)> {
    match mime {
        "image/png" => Some((be32(head, 16)?, be32(head, 20)?)),
        "image/gif" => Some((le16(head, 6)?.into(), le16(head, 8)?.into())),
        "image/bmp" => Some((le32(head, 18)?, le32(head, 22)?.cast_signed().unsigned_abs())),
        "image/jpeg" => jpeg(head),
        "image/webp" => webp(head),
        "image/avif" => avif(head),
        "image/x-icon" => icon(head),
        _ => None,
    }
}

fn bytes<const N: usize>(head: &[u8], at: usize) -> Option<[u8; N]> {
    head.get(at..at.checked_add(N)?)?.try_into().ok()
}

fn be32(head: &[u8], at: usize) -> Option<u32> {
    bytes(head, at).map(u32::from_be_bytes)
}

fn be16(head: &[u8], at: usize) -> Option<u16> {
    bytes(head, at).map(u16::from_be_bytes)
}

fn le32(head: &[u8], at: usize) -> Option<u32> {
    bytes(head, at).map(u32::from_le_bytes)
}

fn le16(head: &[u8], at: usize) -> Option<u16> {
    bytes(head, at).map(u16::from_le_bytes)
}

/// The frame header among the segments (ITU-T T.81, B.2.2).
fn jpeg(head: &[u8]) -> Option<(u32, u32)> {
    let mut at = 2;
    loop {
        let [0xff, marker] = bytes::<2>(head, at)? else {
            return None;
        };
        match marker {
            0xff => at += 1,
            0xc0..=0xcf if !matches!(marker, 0xc4 | 0xc8 | 0xcc) => {
                return Some((be16(head, at + 7)?.into(), be16(head, at + 5)?.into()));
            }
            _ => at += 2 + usize::from(be16(head, at + 2)?.max(2)),
        }
    }
}

/// The three ways in which WebP says it (RFC 9649).
fn webp(head: &[u8]) -> Option<(u32, u32)> {
    match &bytes::<4>(head, 12)? {
        b"VP8X" => {
            let three = |at| Some(le32(head, at)? & 0xff_ffff);
            Some((three(24)? + 1, three(27)? + 1))
        }
        b"VP8L" => {
            let bits = le32(head, 21)?;
            Some(((bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1))
        }
        b"VP8 " => Some((
            (le16(head, 26)? & 0x3fff).into(),
            (le16(head, 28)? & 0x3fff).into(),
        )),
        _ => None,
    }
}

/// Icons are small, but may hold a PNG, which says for itself how large it is; each of them has to be there.
fn icon(head: &[u8]) -> Option<(u32, u32)> {
    const LARGEST: (u32, u32) = (256, 256);
    let count = usize::from(le16(head, 4).filter(|count| *count > 0)?);
    let mut largest = LARGEST;
    for entry in 0..count {
        let at = usize::try_from(le32(head, 6 + 16 * entry + 12)?).ok()?;
        if bytes::<4>(head, at)? == *b"\x89PNG" {
            let size = (be32(head, at.checked_add(16)?)?, be32(head, at.checked_add(20)?)?);
            if area(size) > area(largest) {
                largest = size;
            }
        }
    }
    Some(largest)
}

fn area((width, height): (u32, u32)) -> u64 {
    u64::from(width) * u64::from(height)
}

/// The largest of the sizes that the file names (ISO/IEC 23008-12, 6.5.3).
fn avif(head: &[u8]) -> Option<(u32, u32)> {
    let names = head.windows(4).enumerate().filter(|(_, name)| name == b"ispe");
    names
        .filter_map(|(at, _)| Some((be32(head, at + 8)?, be32(head, at + 12)?)))
        .max_by_key(|size| area(*size))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut head = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec();
        head.extend(width.to_be_bytes());
        head.extend(height.to_be_bytes());
        head
    }

    #[test]
    fn a_picture_that_would_fill_the_memory_is_refused() {
        assert_eq!(refused("image/png", &png(4000, 3000), 1000), None);
        let why = refused("image/png", &png(65_535, 65_535), 1000).unwrap();
        assert!(why.contains("65535 × 65535"), "{why}");
        assert!(refused("image/png", &png(1, u32::MAX), 1000).is_some());
        assert!(refused("image/png", &png(10, 10), MOST_BYTES + 1).is_some());
        assert!(refused("image/svg+xml", b"<svg/>", MOST_SVG + 1).is_some());
    }

    #[test]
    fn every_format_tells_its_size() {
        let jpeg = b"\xff\xd8\xff\xe0\0\x04ab\xff\xff\xc2\0\x11\x08\x01\x02\x03\x04";
        assert_eq!(pixels("image/jpeg", jpeg), Some((0x304, 0x102)));
        assert_eq!(
            pixels("image/gif", b"GIF89a\x02\x01\x04\x03"),
            Some((0x102, 0x304))
        );
        let extended = b"RIFF....WEBPVP8X....\0\0\0\0\x01\0\0\x02\0\0....";
        assert_eq!(pixels("image/webp", extended), Some((2, 3)));
        let lossless = b"RIFF....WEBPVP8L....\x2f\x01\x80\0\0....";
        assert_eq!(pixels("image/webp", lossless), Some((2, 3)));
        let box_of = b"....ispe\0\0\0\0\0\0\0\x05\0\0\0\x06";
        assert_eq!(pixels("image/avif", box_of), Some((5, 6)));
    }

    #[test]
    fn an_icon_is_as_large_as_the_largest_picture_in_it() {
        let icon = |inner: &[u8]| {
            let mut icon = b"\0\0\x01\0\x01\0".to_vec();
            icon.extend([0; 12]);
            icon.extend(22u32.to_le_bytes());
            icon.extend(inner);
            icon
        };
        assert_eq!(refused("image/x-icon", &icon(&[40, 0, 0, 0]), 1000), None);
        assert_eq!(refused("image/x-icon", &icon(&png(300, 300)), 1000), None);
        assert!(refused("image/x-icon", &icon(&png(65_535, 65_535)), 1000).is_some());
        // What lies behind what was read is not known.
        assert!(!tells_size("image/x-icon", &icon(&[])));
    }

    #[test]
    fn a_head_that_ends_early_or_lies_panics_nowhere() {
        let jpeg = b"\xff\xd8\xff\xe0\0\0\xff\xe0\0\0\xff\xc0\0";
        for mime in [
            "image/png",
            "image/gif",
            "image/bmp",
            "image/jpeg",
            "image/webp",
            "image/avif",
            "image/x-icon",
        ] {
            for length in 0..jpeg.len() {
                let why = refused(mime, &jpeg[..length], 1);
                assert!(
                    length > 9 || why.is_some_and(|why| why.contains("how large")),
                    "{mime} {length}"
                );
            }
        }
    }
}
