//! Parquet as a table: the schema, how many rows there are, and the first of them. Read are the file's end and the
//! pages that the first rows are in.
//!
//! Invariant: the library that decodes trusts what a file says of itself in places. What a hostile file could make it
//! allocate is looked at here first ([`pages`], [`thrift`]), and should it panic all the same, the file is called
//! damaged: it runs in a thread of its own.

mod cells;
mod file;
mod pages;
mod thrift;

use std::sync::Arc;

use ::parquet::basic::{ConvertedType, Repetition, Type as Physical};
use ::parquet::errors::{ParquetError, Result};
use ::parquet::file::metadata::{ParquetMetaData, ParquetMetaDataReader};
use ::parquet::file::reader::{ChunkReader, Length, RowGroupReader};
use ::parquet::record::reader::RowIter;
use ::parquet::schema::types::Type;
use tokio::runtime::Handle;
use tokio::sync::oneshot;

use self::file::File;
use self::pages::{Bounds, Group};
use super::source::Source;
use crate::wire::{ColumnView, TableView};

const MOST_ROWS: usize = 200;
/// Leaves of the schema: a column with fields has several.
const MOST_COLUMNS: usize = 100;
/// Row groups that are looked into for these rows.
const MOST_GROUPS: usize = 8;
/// What describes the whole file: some 100 bytes for each column of each row group.
const MOST_METADATA: u64 = 8 * 1024 * 1024;
/// A page of a column, about; writers make them 1 MiB large.
const PAGE: u64 = 1280 * 1024;
/// What pages may be read in all.
const PAGES: u64 = 24 * 1024 * 1024;
/// Values decoded at once, of each column.
const BATCH: usize = 16;

/// The first rows, or why there are none. Stops reading when it is dropped.
pub async fn view(source: Arc<dyn Source>) -> std::result::Result<TableView, String> {
    // Dropped with this future, which the file sees.
    let (_wanted, unwanted) = oneshot::channel();
    let file = File::new(source, Handle::current(), unwanted);
    let read = tokio::task::spawn_blocking(move || read(&Arc::new(file))).await;
    match read {
        Ok(Ok(table)) => Ok(table),
        Ok(Err(ParquetError::External(why))) => Err(why.to_string()),
        Ok(Err(why)) => Err(format!("The Parquet file cannot be read: {}.", first_line(&why))),
        Err(_) => {
            Err("The Parquet file is damaged, and cannot be read. Download it to look into it.".to_owned())
        }
    }
}

/// The library's words for what is wrong; it may repeat much of the file.
fn first_line(why: &ParquetError) -> String {
    let text = why.to_string();
    let line = text.lines().next().unwrap_or_default().trim_end_matches('.');
    line.chars().filter(|c| !c.is_control()).take(200).collect()
}

fn read(file: &Arc<File>) -> Result<TableView> {
    let metadata = metadata(file)?;
    let schema = metadata.file_metadata().schema();
    let fields = schema.get_fields();
    let shown = columns_shown(&metadata)?;
    let mut notes = Vec::new();
    if shown < fields.len() {
        notes.push(format!(
            "The first {shown} of {} columns are shown.",
            fields.len()
        ));
    }
    let projection = Type::group_type_builder(schema.name())
        .with_fields(fields[..shown].to_vec())
        .build()?;
    let bounds = Arc::new(Bounds::default());
    let mut rows = Vec::new();
    for group in metadata.row_groups().iter().take(MOST_GROUPS) {
        if rows.len() >= MOST_ROWS || shown == 0 {
            break;
        }
        let group = Group::new(file.clone(), group, bounds.clone());
        let group: &dyn RowGroupReader = &group;
        let records = RowIter::from_row_group(Some(projection.clone()), group)?.with_batch_size(BATCH);
        for record in records.take(MOST_ROWS - rows.len()) {
            let record = record?;
            rows.push(
                record
                    .get_column_iter()
                    .map(|(_, field)| cells::cell(field))
                    .collect(),
            );
        }
    }
    let total = u64::try_from(metadata.file_metadata().num_rows()).ok();
    Ok(TableView {
        columns: fields[..shown].iter().map(|field| column(field)).collect(),
        truncated: total.is_none_or(|total| total > rows.len() as u64),
        total_rows: total,
        rows,
        notes,
    })
}

/// The file's end: `metadata`, its length, and `PAR1`.
fn metadata(file: &File) -> Result<ParquetMetaData> {
    const TAIL: u64 = 8;
    let size = file.len();
    let Some(tail) = size.checked_sub(TAIL) else {
        return Err(ParquetError::EOF("it ends before its end".to_owned()));
    };
    let end = file.end(TAIL)?;
    let length = match end.as_ref() {
        [a, b, c, d, b'P', b'A', b'R', b'1'] => u64::from(u32::from_le_bytes([*a, *b, *c, *d])),
        [.., b'P', b'A', b'R', b'E'] => return Err(ParquetError::General("its end is encrypted".to_owned())),
        _ => {
            return Err(ParquetError::General(
                "its end is not that of a Parquet file".to_owned(),
            ));
        }
    };
    if length > MOST_METADATA {
        let why = format!("it is described in {length} bytes, which is more than a preview reads");
        return Err(ParquetError::General(why));
    }
    let Some(start) = tail.checked_sub(length) else {
        return Err(ParquetError::EOF(
            "its end says that it is longer than it is".to_owned(),
        ));
    };
    let metadata = file.get_bytes(start, usize::try_from(length)?)?;
    thrift::check_schema(&metadata).map_err(|wrong| ParquetError::General(wrong.to_string()))?;
    ParquetMetaDataReader::decode_metadata(&metadata)
}

/// How many of the first columns are shown: as many as can be read at a reasonable price.
fn columns_shown(metadata: &ParquetMetaData) -> Result<usize> {
    let fields = metadata.file_metadata().schema().get_fields();
    let group = metadata.row_groups().first();
    let (mut leaves, mut bytes) = (0, 0u64);
    for (n, field) in fields.iter().enumerate() {
        let first = leaves;
        leaves += leaves_of(field);
        for leaf in first..leaves {
            let column = group.and_then(|group| group.columns().get(leaf));
            let size = column.map_or(0, |column| {
                u64::try_from(column.compressed_size()).unwrap_or_default()
            });
            bytes += size.min(PAGE);
        }
        let too_much = leaves > MOST_COLUMNS || bytes > PAGES;
        if too_much && n == 0 {
            return Err(ParquetError::General(
                "its first column is larger than a preview reads".to_owned(),
            ));
        }
        if too_much {
            return Ok(n);
        }
    }
    Ok(fields.len())
}

fn leaves_of(field: &Type) -> usize {
    match field.is_group() {
        true => field.get_fields().iter().map(|field| leaves_of(field)).sum(),
        false => 1,
    }
}

fn column(field: &Type) -> ColumnView {
    let info = field.get_basic_info();
    let annotation = match info.converted_type() {
        ConvertedType::NONE => info
            .logical_type_ref()
            .map(|logical| word(&format!("{logical:?}"))),
        converted => Some(word(&format!("{converted:?}"))),
    };
    let repeated = info.has_repetition() && info.repetition() == Repetition::REPEATED;
    let of = match (annotation, field) {
        (Some(annotation), _) => annotation,
        (None, Type::GroupType { .. }) => "struct".to_owned(),
        (None, Type::PrimitiveType { physical_type, .. }) => word(&format!("{physical_type:?}")),
    };
    let number = |physical: Physical| {
        matches!(
            physical,
            Physical::INT32 | Physical::INT64 | Physical::FLOAT | Physical::DOUBLE
        )
    };
    let counts = matches!(of.as_str(), "integer" | "decimal" | "float16")
        || of.contains("int")
        || of == "float"
        || of == "double";
    ColumnView {
        name: field.name().to_owned(),
        numeric: !repeated
            && counts
            && field.is_primitive()
            && (number(field.get_physical_type()) || of == "decimal"),
        of: Some(if repeated { format!("list of {of}") } else { of }),
    }
}

/// The first word of how the library names a type, as people write it.
fn word(debug: &str) -> String {
    let end = debug
        .find(|c: char| !c.is_alphanumeric() && c != '_')
        .unwrap_or(debug.len());
    match debug[..end].to_ascii_lowercase() {
        utf8 if utf8 == "utf8" => "string".to_owned(),
        bytes if bytes == "byte_array" => "bytes".to_owned(),
        word => word,
    }
}

#[cfg(test)]
mod tests;
