//! From an object's key to a path below a folder.
//!
//! Invariant: every component of a [`LocalPath`] is one plain file name, never empty, `.` or `..`, without a separator
//! of any system, so that joining them to a folder cannot leave it. Whether a link stands in the way is for the one
//! who opens the folder.

use std::fmt::Write as _;
use std::path::PathBuf;

/// Whose rules for file names hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileRules {
    /// Linux: every byte but `/` and NUL.
    Unix,
    /// macOS: the same, and names that differ only in case or in Unicode's form are one.
    MacOs,
    /// Windows: forbidden characters and device names; names that differ only in case are one.
    Windows,
}

impl FileRules {
    /// Of the system this runs on.
    pub fn here() -> Self {
        if cfg!(windows) {
            Self::Windows
        } else if cfg!(target_os = "macos") {
            Self::MacOs
        } else {
            Self::Unix
        }
    }
}

/// A path below a folder, made of plain file names.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct LocalPath(Vec<String>);

impl LocalPath {
    /// The names; never none.
    pub fn components(&self) -> &[String] {
        &self.0
    }

    /// The last name.
    pub fn file_name(&self) -> &str {
        self.0.last().map(String::as_str).unwrap_or_default()
    }

    /// The names of the folders before it.
    pub fn folders(&self) -> &[String] {
        self.0
            .split_last()
            .map(|(_, folders)| folders)
            .unwrap_or_default()
    }

    /// As a relative path.
    pub fn to_path(&self) -> PathBuf {
        self.0.iter().collect()
    }

    /// The same with a variation of its file name ([`numbered`]).
    pub fn with_variation(mut self, n: u32) -> Self {
        let name = numbered(self.file_name(), n);
        if let Some(last) = self.0.last_mut() {
            *last = name;
        }
        self
    }
}

/// The key cannot be a file here. It is skipped and reported; the others go on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Skipped {
    /// It ends in a slash: S3's stand-in for a folder.
    #[error("\"{}\" stands for a folder and holds no file", .0.escape_debug())]
    Folder(String),
    /// It has a `.` or `..` between slashes.
    #[error("\"{}\" would climb out of the folder; download it under a name of your own", .0.escape_debug())]
    Climbs(String),
    /// It starts like an absolute path.
    #[error("\"{}\" is an absolute path; download it under a name of your own", .0.escape_debug())]
    Absolute(String),
}

/// How the names start of what Hatrack itself keeps beside downloads.
const OWN: &str = ".hatrack-";

/// The longest file name in bytes. File systems take 255; ` (2)` and a temporary file's marks want room.
const LONGEST_NAME: usize = 230;

/// The path for `key` below a folder. The part `below` (the prefix that was listed) is left off. Empty segments
/// (`a//b`) fall away.
///
/// # Errors
/// A key that names a folder, climbs, or is absolute on any system.
pub fn local_path(key: &str, below: &str, rules: FileRules) -> Result<LocalPath, Skipped> {
    let rest = key.strip_prefix(below).unwrap_or(key);
    if rest.is_empty() || rest.ends_with('/') {
        return Err(Skipped::Folder(key.to_owned()));
    }
    if is_absolute(rest) {
        return Err(Skipped::Absolute(key.to_owned()));
    }
    // A backslash separates on Windows only, but a key that climbs by it was made to climb.
    if rest
        .split(['/', '\\'])
        .any(|segment| segment == "." || segment == "..")
    {
        return Err(Skipped::Climbs(key.to_owned()));
    }
    let names = rest.split('/').filter(|segment| !segment.is_empty());
    Ok(LocalPath(
        names.map(|segment| file_name(segment, rules)).collect(),
    ))
}

/// `/x`, `\x`, `C:…`.
fn is_absolute(path: &str) -> bool {
    let mut letters = path.chars();
    match (letters.next(), letters.next()) {
        (Some('/' | '\\'), _) => true,
        (Some(drive), Some(':')) => {
            drive.is_ascii_alphabetic() && matches!(letters.next(), None | Some('/' | '\\'))
        }
        _ => false,
    }
}

/// One name, made harmless and short enough. Escapes are written as in addresses: `%0A`.
fn file_name(segment: &str, rules: FileRules) -> String {
    let mut name = String::with_capacity(segment.len());
    for c in segment.chars() {
        if is_escaped(c, rules) {
            let mut bytes = [0; 4];
            for byte in c.encode_utf8(&mut bytes).bytes() {
                // Writing to a String does not fail.
                let _ = write!(name, "%{byte:02X}");
            }
        } else {
            name.push(c);
        }
    }
    if rules == FileRules::Windows {
        name = windows_end(name);
        if is_windows_device(&name) {
            let stem = name.find('.').unwrap_or(name.len());
            name.insert(stem, '_');
        }
    }
    // Or a bucket could bring what passes for an unfinished download of another object.
    if name.to_lowercase().starts_with(OWN) {
        name.replace_range(..1, "%2E");
    }
    shortened(name)
}

/// Control characters, and those that turn the reading direction: `invoice\u{202e}fdp.exe` is shown as a PDF.
fn is_escaped(c: char, rules: FileRules) -> bool {
    let hidden = matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let forbidden = match rules {
        FileRules::Unix => false,
        FileRules::MacOs => c == ':',
        // Microsoft, "Naming Files, Paths, and Namespaces".
        FileRules::Windows => matches!(c, '<' | '>' | ':' | '"' | '\\' | '|' | '?' | '*'),
    };
    c.is_control() || hidden || forbidden
}

/// Windows drops dots and blanks at a name's end, and then it is another name.
fn windows_end(name: String) -> String {
    match name.chars().last() {
        Some('.') => format!("{}%2E", &name[..name.len() - 1]),
        Some(' ') => format!("{}%20", &name[..name.len() - 1]),
        _ => name,
    }
}

/// Device names, with or without an extension, in any case. The superscript digits count (CVE-2024-51756).
fn is_windows_device(name: &str) -> bool {
    let stem = name
        .split('.')
        .next()
        .unwrap_or_default()
        .trim_end()
        .to_uppercase();
    if matches!(
        stem.as_str(),
        "CON" | "PRN" | "AUX" | "NUL" | "CONIN$" | "CONOUT$" | "CLOCK$"
    ) {
        return true;
    }
    let numbered = stem.strip_prefix("COM").or_else(|| stem.strip_prefix("LPT"));
    numbered.is_some_and(|rest| {
        let mut digits = rest.chars();
        matches!(
            (digits.next(), digits.next()),
            (Some('0'..='9' | '¹' | '²' | '³'), None)
        )
    })
}

/// A name that is too long keeps its beginning and its extension, and a hash of the whole between them.
fn shortened(name: String) -> String {
    if name.len() <= LONGEST_NAME {
        return name;
    }
    let mark = format!("~{:016x}", fnv1a(name.as_bytes()));
    let extension = extension_of(&name);
    let room = LONGEST_NAME - mark.len() - extension.len();
    format!("{}{mark}{extension}", up_to(&name, room))
}

/// With its dot; empty where there is none worth keeping.
fn extension_of(name: &str) -> &str {
    match name.rfind('.') {
        Some(at) if at > 0 && name.len() - at <= 16 => &name[at..],
        _ => "",
    }
}

/// The longest beginning of at most `bytes` bytes that ends between characters.
fn up_to(text: &str, bytes: usize) -> &str {
    let mut end = bytes.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// FNV-1a, 64 bits: the same name on each computer, and no secret hangs on it.
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

/// `name` where it is free for the `n`th of that name: `a.txt`, `a (2).txt`, …
pub fn numbered(name: &str, n: u32) -> String {
    if n < 2 {
        return name.to_owned();
    }
    let mark = format!(" ({n})");
    let extension = extension_of(name);
    let stem = &name[..name.len() - extension.len()];
    let room = 255usize.saturating_sub(mark.len() + extension.len());
    format!("{}{mark}{extension}", up_to(stem, room))
}

#[cfg(test)]
mod tests;
