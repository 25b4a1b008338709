//! Names that are almost right.

use crate::catalog::near::{distance, tolerance};

/// The one of `names` that `asked` was most likely meant to be; `None` where it is one of them, or like none.
pub(super) fn almost<'a>(asked: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let mut best: Option<(usize, &str)> = None;
    for name in names {
        if name == asked {
            return None;
        }
        let Some(far) = how_far(asked, name) else { continue };
        if best.is_none_or(|(least, _)| far < least) {
            best = Some((far, name));
        }
    }
    best.map(|(_, name)| name)
}

fn how_far(asked: &str, name: &str) -> Option<usize> {
    let (one, other) = (plain(asked), plain(name));
    if one == other || one == without_sort(&other) || without_sort(&one) == other {
        return Some(1);
    }
    // A short name has other short names near it by chance.
    let most = tolerance(asked).min(tolerance(name)).min(2);
    distance(asked, name, most)
}

/// Without separators, which people add and leave out.
fn plain(name: &str) -> String {
    let kept = name.chars().filter(char::is_ascii_alphanumeric);
    kept.map(|c| c.to_ascii_lowercase()).collect()
}

/// Without the word for what it is, at its end.
fn without_sort(plain: &str) -> &str {
    let cut = ["role", "bucket"]
        .iter()
        .find_map(|word| plain.strip_suffix(word));
    cut.filter(|rest| rest.len() >= 3).unwrap_or(plain)
}

#[cfg(test)]
mod tests {
    use super::almost;

    #[test]
    fn a_name_that_is_almost_another_is_found() {
        assert_eq!(
            almost("com.stuzio.projectx", ["com.stuzio.project-x"]),
            Some("com.stuzio.project-x")
        );
        assert_eq!(
            almost(
                "readonly-asi-production-bucket-role",
                ["readonly-asi-production-bucket"]
            ),
            Some("readonly-asi-production-bucket")
        );
        assert_eq!(
            almost("reports-2025", ["reports-2026", "other"]),
            Some("reports-2026")
        );
    }

    #[test]
    fn the_name_itself_and_strangers_are_not() {
        assert_eq!(almost("reader", ["reader", "reader-role"]), None);
        assert_eq!(almost("reader", ["writer-of-things"]), None);
        assert_eq!(almost("dev", ["ops"]), None);
    }
}
