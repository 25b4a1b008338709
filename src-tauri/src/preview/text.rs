//! Text: which encoding it is in, and JSON in lines.

use serde::de::IgnoredAny;

use crate::wire::{ShownView, TextLanguage};

/// What is shown of a text.
pub const SHOWN: usize = 64 * 1024;
/// JSON up to here is read whole and set in lines.
pub const WHOLE_JSON: u64 = 256 * 1024;
/// Setting in lines makes text longer; more than this is not shown.
const LONGEST: usize = 512 * 1024;

/// Text out of bytes, and what its encoding is where it is not UTF-8.
#[derive(Debug, PartialEq, Eq)]
pub struct Decoded {
    pub text: String,
    pub note: Option<&'static str>,
}

/// The bytes as text, if they are text: without control characters other than those that texts have. Where the object
/// goes on, its last character may be cut.
pub fn decoded(bytes: &[u8], goes_on: bool) -> Option<Decoded> {
    let plain = |text: String, note| is_text(&text).then_some(Decoded { text, note });
    match bytes {
        [0xef, 0xbb, 0xbf, rest @ ..] => plain(utf8(rest, goes_on)?, None),
        [0xff, 0xfe, rest @ ..] => plain(utf16(rest, u16::from_le_bytes)?, Some("Read as UTF-16.")),
        [0xfe, 0xff, rest @ ..] => plain(utf16(rest, u16::from_be_bytes)?, Some("Read as UTF-16.")),
        _ => match utf8(bytes, goes_on) {
            Some(text) => plain(text, None),
            None => plain(latin(bytes)?, Some("Not UTF-8; read as Latin-1 (Windows-1252).")),
        },
    }
}

fn is_text(text: &str) -> bool {
    let odd = |c: char| c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\u{c}' | '\u{1b}');
    !text.contains(odd)
}

fn utf8(bytes: &[u8], goes_on: bool) -> Option<String> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Some(text.to_owned()),
        Err(wrong) if goes_on && wrong.error_len().is_none() => {
            let whole = &bytes[..wrong.valid_up_to()];
            std::str::from_utf8(whole).ok().map(str::to_owned)
        }
        Err(_) => None,
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Option<String> {
    let units: Vec<u16> = bytes
        .chunks_exact(2)
        .map(|pair| unit([pair[0], pair[1]]))
        .collect();
    // Half a character at the end is one that was cut.
    let cut = units.last().is_some_and(|last| (0xd800..0xdc00).contains(last));
    String::from_utf16(&units[..units.len() - usize::from(cut)]).ok()
}

/// Windows-1252, as browsers read what says it is Latin-1 (WHATWG, Encoding).
fn latin(bytes: &[u8]) -> Option<String> {
    const HIGH: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}',
        '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
    ];
    // Prose has some letters beyond ASCII; bytes that are mostly such are no prose.
    let high = bytes.iter().filter(|byte| !byte.is_ascii()).count();
    if high * 3 > bytes.len() {
        return None;
    }
    let letter = |byte: &u8| match byte {
        0x80..=0x9f => HIGH[usize::from(byte - 0x80)],
        byte => char::from(*byte),
    };
    Some(bytes.iter().map(letter).collect())
}

/// How a text is shown. `whole` says whether it is all of the object.
pub fn view(decoded: Decoded, language: TextLanguage, whole: bool, mut notes: Vec<String>) -> ShownView {
    notes.extend(decoded.note.map(str::to_owned));
    let mut text = decoded.text;
    let mut truncated = !whole;
    let mut language = language;
    if language == TextLanguage::Json && whole {
        match in_lines(&text) {
            Some((lines, cut)) => {
                truncated = cut;
                text = lines;
            }
            None if !is_json_lines(&text) => {
                notes.push("Not valid JSON; shown as text.".to_owned());
                language = TextLanguage::Columns;
            }
            None => {}
        }
    }
    if text.len() > LONGEST {
        text.truncate(text.floor_char_boundary(LONGEST));
        truncated = true;
    }
    ShownView::Text {
        text,
        language,
        notes,
        truncated,
    }
}

fn is_json_lines(text: &str) -> bool {
    let mut lines = text.lines().filter(|line| !line.trim().is_empty()).peekable();
    lines.peek().is_some() && lines.all(|line| serde_json::from_str::<IgnoredAny>(line).is_ok())
}

/// One JSON value set in lines, every token as it was written; and whether the end was left off. `None` where it is
/// not one value.
fn in_lines(text: &str) -> Option<(String, bool)> {
    serde_json::from_str::<IgnoredAny>(text).ok()?;
    let mut lines = Lines::default();
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        if lines.out.len() > LONGEST {
            return Some((lines.out, true));
        }
        let end = token_end(bytes, at);
        lines.put(&text[at..end]);
        at = end;
    }
    Some((lines.out, false))
}

/// The end of the token that begins at `at`, in valid JSON: tokens begin and end between characters.
fn token_end(bytes: &[u8], at: usize) -> usize {
    let rest = &bytes[at..];
    let length = match rest[0] {
        b'"' => {
            let mut escaped = false;
            let end = rest.iter().skip(1).position(|byte| {
                let ends = *byte == b'"' && !escaped;
                escaped = *byte == b'\\' && !escaped;
                ends
            });
            end.map_or(rest.len(), |end| end + 2)
        }
        b'{' | b'}' | b'[' | b']' | b',' | b':' => 1,
        byte if byte.is_ascii_whitespace() => rest.iter().take_while(|b| b.is_ascii_whitespace()).count(),
        _ => rest
            .iter()
            .take_while(|b| !b.is_ascii_whitespace() && !b",:]}".contains(b))
            .count(),
    };
    at + length.max(1)
}

#[derive(Default)]
struct Lines {
    out: String,
    depth: usize,
    /// The last bracket was opened just now: what closes it follows right behind.
    opened: bool,
}

impl Lines {
    fn put(&mut self, token: &str) {
        match token {
            "{" | "[" => {
                self.begin();
                self.out.push_str(token);
                self.depth += 1;
                self.opened = true;
            }
            "}" | "]" => {
                self.depth = self.depth.saturating_sub(1);
                if !std::mem::take(&mut self.opened) {
                    self.new_line();
                }
                self.out.push_str(token);
            }
            "," => {
                self.out.push(',');
                self.new_line();
            }
            ":" => self.out.push_str(": "),
            blank if blank.trim_ascii().is_empty() => {}
            value => {
                self.begin();
                self.out.push_str(value);
            }
        }
    }

    fn begin(&mut self) {
        if std::mem::take(&mut self.opened) {
            self.new_line();
        }
    }

    fn new_line(&mut self) {
        self.out.push('\n');
        self.out.extend(std::iter::repeat_n("  ", self.depth));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text_of(bytes: &[u8], goes_on: bool) -> Option<String> {
        decoded(bytes, goes_on).map(|decoded| decoded.text)
    }

    #[test]
    fn text_is_told_from_bytes() {
        assert_eq!(text_of(b"", false).as_deref(), Some(""));
        let marked = "\u{feff}gr\u{fc}n\r\n\tx".as_bytes();
        assert_eq!(text_of(marked, false).as_deref(), Some("gr\u{fc}n\r\n\tx"));
        assert_eq!(text_of(b"PK\x03\x04\0\0", false), None);
        assert_eq!(text_of(b"\xff\xfeh\0i\0", false).as_deref(), Some("hi"));
        assert_eq!(text_of(b"\xfe\xff\0h\0i", false).as_deref(), Some("hi"));
        assert_eq!(text_of(b"\xff\xfeh\0\0\0", false), None);
        assert_eq!(text_of(b"\xff\xfe\x00\xd8", false).as_deref(), Some(""));
        assert_eq!(text_of(b"\xff\xfe\x00\xdch\0", false), None);
    }

    #[test]
    fn what_is_no_utf_8_is_read_as_latin_and_that_is_said() {
        let read = decoded(b"gr\xfcn \x93x\x94 ...", false).unwrap();
        assert_eq!(read.text, "gr\u{fc}n \u{201c}x\u{201d} ...");
        assert!(read.note.unwrap().contains("Latin-1"));
        assert_eq!(text_of(b"\xfc\xfb\xfa\xf9", false), None);
        assert_eq!(text_of(b"plain \x81 text of some length", false), None);
    }

    #[test]
    fn a_character_cut_by_the_end_of_the_head_is_left_off() {
        let cut = &"ab\u{20ac}".as_bytes()[..4];
        assert_eq!(text_of(cut, true).as_deref(), Some("ab"));
        assert_eq!(decoded(cut, true).unwrap().note, None);
    }

    fn lines_of(text: &str) -> Option<String> {
        in_lines(text).map(|(text, _)| text)
    }

    #[test]
    fn json_is_set_in_lines_and_every_token_stays_as_it_was() {
        let long = r#"{"a":1.000000000000000000001,"b":[],"c":{},"d":["x\"}",{"e":null}],"a":2}"#;
        let lines = "{\n  \"a\": 1.000000000000000000001,\n  \"b\": [],\n  \"c\": {},\n  \"d\": [\n    \"x\\\"}\",\n    {\n      \"e\": null\n    }\n  ],\n  \"a\": 2\n}";
        assert_eq!(lines_of(long).as_deref(), Some(lines));
        assert_eq!(lines_of(lines).as_deref(), Some(lines));
        assert_eq!(lines_of(" \"\u{fc}\\\\\" ").as_deref(), Some("\"\u{fc}\\\\\""));
        for wrong in ["", "{", "[1,]", "{\"a\" 1}", "1 2", &"[".repeat(100_000)] {
            assert_eq!(lines_of(wrong), None);
        }
    }

    #[test]
    fn json_that_grows_beyond_all_measure_is_cut() {
        let deep = 120;
        let json = format!(
            "{}{}0{}",
            "[".repeat(deep),
            "0,".repeat(100_000),
            "]".repeat(deep)
        );
        let (text, cut) = in_lines(&json).unwrap();
        assert!(cut && text.len() < LONGEST + 1024);
    }

    #[test]
    fn json_that_is_none_and_json_in_lines_are_told_apart() {
        let shown = |text: &str, whole| {
            let decoded = Decoded {
                text: text.to_owned(),
                note: None,
            };
            match view(decoded, TextLanguage::Json, whole, Vec::new()) {
                ShownView::Text { language, notes, .. } => (language, notes.len()),
                other => unreachable!("{other:?}"),
            }
        };
        assert_eq!(shown("{\"a\":1}\n{\"a\":2}\n", true), (TextLanguage::Json, 0));
        assert_eq!(shown("{\"a\":1", false), (TextLanguage::Json, 0));
        assert_eq!(shown("<html>", true), (TextLanguage::Columns, 1));
    }
}
