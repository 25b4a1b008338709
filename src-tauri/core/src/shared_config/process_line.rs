//! The `credential_process` line of a profile: words that every SDK reads back the same.

/// A word that cannot stand in such a line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{word}\" cannot stand in a credential_process line, because it holds {what}; rename or move it")]
pub struct UnwritableWord {
    word: String,
    what: &'static str,
}

/// Joins `words` into one line.
///
/// Readers differ: Go, Java, JavaScript and Rust give the line to `sh -c` (`cmd /C` on Windows), botocore splits it
/// like a POSIX shell on Unix and like Windows' own rules there. Double quotes mean the same to all of them as long
/// as nothing between them is special to any; words with such characters are refused. A `#` or `;` after a blank
/// starts a comment for some readers of the file.
pub fn process_line<'a>(words: impl IntoIterator<Item = &'a str>) -> Result<String, UnwritableWord> {
    let words = words.into_iter().map(quoted).collect::<Result<Vec<_>, _>>()?;
    Ok(words.join(" "))
}

fn quoted(word: &str) -> Result<String, UnwritableWord> {
    let refuse = |what| {
        Err(UnwritableWord {
            word: word.escape_debug().to_string(),
            what,
        })
    };
    if word.chars().any(char::is_control) {
        return refuse("a control character");
    }
    if word.contains(['"', '`', '$', '!', '%']) || (cfg!(not(windows)) && word.contains('\\')) {
        return refuse("a character that shells act on even between quotes");
    }
    if word.contains(" #") || word.contains(" ;") {
        return refuse("what starts a comment");
    }
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-+/=:.,@".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return Ok(word.to_owned());
    }
    Ok(format!("\"{word}\""))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::process::Command;

    use super::*;
    use crate::route::ProcessCommand;

    const WORDS: [&str; 9] = [
        "/usr/bin/hat",
        "/opt/My Apps/hat",
        "it's",
        "a&b|c;d",
        "",
        "arn:aws:iam::123456789012:role/team/Reader",
        "--tag=team=blue green",
        "(x) ~ * ?",
        "\u{2019}",
    ];

    #[test]
    fn a_shell_and_our_own_reader_read_the_same_words() {
        let line = process_line(WORDS).unwrap();
        assert_eq!(ProcessCommand::new(line.as_str()).words(), WORDS);
        let shell = Command::new("sh")
            .args(["-c", &format!("printf '%s\\n' {line}")])
            .output()
            .unwrap();
        let read = String::from_utf8(shell.stdout).unwrap();
        assert_eq!(read.lines().collect::<Vec<_>>(), WORDS);
    }

    #[test]
    fn what_readers_disagree_about_is_refused() {
        for word in [
            "a\"b", "$HOME", "`id`", "!!", "%PATH%", "a\\b", "a\nb", "\0", "a #b", "a ;b",
        ] {
            assert!(process_line([word]).is_err(), "{word}");
        }
    }
}
