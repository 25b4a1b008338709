//! The names of what an unfinished download keeps beside its target.

/// Whether a file's name is one that only Hatrack gives. A person's own that merely begins so is not.
pub fn is_own_name(name: &str) -> bool {
    let Some((id, kind)) = name
        .strip_prefix(".hatrack-")
        .and_then(|rest| rest.split_once('.'))
    else {
        return false;
    };
    // A random name, or one that is made of what the order is of.
    matches!(id.len(), 16 | 32)
        && id.bytes().all(|c| matches!(c, b'0'..=b'9' | b'a'..=b'f'))
        && matches!(kind, "part" | "journal" | "folder.journal" | "folder.journal.new")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_hatracks_own_names_are_its_own() {
        for name in [
            ".hatrack-0123456789abcdef.part",
            ".hatrack-0123456789abcdef0123456789abcdef.part",
            ".hatrack-0123456789abcdef0123456789abcdef.journal",
            ".hatrack-0123456789abcdef0123456789abcdef.folder.journal",
            ".hatrack-0123456789abcdef0123456789abcdef.folder.journal.new",
        ] {
            assert!(is_own_name(name), "{name}");
        }
        for name in [
            ".hatrack-notes",
            ".hatrack-notes.part",
            ".hatrack-0123456789ABCDEF.part",
            ".hatrack-0123456789abcdef.txt",
            "0123456789abcdef.part",
            "",
        ] {
            assert!(!is_own_name(name), "{name}");
        }
    }
}
