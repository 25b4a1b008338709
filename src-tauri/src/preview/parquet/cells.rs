//! Values as text; nested ones as JSON.

use std::fmt::Write;

use ::parquet::record::Field;
use jiff::{Timestamp, ToSpan, civil};

use super::super::table::clipped;

/// No more of a nested value is written than is shown, nor is more of bytes.
const LONGEST: usize = 2000;
const MOST_BYTES: usize = 64;

/// A value as a cell; `None` where there is none.
pub fn cell(field: &Field) -> Option<String> {
    match field {
        Field::Null => None,
        Field::Str(text) => Some(clipped(text)),
        Field::Group(_) | Field::ListInternal(_) | Field::MapInternal(_) => {
            let mut out = String::new();
            write_json(&mut out, field);
            Some(clipped(&out))
        }
        other => Some(clipped(&plain(other))),
    }
}

/// A value that is not nested.
fn plain(field: &Field) -> String {
    match field {
        Field::Bytes(bytes) => of_bytes(bytes.data()),
        Field::TimestampMillis(at) => moment(Timestamp::from_millisecond(*at), *at),
        Field::TimestampMicros(at) => moment(Timestamp::from_microsecond(*at), *at),
        Field::Date(days) => {
            let day = civil::date(1970, 1, 1).checked_add(i64::from(*days).days());
            day.map_or_else(|_| days.to_string(), |day| day.to_string())
        }
        Field::TimeMillis(at) => time(i64::from(*at).checked_mul(1000), i64::from(*at)),
        Field::TimeMicros(at) => time(Some(*at), *at),
        Field::Float(number) => number.to_string(),
        Field::Double(number) => number.to_string(),
        other => other.to_string(),
    }
}

fn moment(at: Result<Timestamp, jiff::Error>, raw: i64) -> String {
    at.map_or_else(|_| raw.to_string(), |at| at.to_string())
}

/// Since midnight.
fn time(micros: Option<i64>, raw: i64) -> String {
    const DAY: i64 = 86_400_000_000;
    let micros = micros.filter(|micros| (0..DAY).contains(micros));
    let time = micros.and_then(|micros| civil::Time::midnight().checked_add(micros.microseconds()).ok());
    time.map_or_else(|| raw.to_string(), |time| time.to_string())
}

/// Old writers do not say that bytes are text.
fn of_bytes(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) if !text.contains(|c: char| c.is_control()) => text.to_owned(),
        _ => {
            let mut hex = "0x".to_owned();
            for byte in &bytes[..bytes.len().min(MOST_BYTES)] {
                // Writing to a string cannot fail.
                let _ = write!(hex, "{byte:02x}");
            }
            if bytes.len() > MOST_BYTES {
                hex.push('…');
            }
            hex
        }
    }
}

/// JSON, until it is longer than is shown.
fn write_json(out: &mut String, field: &Field) {
    if out.len() > LONGEST {
        return;
    }
    match field {
        Field::Null => out.push_str("null"),
        Field::Group(row) => {
            let fields = row.get_column_iter();
            between(out, "{}", fields, |out, (name, field)| {
                quoted(out, name);
                out.push(':');
                write_json(out, field);
            });
        }
        Field::ListInternal(list) => between(out, "[]", list.elements().iter(), write_json),
        Field::MapInternal(map) => between(out, "{}", map.entries().iter(), |out, (key, value)| {
            quoted(out, &cell(key).unwrap_or_default());
            out.push(':');
            write_json(out, value);
        }),
        Field::Str(text) => quoted(out, &clipped(text)),
        Field::Bool(_)
        | Field::Byte(_)
        | Field::Short(_)
        | Field::Int(_)
        | Field::Long(_)
        | Field::UByte(_)
        | Field::UShort(_)
        | Field::UInt(_)
        | Field::ULong(_)
        | Field::Float(_)
        | Field::Double(_)
        | Field::Decimal(_) => out.push_str(&plain(field)),
        other => quoted(out, &plain(other)),
    }
}

fn between<T>(
    out: &mut String,
    brackets: &str,
    items: impl Iterator<Item = T>,
    write: impl Fn(&mut String, T),
) {
    let (open, close) = brackets.split_at(1);
    out.push_str(open);
    for (n, item) in items.enumerate() {
        if out.len() > LONGEST {
            out.push('…');
            break;
        }
        if n > 0 {
            out.push(',');
        }
        write(out, item);
    }
    out.push_str(close);
}

fn quoted(out: &mut String, text: &str) {
    let _ = write!(out, "{}", serde_json::Value::from(text));
}
