//! Text from a file, made safe to stand in a message.

/// The most characters of a foreign text that a message repeats.
const LONGEST: usize = 80;

/// `text` with every control, bidirectional and invisible character written as an escape, and cut when long.
///
/// Such a text cannot forge lines in a log, move what stands beside it, or steer a terminal.
pub fn inert(text: &str) -> String {
    let mut cut = text.char_indices().skip(LONGEST);
    match cut.next() {
        Some((at, _)) => inert_whole(&text[..at]) + "…",
        None => inert_whole(text),
    }
}

/// The same, never cut: for what a person has to see whole, such as a command to allow or an address to open.
pub fn inert_whole(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() || is_invisible(c) {
            out.extend(c.escape_unicode());
        } else {
            out.push(c);
        }
    }
    out
}

/// Unicode's bidirectional controls, zero-width characters, line separators, and tags.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}'
        | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::{inert, inert_whole};

    #[test]
    fn what_could_steer_a_terminal_is_spelled_out() {
        assert_eq!(inert("a\u{1b}[31mb"), "a\\u{1b}[31mb");
        assert_eq!(inert("a\u{202e}b\nc"), "a\\u{202e}b\\u{a}c");
        assert_eq!(inert("<img onerror=x> $(id)"), "<img onerror=x> $(id)");
        assert_eq!(inert(&"x".repeat(500)).chars().count(), 81);
        assert_eq!(inert_whole(&("x".repeat(500) + "\u{1b}")).chars().count(), 506);
    }
}
