//! The head of what is packed. A few bytes can unpack to terabytes: nothing past the limit is unpacked.

use std::io::{self, Read};

use super::kind::Packing;

/// zstd's own limit for files that do not ask for more; memory is only used as far as output goes.
const LARGEST_WINDOW: u32 = 27;

/// What the beginning of a packed object holds.
#[derive(Debug, PartialEq, Eq)]
pub struct Unpacked {
    /// At most the limit.
    pub bytes: Vec<u8>,
    /// Whether it is all.
    pub whole: bool,
}

/// Unpacks up to `most` bytes of `packed`, which is the whole object or its beginning. An error where it holds nothing
/// that can be unpacked.
pub fn unpacked(packing: Packing, packed: &[u8], is_whole: bool, most: usize) -> io::Result<Unpacked> {
    match packing {
        Packing::Gzip => head(flate2::read::MultiGzDecoder::new(packed), is_whole, most),
        Packing::Zstd => {
            let mut decoder = zstd::stream::read::Decoder::with_buffer(packed)?;
            decoder.window_log_max(LARGEST_WINDOW)?;
            head(decoder, is_whole, most)
        }
    }
}

fn head(mut from: impl Read, is_whole: bool, most: usize) -> io::Result<Unpacked> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 16 * 1024];
    loop {
        let room = buffer.len().min(most + 1 - bytes.len());
        match from.read(&mut buffer[..room]) {
            Ok(0) => {
                return Ok(Unpacked {
                    bytes,
                    whole: is_whole,
                });
            }
            Ok(read) => bytes.extend_from_slice(&buffer[..read]),
            Err(why) if why.kind() == io::ErrorKind::Interrupted => {}
            // The beginning of a packed object ends anywhere; so does one that was damaged.
            Err(_) if !bytes.is_empty() => return Ok(Unpacked { bytes, whole: false }),
            Err(why) => return Err(why),
        }
        if bytes.len() > most {
            bytes.truncate(most);
            return Ok(Unpacked { bytes, whole: false });
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn zstd(bytes: &[u8]) -> Vec<u8> {
        zstd::encode_all(bytes, 3).unwrap()
    }

    #[test]
    fn what_is_whole_is_told_from_what_goes_on() {
        for (packing, packed) in [(Packing::Gzip, gzip(b"hello")), (Packing::Zstd, zstd(b"hello"))] {
            let whole = unpacked(packing, &packed, true, 100).unwrap();
            assert_eq!((whole.bytes.as_slice(), whole.whole), (&b"hello"[..], true));
            let cut = unpacked(packing, &packed, true, 3).unwrap();
            assert_eq!((cut.bytes.as_slice(), cut.whole), (&b"hel"[..], false));
        }
    }

    #[test]
    fn a_bomb_unpacks_no_further_than_the_limit() {
        let zeros = vec![0; 64 * 1024 * 1024];
        for (packing, packed) in [(Packing::Gzip, gzip(&zeros)), (Packing::Zstd, zstd(&zeros))] {
            assert!(packed.len() < 100_000);
            let head = unpacked(packing, &packed, true, 1000).unwrap();
            assert_eq!((head.bytes.len(), head.whole), (1000, false));
            assert!(head.bytes.capacity() < 64 * 1024);
        }
    }

    #[test]
    fn a_beginning_gives_what_it_holds_and_rubbish_gives_an_error() {
        let text: Vec<u8> = (0..200_000u32)
            .flat_map(|n| n.wrapping_mul(2_654_435_761).to_be_bytes())
            .collect();
        for (packing, packed) in [(Packing::Gzip, gzip(&text)), (Packing::Zstd, zstd(&text))] {
            let head = unpacked(packing, &packed[..packed.len() / 2], false, text.len()).unwrap();
            assert!(!head.whole && !head.bytes.is_empty() && text.starts_with(&head.bytes));
            let mut rubbish = packed[..8].to_vec();
            rubbish.extend_from_slice(&[0xff; 64]);
            assert!(unpacked(packing, &rubbish, true, 100).is_err());
        }
    }
}
