//! The pages of a column, each looked at before the library unpacks and decodes it.

use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use ::parquet::basic::{Compression, Encoding, Type as Physical};
use ::parquet::bloom_filter::Sbbf;
use ::parquet::column::page::{Page, PageMetadata, PageReader};
use ::parquet::errors::{ParquetError, Result};
use ::parquet::file::metadata::RowGroupMetaData;
use ::parquet::file::properties::ReaderProperties;
use ::parquet::file::reader::{ChunkReader, Length, RowGroupReader, SerializedPageReader};
use ::parquet::record::reader::RowIter;
use ::parquet::schema::types::{ColumnDescPtr, Type};

use super::BATCH;
use super::file::File;
use super::thrift::{self, DICTIONARY_PAGE, INDEX_PAGE, PageHead, Wrong};

/// Bytes of a page, packed or not; writers make them 1 MiB large.
const LARGEST_PAGE: u64 = 16 * 1024 * 1024;
/// Bytes of a dictionary, and values in it.
const LARGEST_DICTIONARY: u64 = 8 * 1024 * 1024;
const MOST_IN_DICTIONARY: u64 = 1_000_000;
const LARGEST_HEAD: u64 = 1024 * 1024;

/// What one preview may use, over all pages.
#[derive(Debug)]
pub struct Bounds {
    /// Bytes unpacked.
    unpacked: AtomicU64,
    /// Values in lists: one row may have all of a page.
    repeated: AtomicU64,
    /// Bytes of values at once: a few bytes in a page can stand for a long value many times.
    copied: AtomicU64,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            unpacked: AtomicU64::new(96 * 1024 * 1024),
            repeated: AtomicU64::new(1_000_000),
            copied: AtomicU64::new(256 * 1024 * 1024),
        }
    }
}

fn take(from: &AtomicU64, amount: u64) -> Result<()> {
    let left = from.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
        left.checked_sub(amount)
    });
    left.map(drop)
        .map_err(|_| general("its values are larger than a preview reads"))
}

fn general(why: &str) -> ParquetError {
    ParquetError::General(why.to_owned())
}

/// A row group whose pages are looked at first.
pub struct Group<'a> {
    file: Arc<File>,
    metadata: &'a RowGroupMetaData,
    bounds: Arc<Bounds>,
}

impl<'a> Group<'a> {
    pub fn new(file: Arc<File>, metadata: &'a RowGroupMetaData, bounds: Arc<Bounds>) -> Self {
        Self {
            file,
            metadata,
            bounds,
        }
    }
}

impl RowGroupReader for Group<'_> {
    fn metadata(&self) -> &RowGroupMetaData {
        self.metadata
    }

    fn num_columns(&self) -> usize {
        self.metadata.num_columns()
    }

    fn get_column_page_reader(&self, i: usize) -> Result<Box<dyn PageReader>> {
        let column = self
            .metadata
            .columns()
            .get(i)
            .ok_or_else(|| general("it lacks a column"))?;
        let start = column
            .dictionary_page_offset()
            .unwrap_or(column.data_page_offset());
        let range = u64::try_from(start)
            .ok()
            .zip(u64::try_from(column.compressed_size()).ok());
        let range = range.and_then(|(start, length)| Some((start, start.checked_add(length)?)));
        let (start, end) = range
            .filter(|(_, end)| *end <= self.file.len())
            .ok_or_else(|| general("it names a place behind its end"))?;
        let rows = usize::try_from(self.metadata.num_rows())?;
        let plain = ReaderProperties::builder()
            .set_backward_compatible_lz4(false)
            .build();
        Ok(Box::new(Pages {
            inner: SerializedPageReader::new_with_properties(
                self.file.clone(),
                column,
                rows,
                None,
                Arc::new(plain),
            )?,
            file: self.file.clone(),
            bounds: self.bounds.clone(),
            column: column.column_descr_ptr(),
            packing: column.compression(),
            at: start,
            end,
            looked_at: None,
            longest: 0,
        }))
    }

    fn get_column_bloom_filter(&self, _: usize) -> Option<&Sbbf> {
        None
    }

    fn get_row_iter(&self, projection: Option<Type>) -> Result<RowIter<'_>> {
        RowIter::from_row_group(projection, self)
    }
}

struct Pages {
    inner: SerializedPageReader<File>,
    file: Arc<File>,
    bounds: Arc<Bounds>,
    column: ColumnDescPtr,
    packing: Compression,
    /// Where the next page begins, and where the column ends.
    at: u64,
    end: u64,
    /// Where the next page ends, once it was looked at.
    looked_at: Option<u64>,
    /// The longest value of the dictionary, in bytes.
    longest: u64,
}

impl Pages {
    /// Looks at the next page. The library then reads the very same bytes, which are kept.
    fn look(&mut self) -> Result<()> {
        while self.looked_at.is_none() && self.at < self.end {
            let head = self.head()?;
            let body = self.at + head.length as u64;
            let end = body + head.packed;
            if end > self.end || head.packed > LARGEST_PAGE || head.unpacked > LARGEST_PAGE {
                return Err(general("one of its pages is larger than a preview reads"));
            }
            // The library passes over what it does not know.
            if head.kind == INDEX_PAGE {
                self.at = end;
                continue;
            }
            if head.kind == DICTIONARY_PAGE
                && (head.unpacked > LARGEST_DICTIONARY || head.values > MOST_IN_DICTIONARY.min(head.unpacked))
            {
                return Err(general("a dictionary in it is larger than a preview reads"));
            }
            take(&self.bounds.unpacked, head.unpacked)?;
            if head.kind != DICTIONARY_PAGE && self.column.max_rep_level() > 0 {
                take(&self.bounds.repeated, head.values)?;
            }
            let packed = self.file.get_bytes(body, usize::try_from(head.packed)?)?;
            self.check_unpacking(&head, &packed)?;
            self.looked_at = Some(end);
        }
        Ok(())
    }

    fn head(&self) -> Result<PageHead> {
        match thrift::page_head(&self.file.following(self.at)?) {
            // One with large statistics.
            Err(Wrong::Short) => {
                let end = self.end.min(self.at.saturating_add(LARGEST_HEAD));
                let bytes = self.file.get_bytes(self.at, usize::try_from(end - self.at)?)?;
                thrift::page_head(&bytes)
            }
            head => head,
        }
        .map_err(|wrong| general(&wrong.to_string()))
    }

    /// Of these packings the library unpacks whatever comes.
    fn check_unpacking(&self, head: &PageHead, packed: &[u8]) -> Result<()> {
        let levels = usize::try_from(head.levels)?;
        let (Some(packed), Some(size)) = (packed.get(levels..), head.unpacked.checked_sub(head.levels))
        else {
            return Err(general("one of its pages contradicts itself"));
        };
        if !head.is_packed || size == 0 {
            return Ok(());
        }
        let unpacked = match self.packing {
            Compression::GZIP(_) => length(flate2::read::MultiGzDecoder::new(packed), size),
            Compression::BROTLI(_) => length(brotli_decompressor::Decompressor::new(packed, 16 * 1024), size),
            _ => return Ok(()),
        };
        match unpacked {
            Ok(unpacked) if unpacked <= size => Ok(()),
            _ => Err(general("one of its pages contradicts itself")),
        }
    }

    /// What the unpacked page would have copied, and what it says of itself in its values.
    fn weigh(&mut self, page: &Page) -> Result<()> {
        let repeated = self.column.max_rep_level() > 0;
        let at_once = |values: u32| match repeated {
            true => u64::from(values),
            false => u64::from(values).min(BATCH as u64),
        };
        match page {
            Page::DictionaryPage { buf, num_values, .. } => {
                self.longest = match self.column.physical_type() {
                    Physical::BYTE_ARRAY => longest(buf, *num_values)?,
                    _ => 16.max(u64::try_from(self.column.type_length()).unwrap_or_default()),
                };
                take(&self.bounds.copied, self.longest)
            }
            Page::DataPage {
                buf,
                num_values,
                encoding,
                ..
            } => match encoding {
                Encoding::DELTA_LENGTH_BYTE_ARRAY | Encoding::DELTA_BYTE_ARRAY => {
                    let values = self.past_levels(buf)?;
                    self.weigh_delta(*encoding, values, u64::from(*num_values), at_once(*num_values))
                }
                _ if repeated => take(
                    &self.bounds.copied,
                    self.longest.saturating_mul(u64::from(*num_values)),
                ),
                _ => Ok(()),
            },
            Page::DataPageV2 {
                buf,
                num_values,
                encoding,
                def_levels_byte_len,
                rep_levels_byte_len,
                ..
            } => match encoding {
                Encoding::DELTA_LENGTH_BYTE_ARRAY | Encoding::DELTA_BYTE_ARRAY => {
                    let levels = u64::from(*def_levels_byte_len) + u64::from(*rep_levels_byte_len);
                    let values = buf.get(usize::try_from(levels)?..);
                    let values = values.ok_or_else(|| general("one of its pages contradicts itself"))?;
                    self.weigh_delta(*encoding, values, u64::from(*num_values), at_once(*num_values))
                }
                _ if repeated => take(
                    &self.bounds.copied,
                    self.longest.saturating_mul(u64::from(*num_values)),
                ),
                _ => Ok(()),
            },
        }
    }

    /// The values of a page of the first form: each kind of level has its length before it.
    fn past_levels<'a>(&self, page: &'a [u8]) -> Result<&'a [u8]> {
        let mut rest = page;
        for levels in [self.column.max_rep_level(), self.column.max_def_level()] {
            if levels > 0 {
                let length = rest.first_chunk::<4>().map(|length| u32::from_le_bytes(*length));
                let length = length.and_then(|length| usize::try_from(length).ok());
                rest = length
                    .and_then(|length| rest.get(length.checked_add(4)?..))
                    .ok_or_else(|| general("one of its pages contradicts itself"))?;
            }
        }
        Ok(rest)
    }

    /// Lengths are decoded all at once, as many as they say they are.
    fn weigh_delta(&self, encoding: Encoding, values: &[u8], count: u64, at_once: u64) -> Result<()> {
        let odd = |wrong: Wrong| general(&wrong.to_string());
        let mut rest = values;
        let runs = if encoding == Encoding::DELTA_BYTE_ARRAY {
            2
        } else {
            1
        };
        for _ in 0..runs {
            let (lengths, end) = thrift::delta_run(rest).map_err(odd)?;
            if lengths > count {
                return Err(general("one of its pages contradicts itself"));
            }
            rest = &rest[end..];
        }
        match encoding {
            // A value may repeat all of the one before it.
            Encoding::DELTA_BYTE_ARRAY => {
                take(&self.bounds.copied, (values.len() as u64).saturating_mul(at_once))
            }
            _ => Ok(()),
        }
    }
}

/// How many bytes come, up to one more than `most`.
fn length(from: impl Read, most: u64) -> std::io::Result<u64> {
    std::io::copy(&mut from.take(most + 1), &mut std::io::sink())
}

/// The longest of the values, each with its length before it.
fn longest(mut values: &[u8], count: u32) -> Result<u64> {
    let mut longest = 0;
    for _ in 0..count {
        let length = values
            .first_chunk::<4>()
            .map(|length| u32::from_le_bytes(*length));
        let Some(length) = length else { break };
        longest = longest.max(u64::from(length));
        let next = usize::try_from(length)
            .ok()
            .and_then(|length| values.get(length.checked_add(4)?..));
        values = next.ok_or_else(|| general("a dictionary in it contradicts itself"))?;
    }
    Ok(longest)
}

impl Iterator for Pages {
    type Item = Result<Page>;

    fn next(&mut self) -> Option<Self::Item> {
        self.get_next_page().transpose()
    }
}

impl PageReader for Pages {
    fn get_next_page(&mut self) -> Result<Option<Page>> {
        self.look()?;
        let page = self.inner.get_next_page()?;
        if let Some(end) = self.looked_at.take() {
            self.at = end;
        }
        if let Some(page) = &page {
            self.weigh(page)?;
        }
        Ok(page)
    }

    fn peek_next_page(&mut self) -> Result<Option<PageMetadata>> {
        self.look()?;
        self.inner.peek_next_page()
    }

    fn skip_next_page(&mut self) -> Result<()> {
        Err(general("pages of a preview are not skipped"))
    }

    fn at_record_boundary(&mut self) -> Result<bool> {
        self.look()?;
        self.inner.at_record_boundary()
    }
}
