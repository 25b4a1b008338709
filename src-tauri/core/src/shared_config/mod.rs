//! The shared config: `~/.aws/config` and `~/.aws/credentials`, read as AWS's own SDK for Rust reads them.
//!
//! One parse serves reading and editing: a [`Document`] keeps the byte range of every header, key, value and
//! continuation, and [`SharedConfig`] is what the documents mean together. Invariants: a document's ranges cover
//! its text without a gap, so an edit that touches one range leaves every other byte as it was; an error names its
//! file and line and never repeats the line, which may hold a secret; nothing is executed, expanded or fetched.
//!
//! Source: AWS SDKs and Tools Reference Guide, "Shared config and credentials files". The tests hold the parse to
//! the suite that the SDK itself is held to. One exception: a byte order mark, which the SDK refuses, is skipped.

mod document;
mod draft;
mod error;
mod inert;
mod listing;
mod merge;
mod process_line;
mod sections;
mod source;

pub use document::{Document, PropertySpan, SectionSpan};
pub use draft::{Draft, LineChange, Put};
pub use error::{ConfigError, ConfigErrorKind};
pub use inert::{inert, inert_whole};
pub use listing::listing;
pub use merge::is_identifier;
pub use process_line::{UnwritableWord, process_line};
pub use sections::{Ignored, IgnoredWhat, Nested, Property, Section, SharedConfig, Value};
pub use source::{FileKind, LONGEST_LINE, Place, SourceFile};
