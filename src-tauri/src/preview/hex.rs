//! Bytes as people read them: sixteen to a line.

use std::fmt::Write;

use hatrack_core::bucket::transfer::Range;

use super::source::{Refused, Source};
use crate::wire::{HexLine, HexView};

/// What is shown first.
const FIRST: usize = 4 * 1024;
/// What is shown more at a time.
const MORE: u64 = 16 * 1024;
const TO_A_LINE: usize = 16;

/// The beginning of an object, of which `head` is there.
pub fn first(head: &[u8], size: u64, notes: Vec<String>) -> HexView {
    let shown = &head[..head.len().min(FIRST)];
    let next = shown.len() as u64;
    HexView {
        lines: lines(shown, 0),
        next: (next < size).then_some(next),
        notes,
    }
}

/// What follows from `offset` on.
pub async fn more(source: &dyn Source, offset: u64) -> Result<HexView, Refused> {
    let end = offset.saturating_add(MORE).min(source.size());
    if offset >= end {
        return Ok(HexView {
            lines: Vec::new(),
            next: None,
            notes: Vec::new(),
        });
    }
    let bytes = source.range(Range { start: offset, end }).await?;
    Ok(HexView {
        lines: lines(&bytes, offset),
        next: (end < source.size()).then_some(end),
        notes: Vec::new(),
    })
}

fn lines(bytes: &[u8], offset: u64) -> Vec<HexLine> {
    let line = |(n, bytes): (usize, &[u8])| {
        let mut hex = String::with_capacity(3 * TO_A_LINE + 1);
        for (at, byte) in bytes.iter().enumerate() {
            let gap = match at {
                0 => "",
                8 => "  ",
                _ => " ",
            };
            // Writing to a string cannot fail.
            let _ = write!(hex, "{gap}{byte:02x}");
        }
        let visible = |byte: &u8| match byte {
            b' '..=b'~' => char::from(*byte),
            _ => '.',
        };
        HexLine {
            offset: format!("{:08x}", offset + (n * TO_A_LINE) as u64),
            bytes: hex,
            ascii: bytes.iter().map(visible).collect(),
        }
    };
    bytes.chunks(TO_A_LINE).enumerate().map(line).collect()
}
