//! From a command line to a program and its arguments.
//!
//! Source: AWS SDKs and Tools Reference Guide, "Process credential provider"; POSIX.1-2024, Shell Command Language, 2.2
//! "Quoting"; Microsoft C++ documentation, "Parsing C command-line arguments".

/// The line names no program that could be started. It is not repeated: its arguments may hold secrets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotSplit {
    /// A quote is opened and never closed.
    #[error("a quote is opened and never closed")]
    OpenQuote,
    /// A backslash stands at its end, where it escapes nothing.
    #[error("it ends with a backslash that escapes nothing")]
    LoneEscape,
    /// Nothing is written.
    #[error("it names no program")]
    Empty,
}

fn named(words: Vec<String>) -> Result<Vec<String>, NotSplit> {
    match words.first() {
        Some(program) if !program.is_empty() => Ok(words),
        _ => Err(NotSplit::Empty),
    }
}

/// As a POSIX shell quotes, and nothing else of a shell: no expansion, no comments, no operators.
pub(super) fn posix(line: &str) -> Result<Vec<String>, NotSplit> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut letters = line.chars();
    while let Some(c) = letters.next() {
        match c {
            ' ' | '\t' | '\r' | '\n' => words.extend(word.take()),
            '\'' => in_single_quotes(&mut letters, word.get_or_insert_default())?,
            '"' => in_double_quotes(&mut letters, word.get_or_insert_default())?,
            '\\' => {
                let escaped = letters.next().ok_or(NotSplit::LoneEscape)?;
                word.get_or_insert_default().push(escaped);
            }
            other => word.get_or_insert_default().push(other),
        }
    }
    words.extend(word);
    named(words)
}

fn in_single_quotes(letters: &mut std::str::Chars<'_>, word: &mut String) -> Result<(), NotSplit> {
    loop {
        match letters.next().ok_or(NotSplit::OpenQuote)? {
            '\'' => return Ok(()),
            inside => word.push(inside),
        }
    }
}

/// Inside double quotes a backslash escapes a double quote and itself, and stands for itself before all else.
fn in_double_quotes(letters: &mut std::str::Chars<'_>, word: &mut String) -> Result<(), NotSplit> {
    loop {
        match letters.next().ok_or(NotSplit::OpenQuote)? {
            '"' => return Ok(()),
            '\\' => {
                let escaped = letters.next().ok_or(NotSplit::OpenQuote)?;
                if !matches!(escaped, '"' | '\\') {
                    word.push('\\');
                }
                word.push(escaped);
            }
            inside => word.push(inside),
        }
    }
}

/// As the Microsoft C runtime takes a command line apart: only double quotes quote, and backslashes escape only in
/// front of one.
pub(super) fn windows(line: &str) -> Result<Vec<String>, NotSplit> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quoted = false;
    let mut letters = line.chars().peekable();
    while let Some(c) = letters.next() {
        match c {
            '\\' => {
                let mut slashes = 1;
                while letters.next_if_eq(&'\\').is_some() {
                    slashes += 1;
                }
                let word = word.get_or_insert_default();
                let before_quote = letters.peek() == Some(&'"');
                let kept = if before_quote { slashes / 2 } else { slashes };
                word.extend(std::iter::repeat_n('\\', kept));
                if before_quote && slashes % 2 == 1 {
                    letters.next();
                    word.push('"');
                }
            }
            '"' => {
                quoted = !quoted;
                word.get_or_insert_default();
            }
            ' ' | '\t' if !quoted => words.extend(word.take()),
            other => word.get_or_insert_default().push(other),
        }
    }
    if quoted {
        return Err(NotSplit::OpenQuote);
    }
    words.extend(word);
    named(words)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_line_is_split_by_the_rules_of_posix() {
        let posix = |line| posix(line).unwrap();
        assert_eq!(posix("/opt/vend  --role\tdev "), ["/opt/vend", "--role", "dev"]);
        assert_eq!(posix(r#"vend 'a "b" \c' "" x"#), ["vend", r#"a "b" \c"#, "", "x"]);
        assert_eq!(
            posix(r#"vend "a \" \\ \c" 'd'e"f""#),
            ["vend", r#"a " \ \c"#, "def"]
        );
        assert_eq!(
            posix(r"vend a\ b \$HOME \n #c"),
            ["vend", "a b", "$HOME", "n", "#c"]
        );
        assert_eq!(
            posix("vend $(id) `id` ;id|id>x*"),
            ["vend", "$(id)", "`id`", ";id|id>x*"]
        );
    }

    #[test]
    fn a_line_is_split_by_the_rules_of_windows() {
        let windows = |line| windows(line).unwrap();
        assert_eq!(
            windows(r#""C:\Program Files\vend.exe" --x 'a b'"#),
            [r"C:\Program Files\vend.exe", "--x", "'a", "b'"]
        );
        assert_eq!(
            windows(r#"v a\\"b c" d\"e \\srv\x\"#),
            ["v", r"a\b c", r#"d"e"#, r"\\srv\x\"]
        );
        assert_eq!(windows(r#"v "" x"#), ["v", "", "x"]);
    }

    #[test]
    fn a_line_that_names_no_program_is_told() {
        for split in [posix, windows] {
            assert_eq!(split("  "), Err(NotSplit::Empty));
            assert_eq!(split("\"\" x"), Err(NotSplit::Empty));
            assert_eq!(split("vend \"x"), Err(NotSplit::OpenQuote));
        }
        assert_eq!(posix("vend 'x"), Err(NotSplit::OpenQuote));
        assert_eq!(posix("vend \"x\\"), Err(NotSplit::OpenQuote));
        assert_eq!(posix("vend x\\"), Err(NotSplit::LoneEscape));
    }
}
