//! What lies in the buckets.

use s3s::crypto::{Checksum as _, Crc32};

use super::build::{Builder, WorldError};
use crate::world::Object;

impl Builder {
    /// A text object; the type follows from the key's ending.
    pub(super) fn text(&mut self, bucket: &str, key: &str, text: &str) -> Result<(), WorldError> {
        let content_type = match key.rsplit('.').next() {
            Some("json") => "application/json",
            Some("csv") => "text/csv",
            Some("md") => "text/markdown",
            _ => "text/plain",
        };
        self.put(
            bucket,
            key,
            Object::stored(text.to_owned(), content_type, self.now),
        )
    }

    /// A handful of readable files in nested prefixes; gives their keys.
    pub(super) fn shelf(&mut self, bucket: &str) -> Result<Vec<String>, WorldError> {
        let config = "{\n  \"service\": \"example\",\n  \"replicas\": 3,\n  \"features\": [\"search\", \"export\"]\n}\n";
        let csv = "month,region,requests\n2026-01,eu-west-1,18211\n2026-02,eu-west-1,19034\n2026-03,us-east-1,22874\n";
        for (key, text) in [
            (
                "README.txt",
                "Objects of the sandbox. Read them, copy them, list them.\n",
            ),
            ("config/app.json", config),
            ("reports/2026/q1.csv", csv),
            (
                "reports/2026/q1.md",
                "# First quarter\n\nRequests grew in every region.\n",
            ),
            (
                "reports/2025/q4.csv",
                "month,region,requests\n2025-12,eu-west-1,17650\n",
            ),
            (
                "logs/2026/03/31/app.log",
                "2026-03-31T23:59:58Z INFO ready\n2026-03-31T23:59:59Z INFO done\n",
            ),
        ] {
            self.text(bucket, key, text)?;
        }
        self.put(
            bucket,
            "images/gradient.png",
            Object::stored(gradient_png(64), "image/png", self.now),
        )?;
        Ok([
            "README.txt",
            "config/app.json",
            "reports/2026/q1.csv",
            "images/gradient.png",
        ]
        .map(str::to_owned)
        .to_vec())
    }

    /// A prefix with `count` small objects: more than two pages.
    pub(super) fn crowd(&mut self, bucket: &str, prefix: &str, count: usize) -> Result<(), WorldError> {
        (0..count)
            .try_for_each(|n| self.text(bucket, &format!("{prefix}{n:05}.txt"), &format!("object {n}\n")))
    }

    /// An object too large to keep, made as it is read.
    pub(super) fn large(&mut self, bucket: &str, key: &str, length: u64) -> Result<(), WorldError> {
        self.put(bucket, key, Object::generated(length, self.now))
    }
}

/// A square image of `side` pixels (PNG specification, third edition; the data is stored, not compressed).
fn gradient_png(side: u8) -> Vec<u8> {
    let mut rows = Vec::new();
    for y in 0..side {
        rows.push(0);
        for x in 0..side {
            rows.extend([x.saturating_mul(4), y.saturating_mul(4), 160]);
        }
    }
    let width = u32::from(side).to_be_bytes();
    let header: Vec<u8> = [&width[..], &width[..], &[8, 2, 0, 0, 0]].concat();
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    png.extend(png_chunk(b"IHDR", &header));
    png.extend(png_chunk(b"IDAT", &zlib_stored(&rows)));
    png.extend(png_chunk(b"IEND", &[]));
    png
}

fn png_chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let body = [&kind[..], data].concat();
    let length = u32::try_from(data.len()).unwrap_or_default().to_be_bytes();
    [&length[..], &body, Crc32::checksum(&body).as_ref()].concat()
}

/// RFC 1950 around stored blocks of RFC 1951.
fn zlib_stored(data: &[u8]) -> Vec<u8> {
    let mut out = vec![0x78, 0x01];
    let mut blocks = data.chunks(0xffff).peekable();
    while let Some(block) = blocks.next() {
        let length = u16::try_from(block.len()).unwrap_or_default();
        out.push(u8::from(blocks.peek().is_none()));
        out.extend(length.to_le_bytes());
        out.extend((!length).to_le_bytes());
        out.extend(block);
    }
    let (a, b) = data.iter().fold((1u32, 0u32), |(a, b), byte| {
        let a = (a + u32::from(*byte)) % 65521;
        (a, (b + a) % 65521)
    });
    out.extend(((b << 16) | a).to_be_bytes());
    out
}
