//! The bytes of objects: kept, or made when they are read.

use std::sync::Arc;

use bytes::Bytes;

/// The bytes of an object, as pieces one after the other. Clones share them.
#[derive(Debug, Clone, Default)]
pub struct Content {
    pieces: Arc<[Piece]>,
    length: u64,
}

#[derive(Debug, Clone)]
enum Piece {
    /// Kept.
    Stored(Bytes),
    /// Made when asked for: see [`generated`]. From byte `start` to before `end` of the endless sequence.
    Generated { start: u64, end: u64 },
}

/// Content is read in pieces of this size.
const READ: u64 = 64 * 1024;

impl Piece {
    fn length(&self) -> u64 {
        match self {
            Self::Stored(bytes) => bytes.len() as u64,
            Self::Generated { start, end } => end - start,
        }
    }

    /// From byte `start` to before `end` of this piece.
    fn slice(&self, start: u64, end: u64) -> Self {
        match self {
            Self::Stored(bytes) => Self::Stored(bytes.slice(start as usize..end as usize)),
            Self::Generated { start: first, .. } => Self::Generated {
                start: first + start,
                end: first + end,
            },
        }
    }

    fn read(&self, start: u64, end: u64) -> Bytes {
        match self.slice(start, end) {
            Self::Stored(bytes) => bytes,
            Self::Generated { start, end } => generated(start, end),
        }
    }
}

impl Content {
    /// These bytes.
    pub fn stored(bytes: Bytes) -> Self {
        Self::of(vec![Piece::Stored(bytes)])
    }

    /// These bytes as they came. Small pieces are put together: each may hold on to a buffer larger than itself.
    pub fn received(pieces: Vec<Bytes>) -> Self {
        const SMALL: usize = 1024 * 1024;
        if pieces.iter().map(Bytes::len).sum::<usize>() <= SMALL {
            return Self::stored(pieces.concat().into());
        }
        Self::of(pieces.into_iter().map(Piece::Stored).collect())
    }

    /// The first `length` bytes of [`generated`].
    pub fn generated(length: u64) -> Self {
        Self::of(vec![Piece::Generated {
            start: 0,
            end: length,
        }])
    }

    fn of(mut pieces: Vec<Piece>) -> Self {
        pieces.retain(|piece| piece.length() > 0);
        Self {
            length: pieces.iter().map(Piece::length).sum(),
            pieces: pieces.into(),
        }
    }

    /// These contents one after the other.
    pub fn joined<'a>(contents: impl IntoIterator<Item = &'a Self>) -> Self {
        Self::of(
            contents
                .into_iter()
                .flat_map(|c| c.pieces.iter().cloned())
                .collect(),
        )
    }

    /// The bytes from `start` to before `end`, which must lie within.
    pub fn slice(&self, start: u64, end: u64) -> Self {
        let mut before = 0;
        let mut pieces = Vec::new();
        for piece in self.pieces.iter() {
            let length = piece.length();
            let from = start.clamp(before, before + length) - before;
            let to = end.clamp(before, before + length) - before;
            if from < to {
                pieces.push(piece.slice(from, to));
            }
            before += length;
        }
        Self::of(pieces)
    }

    /// How many bytes there are.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Whether some of the bytes are made when they are read.
    pub fn is_generated(&self) -> bool {
        let made = |piece: &Piece| matches!(piece, Piece::Generated { .. });
        self.pieces.iter().any(made)
    }

    /// The bytes from `start` to before `end`, in pieces, made as they are asked for.
    pub fn pieces(&self, start: u64, end: u64) -> impl Iterator<Item = Bytes> + Send + Sync + 'static {
        let part = self.slice(start, end).pieces;
        (0..part.len()).flat_map(move |n| {
            let piece = part[n].clone();
            let length = piece.length();
            (0..length)
                .step_by(READ as usize)
                .map(move |at| piece.read(at, length.min(at + READ)))
        })
    }

    /// All of the bytes, in pieces.
    pub fn whole(&self) -> impl Iterator<Item = Bytes> + Send + Sync + 'static {
        self.pieces(0, self.length)
    }
}

/// Generated content from byte `start` to before `end`: each aligned 8-byte word holds its own index, mixed, so
/// that a piece put in the wrong place is noticed.
pub fn generated(start: u64, end: u64) -> Bytes {
    let first = start / 8;
    let words = (first..end.div_ceil(8)).map(|n| {
        n.wrapping_add(1)
            .wrapping_mul(0x9e37_79b9_7f4a_7c15)
            .to_be_bytes()
    });
    let mut bytes: Vec<u8> = Vec::with_capacity((end.saturating_sub(start) + 16) as usize);
    words.for_each(|word| bytes.extend_from_slice(&word));
    let from = (start - first * 8) as usize;
    let to = (end.max(start) - first * 8) as usize;
    Bytes::from(bytes).slice(from..to)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(content: &Content, start: u64, end: u64) -> Vec<u8> {
        content.pieces(start, end).flat_map(|p| p.to_vec()).collect()
    }

    #[test]
    fn any_piece_of_generated_content_is_the_same_bytes() {
        let whole = generated(0, 100);
        for (start, end) in [(0, 0), (0, 1), (3, 5), (7, 9), (8, 16), (50, 100), (99, 100)] {
            assert_eq!(
                generated(start, end),
                whole.slice(start as usize..end as usize),
                "{start}..{end}"
            );
        }
        let content = Content::generated(200_000);
        assert_eq!(read(&content, 5, 150_001), generated(5, 150_001));
    }

    #[test]
    fn joined_and_sliced_contents_are_the_bytes_they_were() {
        let made = Content::generated(100_000);
        let kept = Content::stored(Bytes::from_static(b"kept"));
        let joined = Content::joined([
            &made.slice(70_000, 70_010),
            &kept,
            &made.slice(3, 6),
            &Content::default(),
        ]);
        let expected = [&generated(70_000, 70_010)[..], b"kept", &generated(3, 6)].concat();
        assert_eq!((joined.length(), joined.is_generated()), (17, true));
        for start in 0..=expected.len() {
            for end in start..=expected.len() {
                let part = read(&joined, start as u64, end as u64);
                assert_eq!(part, expected[start..end], "{start}..{end}");
            }
        }
        assert!(!kept.is_generated());
    }
}
